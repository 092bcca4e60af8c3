// Loci, Apache License 2.0.

extension StorageTransaction where Self: ~Copyable {
    /// The collection numbers that keys of a table begin with, rising, without 0 of the database itself.
    ///
    /// - Parameter onShortKey: gets the bytes of a key that is too short for a number.
    /// - Complexity: O(numbers · log keys).
    package func collectionNumbers(in table: Table, onShortKey: ([UInt8]) -> Void = { _ in }) throws -> [UInt32] {
        var numbers: [UInt32] = []
        let cursor = try Cursor(context: context, table: table)
        var entry = try cursor.unsafeSeek(Key(collection: Key.databaseNumber + 1))
        while let key = entry?.key {
            guard let number = Key.number(in: key.bytes) else {
                onShortKey([UInt8](key))
                entry = try cursor.next() ? cursor.unsafeCurrent() : nil
                continue
            }
            numbers.append(number)
            entry = number < UInt32.max ? try cursor.unsafeSeek(Key(collection: number + 1)) : nil
        }
        return numbers
    }

    /// The collection numbers that are marked as no part of the database.
    ///
    /// - Throws: ``StorageError/corrupted(what:location:)`` for a mark that is damaged.
    package func markedCollections() throws -> [UInt32] {
        var numbers: [UInt32] = []
        try withCursor(over: .staging) { cursor in
            while try cursor.next() {
                let number = try cursor.withCurrent { key, value in
                    try StagingRecord.collection(key: key, value: value)
                }
                if let number { numbers.append(number) }
            }
        }
        return numbers
    }

    /// The number that the next collection will have; see ``WriteTransaction/allocateCollectionNumber()``.
    ///
    /// - Throws: ``StorageError/corrupted(what:location:)``.
    package func nextCollectionNumber() throws(StorageError) -> UInt32 {
        let key = try Key(collection: Key.databaseNumber, identifier: "next-collection".utf8)
        guard let record = try value(of: key, in: .settings) else { return 1 }
        guard record.count == 4 else {
            throw .corrupted(what: "the counter has \(record.count) bytes", location: "table settings")
        }
        return record.span.bytes.littleEndian(at: 0)
    }
}
