// Loci, Apache License 2.0.

extension WriteTransaction {
    /// Hands out a collection number that was never used in this database.
    ///
    /// The next number is a little-endian u32 in the table `settings`, under the key of collection 0 with the identifier
    /// `next-collection`; a missing record means 1.
    ///
    /// - Throws: ``StorageError/collectionNumbersExhausted``, or ``StorageError/corrupted(what:location:)``.
    package func allocateCollectionNumber() throws(StorageError) -> UInt32 {
        let key = try Key(collection: Key.databaseNumber, identifier: "next-collection".utf8)
        var number: UInt32 = 1
        if let record = try value(of: key, in: .settings) {
            guard record.count == 4 else {
                throw .corrupted(what: "the counter has \(record.count) bytes", location: "table settings")
            }
            number = record.span.bytes.littleEndian(at: 0)
        }
        guard number != Key.databaseNumber, number < UInt32.max else { throw .collectionNumbersExhausted }
        var next: [UInt8] = []
        next.appendLittleEndian(number + 1)
        try put(next, for: key, in: .settings)
        return number
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
