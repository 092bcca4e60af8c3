// Loci, Apache License 2.0.

/// How many words the documents of 512 slots have, as it is stored:
///
///     offset  size
///          0  1024  words of the document in each slot, 16 bits each, little-endian; 0: none there
///
/// A document of 65,535 words or more counts as one of 65,535. Attributes of 64 KiB have 32,768 words at most: a word takes a byte,
/// and so does what divides it from the next.
package struct LengthBlock: Equatable {
    /// The slots of a block; the first is a multiple of it.
    package static let slotCount = 512
    /// The bytes of a block.
    package static let byteCount = 2 * slotCount

    private var lengths: [UInt16]

    /// The bytes of a block without documents.
    package static let none = [UInt8](repeating: 0, count: byteCount)

    /// A block without documents.
    package init() { lengths = Array(repeating: 0, count: Self.slotCount) }

    /// - Throws: `badLengths`.
    package init(_ bytes: RawSpan) throws(WordsError) {
        try Self.check(bytes)
        lengths = (0..<Self.slotCount).map { UInt16(Self.length(of: UInt32($0), in: bytes)) }
    }

    /// The first slot of the block in which a slot is.
    package static func firstSlot(of slot: UInt32) -> UInt32 { slot / UInt32(slotCount) * UInt32(slotCount) }

    /// - Throws: `badLengths` for what is no block.
    package static func check(_ bytes: RawSpan) throws(WordsError) {
        guard bytes.byteCount == byteCount else { throw .badLengths(bytes: bytes.byteCount) }
    }

    /// The words of a document in bytes that were checked.
    /// - Parameter slot: Any slot of the block.
    package static func length(of slot: UInt32, in bytes: RawSpan) -> UInt32 {
        let offset = 2 * (Int(slot) % slotCount)
        return UInt32(UInt16(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    }

    /// The words of the document in a slot of the block.
    package subscript(slot: UInt32) -> UInt32 {
        get { UInt32(lengths[Int(slot) % Self.slotCount]) }
        set { lengths[Int(slot) % Self.slotCount] = UInt16(clamping: newValue) }
    }

    /// Whether there is no document.
    package var isEmpty: Bool { lengths.allSatisfy { $0 == 0 } }

    /// The bytes that are stored.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for length in lengths { withUnsafeBytes(of: length.littleEndian) { bytes.append(contentsOf: $0) } }
        return bytes
    }
}
