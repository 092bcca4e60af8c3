// Loci, Apache License 2.0.

/// A block of the postings of one term, as it is stored: some of its documents in the order of their slots, how often the term
/// occurs in each, and where.
///
///     offset size
///          0    1  version: 1
///          1    1  greatest frequency, f; 255: 255 or more
///          2    2  postings, n: 1 to 512
///          4    4  slot of the first posting
///          8    4  slot of the last
///         12    2  words of the shortest document, or less; 65535: 65535 or more
///         14    1  bits of a gap, g: 0 to 32
///         15    1  bits of a frequency, f: 0 to 32
///         16    1  bits of a position, p: 0 to 32
///         17       gaps: slot − slot before − 1, of all postings but the first; (n − 1) × g bits
///                  frequencies − 1; n × f bits
///                  positions, of each posting min(frequency, 256): the first, then place − place before − 1; p bits each
///
/// Each of the three parts is filled with zero bits to a whole byte. Numbers are little-endian, of bits the lowest comes first. A
/// block has at most 1,900 bytes, so that two of them lie on a page of 4 KiB with their keys. Checksums are the storage's.
///
/// A block that was filled takes 0.8 to 1.7 bytes a posting and 0.5 to 1.6 a position (`PackedNumbers`); where each document
/// has the term once, frequencies take nothing.
package struct PostingBlock {
    /// The most bytes of a block.
    package static let maximumBytes = 1_900
    /// The most postings of a block. More would save 0.04 bytes a posting, and give coarser bounds.
    package static let maximumCount = 512
    /// The most positions of a posting that are kept. Phrases are found in those.
    package static let maximumPositions = 256

    static let headerBytes = 17
    static let version: UInt8 = 1

    /// How many postings it holds.
    package let count: Int
    /// The first slot.
    package let firstSlot: UInt32
    /// The last slot.
    package let lastSlot: UInt32
    /// The greatest frequency; `UInt32.max` where the block only says that it is 255 or more.
    package let greatestFrequency: UInt32
    /// No document of the block has fewer words.
    package let shortestDocument: UInt32

    private let gaps: PackedNumbers
    private let frequencies: PackedNumbers
    let positionWidth: Int

    /// Bits of a frequency.
    var frequencyWidth: Int { frequencies.width }
    /// Where a block of slots alone ends.
    var endOfSlots: Int { gaps.end }

    /// Reads the header of a block.
    ///
    /// - Throws: `badPostings`.
    /// - Complexity: O(1)
    package init(header block: RawSpan) throws(WordsError) {
        guard block.byteCount >= Self.headerBytes, block.byteCount <= Self.maximumBytes else {
            throw .badPostings(reason: "it has \(block.byteCount) bytes")
        }
        func byte(_ offset: Int) -> UInt8 { block.unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
        func number<Value: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _ type: Value.Type) -> Value {
            Value(littleEndian: block.unsafeLoadUnaligned(fromByteOffset: offset, as: type))
        }
        guard byte(0) == Self.version else { throw .badPostings(reason: "its version is \(byte(0))") }
        greatestFrequency = byte(1) == 255 ? .max : UInt32(byte(1))
        count = Int(number(2, UInt16.self))
        firstSlot = number(4, UInt32.self)
        lastSlot = number(8, UInt32.self)
        shortestDocument = UInt32(number(12, UInt16.self))
        guard count >= 1, count <= Self.maximumCount else { throw .badPostings(reason: "it counts \(count) postings") }
        guard lastSlot < .max, firstSlot <= lastSlot, Int(lastSlot - firstSlot) >= count - 1 else {
            throw .badPostings(reason: "\(count) postings do not fit between slots \(firstSlot) and \(lastSlot)")
        }
        guard byte(1) > 0, byte(14) <= 32, byte(15) <= 32, byte(16) <= 32 else {
            throw .badPostings(reason: "its frequency or widths are out of range")
        }
        gaps = PackedNumbers(offset: Self.headerBytes, count: count - 1, width: Int(byte(14)))
        frequencies = PackedNumbers(offset: gaps.end, count: count, width: Int(byte(15)))
        positionWidth = Int(byte(16))
        guard frequencies.end <= block.byteCount else { throw .badPostings(reason: "it is cut off") }
    }

    /// Reads all slots.
    ///
    /// - Parameters:
    ///   - block: The block that the header was read of.
    ///   - slots: Takes them at its end.
    /// - Throws: `badPostings`.
    func readSlots(_ block: RawSpan, appendingTo slots: inout [UInt32]) throws(WordsError) {
        var slot = UInt64(firstSlot)
        var index = slots.count + 1
        // To append them one by one costs twice as much.
        slots.append(contentsOf: repeatElement(firstSlot, count: count))
        var places = slots.mutableSpan
        gaps.forEach(0..<gaps.count, in: block) { gap in
            slot += UInt64(gap) + 1
            places[index] = UInt32(truncatingIfNeeded: slot)
            index += 1
        }
        guard slot == UInt64(lastSlot) else { throw .badPostings(reason: "its slots do not lead to the last one") }
    }

    /// Reads all frequencies, and compares the size of the block with what they say.
    ///
    /// - Parameters:
    ///   - block: The block that the header was read of.
    ///   - values: Takes them at its end.
    /// - Throws: `badPostings`.
    func readFrequencies(_ block: RawSpan, appendingTo values: inout [UInt32]) throws(WordsError) {
        var greatest: UInt32 = 0
        var positions = 0
        var index = values.count
        values.append(contentsOf: repeatElement(0, count: count))
        var places = values.mutableSpan
        frequencies.forEach(0..<count, in: block) { stored in
            let frequency = UInt32(clamping: UInt64(stored) + 1)
            places[index] = frequency
            index += 1
            greatest = max(greatest, frequency)
            positions += Self.positionCount(frequency)
        }
        guard greatest <= greatestFrequency else {
            throw .badPostings(reason: "a frequency is \(greatest), above the greatest")
        }
        let end = frequencies.end + PackedNumbers.bytes(count: positions, width: positionWidth)
        guard end == block.byteCount else {
            throw .badPostings(reason: "it has \(block.byteCount) bytes, its postings take \(end)")
        }
    }

    /// Reads the frequency of one posting, where the others do not matter.
    ///
    /// - Throws: `badPostings`.
    func frequency(at index: Int, _ block: RawSpan) throws(WordsError) -> UInt32 {
        let frequency = UInt32(clamping: UInt64(frequencies.number(at: index, in: block)) + 1)
        guard frequency <= greatestFrequency else {
            throw .badPostings(reason: "a frequency is \(frequency), above the greatest")
        }
        return frequency
    }

    /// How many positions of a posting are kept.
    static func positionCount(_ frequency: UInt32) -> Int { Int(min(frequency, UInt32(maximumPositions))) }

    /// Reads the positions of one posting.
    ///
    /// - Parameters:
    ///   - start: How many positions the postings before it have.
    ///   - count: How many it has.
    ///   - block: The block, whose frequencies were read.
    ///   - positions: Takes them, in place of what it holds.
    /// - Throws: `badPostings`.
    func readPositions(from start: Int, count: Int, _ block: RawSpan, into positions: inout [UInt32]) throws(WordsError)
    {
        positions.removeAll(keepingCapacity: true)
        let packed = PackedNumbers(offset: frequencies.end, count: start + count, width: positionWidth)
        guard packed.end <= block.byteCount else { throw .badPostings(reason: "it is cut off") }
        var next: UInt64 = 0
        packed.forEach(start..<start + count, in: block) { gap in
            next += UInt64(gap)
            positions.append(UInt32(truncatingIfNeeded: next))
            next += 1
        }
        guard next <= UInt64(UInt32.max) + 1 else { throw .badPostings(reason: "a position is out of range") }
    }

    /// Reads the gaps of all positions, as they are stored.
    ///
    /// - Parameters:
    ///   - block: The block, whose frequencies were read.
    ///   - count: How many there are.
    ///   - gaps: Takes them at its end.
    /// - Throws: `badPostings`.
    func readGaps(_ block: RawSpan, count: Int, appendingTo gaps: inout [UInt32]) throws(WordsError) {
        let packed = PackedNumbers(offset: frequencies.end, count: count, width: positionWidth)
        guard packed.end <= block.byteCount else { throw .badPostings(reason: "it is cut off") }
        packed.forEach(0..<count, in: block) { gaps.append($0) }
    }
}
