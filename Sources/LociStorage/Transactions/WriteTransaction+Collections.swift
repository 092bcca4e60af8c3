// Loci, Apache License 2.0.

extension WriteTransaction {
    /// Hands out a collection number that was never used in this database.
    ///
    /// The next number is a little-endian u32 in the table `settings`, under the key of collection 0 with the identifier
    /// `next-collection`; a missing record means 1.
    ///
    /// - Throws: ``StorageError/collectionNumbersExhausted``, or ``StorageError/corrupted(what:location:)``.
    package func allocateCollectionNumber() throws(StorageError) -> UInt32 {
        let number = try nextCollectionNumber()
        guard number != Key.databaseNumber, number < UInt32.max else { throw .collectionNumbersExhausted }
        try setNextCollectionNumber(number + 1)
        return number
    }

    /// Sets the number that the next collection will have. It must be above all that are in use.
    package func setNextCollectionNumber(_ number: UInt32) throws(StorageError) {
        var next: [UInt8] = []
        next.appendLittleEndian(number)
        try put(next, for: Key(collection: Key.databaseNumber, identifier: "next-collection".utf8), in: .settings)
    }

    /// Marks a collection number as no part of the database: what is under it is dropped by
    /// ``Environment/dropCollection(_:entriesPerTransaction:)``, or by the next writer that opens the file.
    package func markForDropping(collection: UInt32) throws(StorageError) {
        try put(StagingRecord.encoded(collection: collection), for: Key(collection: collection), in: .staging)
    }

    /// Takes the mark of ``markForDropping(collection:)`` away.
    package func unmark(collection: UInt32) throws(StorageError) {
        try delete(Key(collection: collection), in: .staging)
    }

    /// Deletes up to `limit` keys of a collection, in every table but `staging`.
    ///
    /// - Returns: how many were deleted: fewer than `limit` if none is left.
    package func dropRecords(ofCollection collection: UInt32, limit: Int) throws(StorageError) -> Int {
        let prefix = Key(collection: collection)
        var deleted = 0
        for table in Table.allCases where table != .staging {
            deleted += try delete(prefix: prefix, in: table, limit: limit - deleted)
            if deleted >= limit { break }
        }
        return deleted
    }
}
