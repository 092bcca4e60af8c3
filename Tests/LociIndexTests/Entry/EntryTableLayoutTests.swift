// Loci, Apache License 2.0.

import Testing

@testable import LociIndex

@Suite struct EntryTableLayoutTests {
    @Test(arguments: [
        // dimension, directions, entries; where the groups and the slots begin, and the bytes of all
        (1, 8, 16, 192, 320, 384),
        (300, 32, 112, 10_112, 12_352, 12_800),
        (784, 32, 4_096, 25_600, 107_520, 123_904),
        (65_536, 8, 4_096, 524_416, 557_184, 573_568),
    ])
    func offsets(_ numbers: (dimension: Int, directions: Int, entries: Int, groups: Int, slots: Int, bytes: Int)) {
        let layout = EntryTableLayout(
            dimension: numbers.dimension, directions: numbers.directions, entries: numbers.entries)
        let arrays = [layout.lowsOffset, layout.stepsOffset, layout.scalesOffset, layout.directionsOffset]
        #expect(arrays == [4, 8, 12, 16].map { $0 * numbers.directions })
        #expect(layout.groups == numbers.entries / 16)
        #expect(layout.groupBytes == 64 + 8 * numbers.directions)
        #expect(layout.groupsOffset == numbers.groups && layout.groupsOffset % 64 == 0 && layout.groupBytes % 64 == 0)
        #expect(layout.groupsOffset - layout.directionsOffset - numbers.directions * numbers.dimension < 64)
        #expect(layout.slotsOffset == numbers.slots)
        #expect(layout.bytes == numbers.bytes)
    }

    @Test func standardNumbers() {
        let directions = [1: 8, 7: 8, 8: 8, 9: 16, 784: 32, 16_384: 32, 16_385: 24, 65_536: 8]
        let entries = [256: 16, 2_001: 112, 65_535: 4_080, 65_536: 4_096, 1_000_000: 4_096]
        for (dimension, directions) in directions {
            for (count, entries) in entries {
                let layout = EntryTableLayout.standard(dimension: dimension, count: count)
                #expect(
                    layout == EntryTableLayout(dimension: dimension, directions: directions, entries: entries),
                    "\(dimension), \(count)")
                #expect(layout?.isPossible == true)
                // What a chunk can hold.
                #expect(layout.map { $0.bytes <= 1 << 20 } == true)
            }
            for count in [0, 15, 16, 255] {
                #expect(EntryTableLayout.standard(dimension: dimension, count: count) == nil)
            }
        }
        #expect(EntryTableLayout.standard(dimension: 65_537, count: 1_000_000) == nil)
    }

    @Test func whatIsPossible() {
        func isPossible(_ dimension: Int, _ directions: Int, _ entries: Int) -> Bool {
            EntryTableLayout(dimension: dimension, directions: directions, entries: entries).isPossible
        }
        #expect(isPossible(1, 8, 16) && isPossible(65_536, 128, 65_536))
        for dimension in [-1, 0, 65_537, Int.max] { #expect(!isPossible(dimension, 32, 16)) }
        for directions in [Int.min, -8, 0, 4, 12, 136, .max] { #expect(!isPossible(784, directions, 16)) }
        for entries in [Int.min, -16, 0, 8, 24, 65_552, .max] { #expect(!isPossible(784, 32, entries)) }
    }
}
