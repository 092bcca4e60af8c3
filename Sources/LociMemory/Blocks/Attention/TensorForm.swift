// Loci, Apache License 2.0.

/// How the keys and values of attention are stored.
///
/// The payload of a member is its keys, of one head after the other, and then its values: float16, little-endian. In a block, what
/// belongs to a head stands together, so that it is read in one run:
///
///     head 0: keys of all members, a row each | values of all members
///     head 1: …
///
/// A row is `dimension` float16, or, as 8-bit codes (LVQ: C. Aguerrebere et al., "Similarity search in the blink of an eye with
/// compressed indices", 2023), low f32, step f32 and a byte a number: x = low + step · code.
public struct TensorForm: Sendable, Hashable {
    /// How a number is stored.
    public enum Coding: String, Sendable, CaseIterable {
        /// As it was given.
        case float16
        /// As a byte, by the range of its row.
        case lvq8
    }

    /// Heads of keys and values. Heads of queries may be a multiple.
    public let heads: Int
    /// Numbers of a key, and of a value.
    public let dimension: Int
    /// How a number is stored.
    public let coding: Coding

    /// The most heads, and the most numbers of a key.
    public static let (maximumHeads, maximumDimension) = (1_024, 1_024)

    /// A form.
    public init(heads: Int, dimension: Int, coding: Coding = .float16) {
        (self.heads, self.dimension, self.coding) = (heads, dimension, coding)
    }

    /// Bytes of what a member is given with.
    public var memberBytes: Int { 4 * heads * dimension }

    /// Bytes of a stored key, or value.
    var rowBytes: Int { coding == .float16 ? 2 * dimension : Self.headerBytes + dimension }

    /// Bytes of what is stored of a member.
    var storedBytes: Int { 2 * heads * rowBytes }

    static let headerBytes = 8

    /// The name as settings and the command line have it: `32x128:float16`.
    public var name: String { "\(heads)x\(dimension):\(coding.rawValue)" }

    /// Reads a name; nil for what is none, or has numbers out of range.
    public init?(name: String) {
        let parts = name.split { $0 == "x" || $0 == ":" }
        guard parts.count == 3, let heads = Int(parts[0]), let dimension = Int(parts[1]),
            let coding = Coding(rawValue: String(parts[2]))
        else { return nil }
        self.init(heads: heads, dimension: dimension, coding: coding)
        guard (try? validate()) != nil else { return nil }
    }

    func validate() throws(MemoryError) {
        guard (1...Self.maximumHeads).contains(heads) else {
            throw .parameter(name: "the number of heads", value: "\(heads)", allowed: "1 to \(Self.maximumHeads)")
        }
        guard (1...Self.maximumDimension).contains(dimension) else {
            throw .parameter(
                name: "the dimension of a head", value: "\(dimension)", allowed: "1 to \(Self.maximumDimension)")
        }
    }

    /// Where the keys of a head, or its values, begin in a block.
    func offset(head: Int, ofValues: Bool, count: Int) -> Int { (2 * head + (ofValues ? 1 : 0)) * count * rowBytes }

    /// Members' keys and values with each row coded, in the order in which they were given.
    ///
    /// A row is coded once, when it comes: rounded to float16 again, what was coded may be other codes.
    func coded(_ payload: [UInt8]) -> [UInt8] {
        guard coding == .lvq8 else { return payload }
        var rows: [UInt8] = []
        rows.reserveCapacity(payload.count / (2 * dimension) * rowBytes)
        for start in stride(from: 0, to: payload.count, by: 2 * dimension) {
            append(payload[start..<start + 2 * dimension], to: &rows)
        }
        return rows
    }

    /// Members' coded rows as a block has them.
    func arranged(_ rows: [UInt8], count: Int) -> [UInt8] {
        var block: [UInt8] = []
        block.reserveCapacity(rows.count)
        for head in 0..<heads {
            for isValue in [0, 1] {
                for member in 0..<count {
                    let start = member * storedBytes + (isValue * heads + head) * rowBytes
                    block += rows[start..<start + rowBytes]
                }
            }
        }
        return block
    }

    /// The coded rows of a block's members, as they were before they were arranged.
    func unarranged(_ block: [UInt8], count: Int) -> [UInt8] {
        var rows: [UInt8] = []
        rows.reserveCapacity(block.count)
        for member in 0..<count {
            for isValue in [0, 1] {
                for head in 0..<heads {
                    let start = ((2 * head + isValue) * count + member) * rowBytes
                    rows += block[start..<start + rowBytes]
                }
            }
        }
        return rows
    }

    private func append(_ halves: ArraySlice<UInt8>, to rows: inout [UInt8]) {
        let numbers = numbers(halves)
        let low = numbers.min() ?? 0
        let step = ((numbers.max() ?? 0) - low) / 255
        for number in [low, step] {
            withUnsafeBytes(of: number.bitPattern.littleEndian) { rows.append(contentsOf: $0) }
        }
        for number in numbers {
            rows.append(step > 0 ? UInt8(max(0, min(255, ((number - low) / step).rounded()))) : 0)
        }
    }

    private func numbers(_ halves: ArraySlice<UInt8>) -> [Float] {
        // The payload's size was checked.
        (try? MemberVectorRecord.decoded(Array(halves).span.bytes, .float16, count: dimension)) ?? []
    }
}
