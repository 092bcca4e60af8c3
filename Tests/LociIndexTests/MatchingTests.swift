// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

@Suite struct SlotSetTests {
    @Test(arguments: [0, 1, 63, 64, 65, 1000]) func holdsWhatItWasGiven(limit: Int) {
        var generator = SeededGenerator()
        for share in [1, 2, 7, 200] {
            let set = SlotSet(limit: limit)
            var expected: [UInt32] = []
            for slot in 0..<UInt32(limit) where Int.random(in: 0..<share, using: &generator) == 0 {
                set.insert(slot)
                set.insert(slot)
                expected.append(slot)
            }
            set.insert(UInt32(limit))
            #expect(set.count == expected.count)
            #expect((0..<UInt32(limit) + 100).filter(set.contains) == expected)
            let sample = set.sample(16)
            #expect(sample.count <= 16 && Set(sample).count == sample.count && sample.allSatisfy(set.contains))
            #expect(sample.isEmpty == expected.isEmpty)
            for block in [1, 5, 64] {
                #expect(slots(of: set, block) == expected)
            }
        }
    }

    /// All slots, so many at a time.
    private func slots(of set: SlotSet, _ block: Int) -> [UInt32] {
        var all: [UInt32] = []
        var position = 0
        while true {
            var next = [UInt32](repeating: 0, count: block)
            let found = next.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.map { set.bits.next(from: &position, into: $0, count: block) } ?? 0
            }
            if found == 0 { return all }
            all += next.prefix(found)
        }
    }
}
