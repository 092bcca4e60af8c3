// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

@Suite struct VisitedFilterTests {
    @Test func neverTakesANewSlotForASeenOne() {
        var generator = SeededGenerator("visited filter")
        var filter = VisitedFilter()
        defer { filter.deallocate() }
        for round in 0..<TestSettings.iterations(20) {
            let expected = 1 << generator.below(18)
            filter.reset(expected: expected)
            var seen = Set<UInt32>()
            // Near slots, slots of one multiple, which may fall on one place, and any.
            let stride = UInt32(1) << UInt32(generator.below(20))
            for _ in 0..<2000 {
                let slot =
                    generator.below(2) == 0
                    ? UInt32(generator.below(1000)) &* stride & UInt32(Int32.max)
                    : UInt32(generator.below(Int(Int32.max)))
                let isNew = seen.insert(slot).inserted
                let saysNew = filter.insert(slot) == 1
                #expect(saysNew || !isNew, "slot \(slot) of round \(round)")
                let repeated = filter.insert(slot)
                #expect(repeated == 0)
            }
        }
    }

    @Test func forgetsAtReset() {
        var filter = VisitedFilter()
        defer { filter.deallocate() }
        for expected in [10, 10_000, 10] {
            filter.reset(expected: expected)
            for slot in 0..<UInt32(100) {
                let isNew = filter.insert(slot)
                #expect(isNew == 1)
            }
        }
    }

    @Test func remembersMostOfWhatIsExpected() {
        var generator = SeededGenerator("visited memory")
        var filter = VisitedFilter()
        defer { filter.deallocate() }
        filter.reset(expected: 4000)
        let slots = Set((0..<4000).map { _ in UInt32(generator.below(1_000_000)) }).sorted()
        for slot in slots { _ = filter.insert(slot) }
        let forgotten = slots.count { filter.insert($0) == 1 }
        // 4,000 in 16,384 places: a slot is displaced by a later one with a chance of at most 1 - e^-0.24.
        #expect(forgotten < slots.count / 4)
    }
}
