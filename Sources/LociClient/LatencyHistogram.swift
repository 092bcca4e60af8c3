// Loci, Apache License 2.0.

/// How often which latency was seen, in a memory that does not grow.
///
/// Latencies of equal leading 8 bits are counted together, so a percentile is off by less than 0.8 %. This is the layout of
/// HdrHistogram (Tene, 2012): a bucket's width grows with its place.
package struct LatencyHistogram: Sendable {
    private static let leadingBits = 7
    private static let linear = 1 << (leadingBits + 1)

    private var counts = [UInt64](
        repeating: 0, count: (65 - LatencyHistogram.leadingBits) << LatencyHistogram.leadingBits)
    /// How many were recorded.
    package private(set) var count: UInt64 = 0
    /// The largest, in nanoseconds.
    package private(set) var largest: UInt64 = 0

    /// A histogram of nothing.
    package init() {}

    /// Counts a latency.
    ///
    /// - Complexity: O(1)
    package mutating func record(nanoseconds: UInt64) {
        counts[Self.bucket(nanoseconds)] += 1
        count += 1
        largest = max(largest, nanoseconds)
    }

    /// The latency that a share of all is at most, in nanoseconds: the largest of its bucket; 0 of nothing.
    ///
    /// - Complexity: O(buckets)
    package func percentile(_ share: Double) -> UInt64 {
        let wanted = UInt64((max(0, min(1, share)) * Double(count)).rounded(.up))
        var seen: UInt64 = 0
        for (bucket, count) in counts.enumerated() where count > 0 {
            seen += count
            if seen >= wanted { return min(largest, Self.upperBound(bucket)) }
        }
        return largest
    }

    private static func bucket(_ value: UInt64) -> Int {
        guard value >= UInt64(linear) else { return Int(value) }
        let shift = 63 - value.leadingZeroBitCount - leadingBits
        return shift << leadingBits + Int(value >> UInt64(shift))
    }

    private static func upperBound(_ bucket: Int) -> UInt64 {
        guard bucket >= linear else { return UInt64(bucket) }
        let shift = bucket >> leadingBits - 1
        let leading = UInt64(bucket - shift << leadingBits)
        return (leading << UInt64(shift)) | ((1 << UInt64(shift)) - 1)
    }
}
