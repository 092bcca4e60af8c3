// Loci, Apache License 2.0.

/// Slots that have a value in a field, or what is known of each slot of a range, as they are stored in the table `postings` under a
/// posting key, little-endian:
///
///     offset size
///          0    4  CRC-32 of the key and the block
///          4    n  a block, of which the first slot is that of the key
///
/// What the block looks like, and the value, is for the layer above to tell.
package enum PostingsEntry {
    /// The bytes before the block.
    package static let headerBytes = 4

    package static func encoded(_ block: [UInt8], key: Key) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerBytes + block.count)
        let first = key.withUnsafeBytes { Checksum.crc32($0) }
        bytes.appendLittleEndian(block.withUnsafeBytes { Checksum.crc32($0, after: first) })
        bytes.append(contentsOf: block)
        return bytes
    }

    /// The block of an entry, in place; nil if the checksum is wrong.
    package static func block(in value: RawSpan, key: RawSpan) -> Range<Int>? {
        guard value.byteCount > headerBytes else { return nil }
        let first = key.withUnsafeBytes { Checksum.crc32($0) }
        let checksum = value.extracting(headerBytes..<value.byteCount).withUnsafeBytes {
            Checksum.crc32($0, after: first)
        }
        return checksum == value.littleEndian(at: 0, as: UInt32.self) ? headerBytes..<value.byteCount : nil
    }
}
