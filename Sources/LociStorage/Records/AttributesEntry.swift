// Loci, Apache License 2.0.

/// The attributes of a slot, as they are stored under its slot key in the table `attributes`, little-endian:
///
///     offset size
///          0    4  CRC-32 of the collection number, the slot (u32 each), and the text
///          4    n  a JSON object in UTF-8, as it was given; 2 to 65,536 bytes
///
/// A slot without attributes has no entry. What the text may be is for the layer above to tell.
package enum AttributesEntry {
    /// The bytes before the text.
    package static let headerBytes = 4

    /// The entry for a text.
    package static func encoded(_ text: [UInt8], collection: UInt32, slot: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerBytes + text.count)
        bytes.appendLittleEndian(text.withUnsafeBytes { checksum(of: $0, collection: collection, slot: slot) })
        bytes.append(contentsOf: text)
        return bytes
    }

    /// The text of an entry, in place.
    static func text(
        in value: UnsafeRawBufferPointer, collection: UInt32, slot: UInt32
    ) throws(AttributesFault) -> UnsafeRawBufferPointer {
        guard value.count >= headerBytes, let bytes = value.baseAddress else {
            throw AttributesFault(slot: slot, what: .length(value.count))
        }
        let text = UnsafeRawBufferPointer(rebasing: value.dropFirst(headerBytes))
        guard checksum(of: text, collection: collection, slot: slot) == bytes.littleEndian(at: 0, as: UInt32.self)
        else { throw AttributesFault(slot: slot, what: .checksum) }
        return text
    }

    private static func checksum(of text: UnsafeRawBufferPointer, collection: UInt32, slot: UInt32) -> UInt32 {
        let place = (collection.littleEndian, slot.littleEndian)
        return Checksum.crc32(text, after: withUnsafeBytes(of: place) { Checksum.crc32($0) })
    }
}

/// What is wrong with an entry of the table `attributes`.
package struct AttributesFault: Error, Equatable, CustomStringConvertible {
    /// What it is.
    package enum Flaw: Equatable, Sendable {
        /// The key has so many bytes and not 8.
        case key(bytes: Int)
        /// The entry has so many bytes, too few for a checksum.
        case length(Int)
        /// The checksum is that of another text or place.
        case checksum
        /// The slot holds no vector.
        case slot
        /// The vector of the slot is not the first of its row.
        case notFirst
        /// The text is no JSON object, as the reader of it says.
        case text(String)
    }

    /// The slot that the key names, if it is a slot key.
    package let slot: UInt32?
    package let what: Flaw

    package init(slot: UInt32?, what: Flaw) {
        self.slot = slot
        self.what = what
    }

    /// The fault in one line.
    package var description: String {
        let place = slot.map { "table attributes, slot \($0)" } ?? "table attributes"
        return switch what {
        case .key(let bytes): "\(place): a key has \(bytes) bytes and not 8"
        case .length(let bytes): "\(place): an entry has \(bytes) bytes, too few for a checksum"
        case .checksum: "\(place): its checksum is wrong"
        case .slot: "\(place): there are attributes, but the slot holds no vector"
        case .notFirst: "\(place): there are attributes, but its vector is not the first of its row"
        case .text(let text): "\(place): \(text)"
        }
    }
}
