// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociClient

/// Percentiles of what was counted in buckets.
@Suite struct LatencyHistogramTests {
    @Test func smallOnesAreExact() {
        var histogram = LatencyHistogram()
        for value in 1...200 { histogram.record(nanoseconds: UInt64(value)) }
        #expect(histogram.count == 200 && histogram.largest == 200)
        #expect(histogram.percentile(0.5) == 100)
        #expect(histogram.percentile(0.99) == 198)
        #expect(histogram.percentile(1) == 200)
        #expect(LatencyHistogram().percentile(0.5) == 0)
    }

    @Test(arguments: [1, 2, 3])
    func percentilesAreNearTheTrueOnes(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var histogram = LatencyHistogram()
        let values = (0..<5_000).map { _ in
            UInt64.random(in: 0..<(1 << UInt64.random(in: 1...50, using: &generator)), using: &generator)
        }
        for value in values { histogram.record(nanoseconds: value) }
        let sorted = values.sorted()
        for share in [0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1] {
            let exact = sorted[max(0, Int((share * 5_000).rounded(.up)) - 1)]
            let found = histogram.percentile(share)
            #expect(
                found >= exact && Double(found) <= Double(exact) * 1.008,
                "seed \(seed), \(share): \(found) for \(exact)")
        }
    }

    @Test func theLargestHasAPlace() {
        var histogram = LatencyHistogram()
        histogram.record(nanoseconds: .max)
        histogram.record(nanoseconds: 0)
        #expect(histogram.percentile(1) == .max && histogram.percentile(0.5) == 0)
    }
}
