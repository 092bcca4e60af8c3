// Loci, Apache License 2.0.

/// How the landmarks of a block, small vectors that stand for it, are made of the vectors of its members.
public enum LandmarkPolicy: Sendable, Hashable {
    /// One: the mean of all.
    case mean
    /// The means of so many equal parts of the block: as inference servers that adapt HSA (arXiv 2504.16795) do. Four of them are
    /// the default, measured best on conversations; see `docs/benchmarks/blocks.md`.
    case segmentMeans(Int)
    /// Given by the caller, such as the vector of a trained landmark token (Landmark Attention, arXiv 2305.16300).
    case given
    /// One: the mean of so many members that got most attention, as the caller tells it (InfLLM, arXiv 2402.04617).
    case received(Int)
    /// So many members, chosen one after the other as the farthest from those before (Gonzalez, 1985).
    case cover(Int)

    /// The most landmarks of a block, and the most members that `received` takes the mean of.
    public static let maximumCount = 64

    /// The name as settings and the command line have it: `mean`, `segments:4`, `given`, `received:4` or `cover:4`.
    public var name: String {
        switch self {
        case .mean: "mean"
        case .segmentMeans(let count): "segments:\(count)"
        case .given: "given"
        case .received(let count): "received:\(count)"
        case .cover(let count): "cover:\(count)"
        }
    }

    /// Reads a name; nil for what is none, or has a number outside 1 to 64.
    public init?(name: String) {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let count = parts.count == 2 ? Int(parts[1]) : nil
        if let count, !(1...Self.maximumCount).contains(count) { return nil }
        switch (parts.first, parts.count, count) {
        case ("mean", 1, _): self = .mean
        case ("given", 1, _): self = .given
        case ("segments", 2, let count?): self = .segmentMeans(count)
        case ("received", 2, let count?): self = .received(count)
        case ("cover", 2, let count?): self = .cover(count)
        default: return nil
        }
    }

    /// The landmarks of a block.
    /// - Parameters:
    ///   - members: The vectors, one after the other; at least one.
    ///   - dimension: Numbers of a vector.
    ///   - isAngular: Whether only directions count: then means are those of vectors brought to unit length, and of unit length
    ///     themselves.
    ///   - attention: What each member received, where the policy asks for it.
    /// - Returns: None where they are given by the caller.
    /// - Complexity: O(members · dimension), for `cover` times the number of landmarks.
    func landmarks(of members: [Float], dimension: Int, isAngular: Bool, attention: [Float]) -> [[Float]] {
        let vectors = LandmarkVectors(members, dimension: dimension, isAngular: isAngular)
        switch self {
        case .given: return []
        case .mean: return [vectors.mean(of: 0..<vectors.count)]
        case .segmentMeans(let parts):
            let parts = min(parts, vectors.count)
            return (0..<parts).map { part in
                vectors.mean(of: vectors.count * part / parts..<vectors.count * (part + 1) / parts)
            }
        case .received(let count):
            let best = (0..<vectors.count).sorted { (attention[$0], $1) > (attention[$1], $0) }.prefix(count)
            return [vectors.mean(of: best.sorted())]
        case .cover(let count): return vectors.cover(min(count, vectors.count)).map { vectors[$0] }
        }
    }
}

/// The vectors that landmarks are made of.
private struct LandmarkVectors {
    let count: Int
    private let values: [Float]
    private let dimension: Int
    private let isAngular: Bool

    init(_ members: [Float], dimension: Int, isAngular: Bool) {
        (count, self.dimension, self.isAngular) = (members.count / dimension, dimension, isAngular)
        guard isAngular else {
            values = members
            return
        }
        var values = members
        for start in stride(from: 0, to: members.count, by: dimension) {
            Self.normalise(&values, start..<start + dimension)
        }
        self.values = values
    }

    subscript(place: Int) -> [Float] { Array(values[place * dimension..<(place + 1) * dimension]) }

    /// Brings a part to unit length. What has none stays.
    private static func normalise(_ values: inout [Float], _ range: Range<Int>) {
        let length = range.reduce(0.0) { $0 + Double(values[$1]) * Double(values[$1]) }.squareRoot()
        guard length > 0 else { return }
        for index in range { values[index] = Float(Double(values[index]) / length) }
    }

    func mean(of places: some Swift.Collection<Int>) -> [Float] {
        var sums = [Double](repeating: 0, count: dimension)
        for place in places {
            for index in 0..<dimension { sums[index] += Double(values[place * dimension + index]) }
        }
        let square = sums.reduce(0) { $0 + $1 * $1 }
        // Vectors that point apart have no mean direction: the first stands for all.
        if isAngular, square < 1e-12, let first = places.first { return self[first] }
        var mean = sums.map { Float($0 / Double(places.count)) }
        if isAngular { Self.normalise(&mean, 0..<dimension) }
        return mean
    }

    func cover(_ wanted: Int) -> [Int] {
        var chosen = [0]
        var distances = (0..<count).map { distance($0, 0) }
        while chosen.count < wanted {
            let next = (0..<count).max { (distances[$0], $1) < (distances[$1], $0) } ?? 0
            guard distances[next] > 0 else { break }
            chosen.append(next)
            for place in 0..<count { distances[place] = min(distances[place], distance(place, next)) }
        }
        return chosen
    }

    private func distance(_ left: Int, _ right: Int) -> Double {
        (0..<dimension).reduce(0.0) { sum, index in
            let difference = Double(values[left * dimension + index]) - Double(values[right * dimension + index])
            return sum + difference * difference
        }
    }
}
