// Loci, Apache License 2.0.

/// The mark of a collection number whose records are not, or no more, part of the database.
///
/// It lies in the table `staging` under the collection key, little-endian, 16 bytes:
///
///     offset size
///          0    4  version: 1
///          4    4  collection number
///          8    4  zero
///         12    4  CRC-32 of the bytes before it
///
/// A build writes under such a number until its last transaction removes the mark; dropping a collection begins with
/// setting it. A writer that opens the file while no build is under way drops the records of every marked number.
enum StagingRecord {
    static let encodedBytes = 16

    static func encoded(collection: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(UInt32(1))
        bytes.appendLittleEndian(collection)
        bytes.appendLittleEndian(UInt32(0))
        bytes.appendLittleEndian(bytes.withUnsafeBytes { Checksum.crc32($0) })
        return bytes
    }

    /// The collection number of an entry of the table.
    ///
    /// - Throws: ``StorageError/corrupted(what:location:)``: no records may be dropped on the word of a broken entry.
    static func collection(key: RawSpan, value: RawSpan) throws(StorageError) -> UInt32 {
        guard key.byteCount == 4, let number = Key.number(in: key), number != Key.databaseNumber,
            value.copied == encoded(collection: number)
        else {
            throw .corrupted(what: "an entry is damaged", location: "table staging")
        }
        return number
    }
}
