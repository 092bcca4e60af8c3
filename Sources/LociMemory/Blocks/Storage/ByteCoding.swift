// Loci, Apache License 2.0.

/// Writes numbers one after the other, little-endian.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// Reads of bytes whose number was checked.
extension RawSpan {
    /// A number, little-endian.
    func number<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _: Number.Type) -> Number {
        withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
    }

    /// A text of UTF-8.
    func text(_ range: Range<Int>) -> String {
        withUnsafeBytes { String(decoding: $0[range], as: UTF8.self) }
    }
}

/// The texts of a block: of each its bytes, u32, and then all texts.
enum TextList {
    static func encoded(_ texts: [String]) -> [UInt8] {
        var bytes = ByteWriter()
        for text in texts { bytes.append(UInt32(text.utf8.count)) }
        return bytes.bytes + texts.flatMap { Array($0.utf8) }
    }

    /// - Throws: `MemoryError.corrupt`.
    static func decoded(_ value: RawSpan, count: Int) throws(MemoryError) -> [String] {
        guard value.byteCount >= 4 * count else { throw .corrupt("the texts of a block are cut off") }
        var texts: [String] = []
        var start = 4 * count
        for index in 0..<count {
            let end = start + Int(value.number(4 * index, UInt32.self))
            guard end <= value.byteCount else { throw .corrupt("the texts of a block are cut off") }
            texts.append(value.text(start..<end))
            start = end
        }
        return texts
    }
}
