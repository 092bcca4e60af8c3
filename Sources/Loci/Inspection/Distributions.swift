// Loci, Apache License 2.0.

/// How often each whole number came: degrees, hops, lengths of walks.
public struct CountDistribution: Sendable, Equatable {
    /// How often 0, 1, 2, … came; the last is not zero, unless it is the only one.
    public let counts: [Int]

    /// - Parameter counts: How often 0, 1, 2, … came.
    init(counts: [Int]) {
        let end = counts.lastIndex { $0 != 0 } ?? -1
        self.counts = Array(counts[...end])
    }

    /// How often each of some numbers came, which are 0 or more.
    init(of values: some Sequence<Int>) {
        var counts: [Int] = []
        for value in values {
            if counts.count <= value { counts += [Int](repeating: 0, count: value + 1 - counts.count) }
            counts[value] += 1
        }
        self.init(counts: counts)
    }

    /// How many numbers there are.
    public var total: Int { counts.reduce(0, +) }
    /// The least number; 0 of none.
    public var smallest: Int { counts.firstIndex { $0 > 0 } ?? 0 }
    /// The largest number; 0 of none.
    public var largest: Int { max(0, counts.count - 1) }
    /// The average; 0 of none.
    public var mean: Double {
        let total = total
        guard total > 0 else { return 0 }
        return counts.enumerated().reduce(0.0) { $0 + Double($1.offset) * Double($1.element) } / Double(total)
    }

    /// The least number that so large a share of all do not exceed; 0 of none.
    /// - Parameter share: From 0 to 1.
    public func percentile(_ share: Double) -> Int {
        let wanted = max(1, (share * Double(total)).rounded(.up))
        var seen = 0
        for (value, count) in counts.enumerated() {
            seen += count
            if Double(seen) >= wanted { return value }
        }
        return largest
    }
}

/// How real numbers of 0 and more are spread.
public struct ValueDistribution: Sendable, Equatable {
    /// How many there are.
    public let count: Int
    /// The average; 0 of none, as all that follows.
    public let mean: Double
    /// The number that half of all do not exceed.
    public let median: Double
    /// The number that 95 of 100 do not exceed.
    public let percentile95: Double
    /// The largest.
    public let largest: Double
    /// How many lie in each of even steps from 0 to the largest.
    public let bins: [Int]

    /// The steps: enough to show a shape.
    static let binCount = 24

    /// - Parameter values: Finite, 0 or more.
    init(of values: [Double]) {
        let sorted = values.sorted()
        func percentile(_ share: Double) -> Double {
            sorted.isEmpty ? 0 : sorted[max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1)]
        }
        let largest = sorted.last ?? 0
        var bins = [Int](repeating: 0, count: Self.binCount)
        for value in sorted {
            let place = largest > 0 ? Int(value / largest * Double(Self.binCount)) : 0
            bins[min(place, Self.binCount - 1)] += 1
        }
        count = sorted.count
        mean = sorted.isEmpty ? 0 : sorted.reduce(0, +) / Double(sorted.count)
        (median, percentile95, self.largest) = (percentile(0.5), percentile(0.95), largest)
        self.bins = bins
    }
}
