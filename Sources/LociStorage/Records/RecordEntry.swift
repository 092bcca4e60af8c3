// Loci, Apache License 2.0.

/// A value of the table `records`, under an identifier key, little-endian:
///
///     offset size
///          0    4  CRC-32 of the key and the value
///          4    n  the value, as it was given
///
/// What the value may be is for the layer above to tell.
package enum RecordEntry {
    /// The bytes before the value.
    package static let headerBytes = 4

    /// The value of an entry, in place; nil if the checksum is wrong.
    package static func value(in entry: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer?
    {
        guard let value = unverifiedValue(in: entry) else { return nil }
        let checksum = Checksum.crc32(value, after: Checksum.crc32(key))
        return checksum == entry.bytes.littleEndian(at: 0, as: UInt32.self) ? value : nil
    }

    /// The value of an entry, in place, whatever the checksum says; nil if there is no room for one.
    package static func unverifiedValue(in entry: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard entry.count >= headerBytes else { return nil }
        return UnsafeRawBufferPointer(rebasing: entry.dropFirst(headerBytes))
    }

    static func checksum(of value: UnsafeRawBufferPointer, key: Key) -> UInt32 {
        Checksum.crc32(value, after: key.withUnsafeBytes { Checksum.crc32($0) })
    }
}

extension StorageTransaction where Self: ~Copyable {
    /// Runs `body` with the value of a record, in place, or returns nil if there is none.
    ///
    /// - Parameter isVerified: Whether the checksum is compared, which reads all of the value.
    /// - Throws: ``StorageError/corrupted(what:location:)`` for an entry whose checksum is wrong.
    /// - Complexity: O(log *n*) pages, and O(bytes) where the checksum is compared.
    package func withRecord<Result>(
        of key: Key, isVerified: Bool = true, _ body: (RawSpan) throws -> Result
    ) throws -> Result? {
        guard let entry = try unsafeValue(of: key, in: .records) else { return nil }
        let value =
            isVerified
            ? key.withUnsafeBytes { RecordEntry.value(in: entry, key: $0) } : RecordEntry.unverifiedValue(in: entry)
        guard let value else { throw StorageError.damagedRecord(key) }
        return try body(value.bytes)
    }

    /// Runs `body` with the value of each of some keys, in their order; those that there are not are passed over.
    ///
    /// Of keys that rise, most lie on the page of the one before, and are found without going down the tree again.
    ///
    /// - Parameter body: Gets the key's place; the span is valid during the call, which must not change the database.
    /// - Throws: ``StorageError/corrupted(what:location:)`` for an entry whose checksum is wrong.
    package func forEachRecord(
        of keys: some Sequence<Key>, isVerified: Bool = true, _ body: (_ place: Int, _ value: RawSpan) throws -> Void
    ) throws {
        try withCursor(over: .records) { cursor in
            for (place, key) in keys.enumerated() {
                guard let entry = try cursor.unsafeValue(of: key) else { continue }
                let value =
                    isVerified
                    ? key.withUnsafeBytes { RecordEntry.value(in: entry, key: $0) }
                    : RecordEntry.unverifiedValue(in: entry)
                guard let value else { throw StorageError.damagedRecord(key) }
                try body(place, value.bytes)
            }
        }
    }

    /// Runs `body` with the records whose keys begin with `prefix`, in the order of their bytes from the first that is not
    /// before `start`, until it returns false.
    ///
    /// - Parameter body: Gets the whole key with the number of the table; the spans are valid during the call, which must not
    ///   change the database.
    /// - Throws: ``StorageError/corrupted(what:location:)`` for an entry whose checksum is wrong.
    package func forEachRecord(
        prefix: Key, from start: Key, _ body: (_ key: RawSpan, _ value: RawSpan) throws -> Bool
    ) throws {
        try withCursor(over: .records) { cursor in
            var isThere = try cursor.seek(start)
            while isThere {
                let goesOn = try cursor.withCurrent { key, entry in
                    try key.withUnsafeBytes { key in
                        let belongs = prefix.withUnsafeBytes {
                            key.count >= $0.count && key.prefix($0.count).elementsEqual($0)
                        }
                        guard belongs else { return false }
                        return try entry.withUnsafeBytes { entry in
                            guard let value = RecordEntry.value(in: entry, key: key) else {
                                throw StorageError.damagedRecord(key)
                            }
                            return try body(key.bytes, value.bytes)
                        }
                    }
                }
                guard goesOn == true else { return }
                isThere = try cursor.next()
            }
        }
    }

    /// Reports the keys under a number whose records have a wrong checksum.
    ///
    /// - Complexity: O(bytes of the records).
    package func verifyRecords(of number: UInt32, report: (_ key: [UInt8]) throws -> Void) throws {
        try forEach(in: .records, prefix: Key(collection: number)) { key, entry in
            let isSound = key.withUnsafeBytes { key in
                entry.withUnsafeBytes { RecordEntry.value(in: $0, key: key) != nil }
            }
            if !isSound { try report(key.withUnsafeBytes { [UInt8]($0.dropFirst(4)) }) }
            return true
        }
    }
}

extension WriteTransaction {
    /// Stores a record in place of an older one.
    ///
    /// - Parameter value: Must not lie in this database.
    package func putRecord(_ value: RawSpan, for key: Key) throws {
        try value.withUnsafeBytes { value in
            let checksum = RecordEntry.checksum(of: value, key: key)
            try put(byteCount: RecordEntry.headerBytes + value.count, for: key, in: .records) { entry in
                entry.storeBytes(of: checksum.littleEndian, as: UInt32.self)
                UnsafeMutableRawBufferPointer(rebasing: entry.dropFirst(RecordEntry.headerBytes))
                    .copyMemory(from: value)
            }
        }
    }

    /// Removes a record.
    ///
    /// - Returns: whether there was one.
    package func deleteRecord(_ key: Key) throws(StorageError) -> Bool {
        try delete(key, in: .records)
    }
}

extension StorageError {
    fileprivate static func damagedRecord(_ key: Key) -> StorageError {
        key.withUnsafeBytes { damagedRecord($0) }
    }

    fileprivate static func damagedRecord(_ key: UnsafeRawBufferPointer) -> StorageError {
        let number = Key.number(in: key.bytes) ?? 0
        return .corrupted(
            what: "the checksum of a record of \(key.count - 4) key bytes is wrong",
            location: "table records, number \(number)")
    }
}
