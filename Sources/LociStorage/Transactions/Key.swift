// Loci, Apache License 2.0.

/// A key of a table.
///
/// Every key starts with the number of its collection, so that one range holds what belongs to a collection, in every
/// table. Number 0 is the database itself. Numbers are big-endian, so that the order of bytes is the order of numbers.
///
///     collection key   | collection u32 |                                  4 bytes
///     chunk key        | collection u32 | chunk index u32 |                8 bytes
///     slot key         | collection u32 | slot u32 |                       8 bytes
///     identifier key   | collection u32 | identifier, 1...480 bytes |      5...484 bytes
///     posting key      | collection u32 | field u16 | value, 1...483 bytes | slot u32 |   11...493 bytes
///
/// LMDB takes keys of 1 to 511 bytes.
package struct Key: Hashable, Sendable {
    /// The longest identifier, in bytes.
    package static let maximumIdentifierBytes = 480
    /// The longest key, in bytes.
    package static let maximumBytes = 493
    /// The longest value in a posting key, in bytes.
    package static let maximumValueBytes = 483
    /// The collection number that stands for the database itself.
    package static let databaseNumber: UInt32 = 0

    // Chunk and slot keys are made in inner loops: up to eight bytes need no allocation.
    private enum Storage: Hashable, Sendable {
        case short(bigEndian: UInt64, count: Int)
        case long([UInt8])
    }

    private let storage: Storage

    /// The key of the record of a collection; also the prefix of all its keys.
    package init(collection: UInt32) {
        storage = .short(bigEndian: (UInt64(collection) << 32).bigEndian, count: 4)
    }

    /// The key of a chunk.
    package init(collection: UInt32, chunk: UInt32) {
        storage = .short(bigEndian: (UInt64(collection) << 32 | UInt64(chunk)).bigEndian, count: 8)
    }

    /// The key of what belongs to a slot.
    package init(collection: UInt32, slot: UInt32) {
        self.init(collection: collection, chunk: slot)
    }

    /// The key of an identifier, or of a named record of a collection.
    ///
    /// - Throws: ``StorageError/keyLength(bytes:limit:)`` for an empty identifier or one of more than 480 bytes.
    package init(collection: UInt32, identifier: some Collection<UInt8>) throws(StorageError) {
        let count = identifier.count
        guard (1...Key.maximumIdentifierBytes).contains(count) else {
            throw .keyLength(bytes: count, limit: Key.maximumIdentifierBytes)
        }
        var bytes = [UInt8]()
        bytes.reserveCapacity(4 + count)
        Swift.withUnsafeBytes(of: collection.bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: identifier)
        storage = .long(bytes)
    }

    /// The key of postings, or of a part of it the prefix that many share.
    ///
    /// - Parameters:
    ///   - value: The bytes of the value, or some of the first; empty for all values of the field.
    ///   - slot: The first slot of the postings; nil for those of all.
    /// - Throws: ``StorageError/keyLength(bytes:limit:)`` for a value of more than 483 bytes.
    package init(
        collection: UInt32, field: UInt16, value: [UInt8] = [], slot: UInt32? = nil
    ) throws(StorageError) {
        guard value.count <= Key.maximumValueBytes else {
            throw .keyLength(bytes: value.count, limit: Key.maximumValueBytes)
        }
        var bytes = [UInt8]()
        bytes.reserveCapacity(10 + value.count)
        Swift.withUnsafeBytes(of: collection.bigEndian) { bytes.append(contentsOf: $0) }
        Swift.withUnsafeBytes(of: field.bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: value)
        if let slot { Swift.withUnsafeBytes(of: slot.bigEndian) { bytes.append(contentsOf: $0) } }
        storage = .long(bytes)
    }

    /// The number of bytes of the key.
    package var count: Int {
        switch storage {
        case .short(_, let count): count
        case .long(let bytes): bytes.count
        }
    }

    /// Runs `body` with the bytes of the key, which are valid during the call.
    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch storage {
        case .short(let bigEndian, let count):
            try Swift.withUnsafeBytes(of: bigEndian) { bytes throws(Failure) in
                try body(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            }
        case .long(let bytes):
            try Key.withBytes(of: bytes, body)
        }
    }

    private static func withBytes<Result, Failure: Error>(
        of bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let span = bytes.span.bytes
        return try span.withUnsafeBytes { buffer throws(Failure) in try body(buffer) }
    }

    /// The chunk index in a chunk key of `collection`, or nil if `bytes` is something else.
    package static func chunkIndex(in bytes: RawSpan, ofCollection collection: UInt32) -> UInt32? {
        guard bytes.byteCount == 8, number(in: bytes) == collection else { return nil }
        return UInt32(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 4, as: UInt32.self))
    }

    /// The slot in a slot key of `collection`, or nil if `bytes` is something else.
    package static func slot(in bytes: RawSpan, ofCollection collection: UInt32) -> UInt32? {
        chunkIndex(in: bytes, ofCollection: collection)
    }

    /// The field, where the value lies, and the slot in a posting key, or nil if `bytes` is something else.
    package static func posting(in bytes: RawSpan) -> (field: UInt16, value: Range<Int>, slot: UInt32)? {
        guard bytes.byteCount > 10, bytes.byteCount <= maximumBytes else { return nil }
        let end = bytes.byteCount - 4
        return (
            UInt16(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 4, as: UInt16.self)), 6..<end,
            UInt32(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: end, as: UInt32.self))
        )
    }

    /// The collection number that a key starts with, or nil if it is too short.
    package static func number(in bytes: RawSpan) -> UInt32? {
        guard bytes.byteCount >= 4 else { return nil }
        return UInt32(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt32.self))
    }
}
