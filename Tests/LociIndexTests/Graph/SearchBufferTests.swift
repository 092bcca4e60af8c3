// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

@Suite struct SearchBufferTests {
    /// The buffer as a sorted array of all that it should hold.
    private struct Model {
        struct Entry {
            let key: UInt64
            var isExpanded: Bool
        }
        let extent: WalkExtent
        var entries: [Entry] = []
        var limit = Float.infinity
        var reach = Float.infinity

        mutating func insert(_ keys: [UInt64]) {
            if keys.isEmpty { return }
            for key in keys where !entries.contains(where: { $0.key == key }) {
                entries.append(Entry(key: key, isExpanded: false))
                entries.sort { $0.key < $1.key }
                if entries.count > extent.capacity { entries.removeLast() }
            }
            func distance(_ place: Int) -> Float { SearchBuffer.distance(entries[place].key) }
            if entries.count == extent.capacity { limit = distance(entries.count - 1) }
            guard extent.stretch < .infinity, entries.count >= extent.kept else { return }
            let origin = extent.offset.map { -$0 } ?? distance(0)
            reach = origin + extent.stretch * max(0, max(distance(extent.wanted - 1), extent.radius) - origin)
            while entries.count > extent.kept, distance(entries.count - 1) > reach { entries.removeLast() }
            limit = min(limit, max(reach, distance(extent.kept - 1)))
        }

        mutating func expandNext(followed: Int) -> UInt64? {
            guard let index = entries.firstIndex(where: { !$0.isExpanded }) else { return nil }
            let isNear = SearchBuffer.distance(entries[index].key) <= reach || followed < extent.least
            guard index < extent.most && isNear || entries.count < extent.wanted else { return nil }
            entries[index].isExpanded = true
            return entries[index].key
        }

        func waiting(_ place: Int) -> UInt32? {
            let waiting = entries.filter { !$0.isExpanded }
            return place < waiting.count ? SearchBuffer.slot(waiting[place].key) : nil
        }
    }

    @Test func behavesAsASortedArray() {
        var generator = SeededGenerator("search buffer")
        var buffer = SearchBuffer()
        defer { buffer.deallocate() }
        for _ in 0..<TestSettings.iterations(20) * 10 {
            let most = 1 + generator.below(generator.below(4) == 0 ? 250 : 12)
            let wanted = 1 + generator.below(most)
            let kept = max(wanted, generator.below(2 * most))
            let extent =
                generator.below(3) == 0
                ? WalkExtent(window: most, kept: kept, wanted: wanted)
                : WalkExtent(
                    most: most, least: generator.below(kept + 1), wanted: wanted, kept: kept,
                    stretch: 1 + 2 * abs(generator.float()),
                    offset: generator.below(4) == 0 ? nil : Float(generator.below(3)),
                    radius: generator.below(2) == 0 ? -.infinity : generator.float())
            buffer.reset(extent)
            var model = Model(extent: extent)
            var followed = 0
            // Few distances and slots, so that ties and repeats are common.
            let distances: [Float] = [-1e30, -2, -1, -0.0, 0, 0x1p-130, 1, 1.5, 3e38, .infinity]
            let slots = 1 + generator.below(20)
            for _ in 0..<generator.below(200) {
                if generator.below(4) == 0 {
                    let expanded = buffer.expandNext(followed: followed)
                    #expect(expanded == model.expandNext(followed: followed))
                    followed += expanded == nil ? 0 : 1
                } else {
                    var batch = (distances: [Float](), slots: [UInt32]())
                    for _ in 0..<generator.below(generator.below(2) == 0 ? 3 : 20) {
                        let distance =
                            generator.below(3) == 0 ? generator.float() : distances[generator.below(distances.count)]
                        let slot = UInt32(generator.below(10) == 0 ? Int(Int32.max) - 1 : generator.below(slots))
                        batch.distances.append(distance)
                        batch.slots.append(slot)
                    }
                    model.insert(zip(batch.distances, batch.slots).map { SearchBuffer.key(distance: $0, slot: $1) })
                    buffer.insert(batch.distances, batch.slots, count: batch.slots.count)
                }
                let keys = (0..<buffer.count).map { buffer[$0] }
                let expected = model.entries.map { $0.key | ($0.isExpanded ? 1 : 0) }
                #expect(keys == expected)
                #expect(buffer.nextSlot == model.waiting(0))
                #expect(buffer.secondNextSlot == model.waiting(1))
                #expect(buffer.limit == model.limit)
                if keys != expected { return }
            }
        }
    }

    @Test func keysKeepDistanceAndSlot() {
        var generator = SeededGenerator("search keys")
        var distances: [Float] = [
            -.infinity, -.greatestFiniteMagnitude, -1, -.leastNonzeroMagnitude, -0.0, 0, .leastNonzeroMagnitude, 1,
            .greatestFiniteMagnitude, .infinity,
        ]
        for _ in 0..<TestSettings.iterations(20) * 50 {
            let random = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
            if !random.isNaN { distances.append(random) }
        }
        for distance in distances {
            for slot in [0, 1, UInt32(Int32.max) - 1] {
                let key = SearchBuffer.key(distance: distance, slot: slot)
                #expect(SearchBuffer.distance(key).bitPattern == distance.bitPattern)
                #expect(SearchBuffer.slot(key) == slot)
                #expect(key & 1 == 0)
                // A mark of expansion touches neither.
                #expect(SearchBuffer.slot(key | 1) == slot)
                #expect(SearchBuffer.distance(key | 1).bitPattern == distance.bitPattern)
            }
        }
        // Rising in distance, whatever the slots; equal distances in the order of slots.
        for (first, second) in zip(distances.sorted().dropLast(), distances.sorted().dropFirst()) where first < second {
            #expect(SearchBuffer.key(distance: first, slot: 9) < SearchBuffer.key(distance: second, slot: 2))
            #expect(SearchBuffer.key(distance: first, slot: 2) < SearchBuffer.key(distance: first, slot: 9))
        }
        // -0 is before 0, but nothing lies between.
        #expect(SearchBuffer.key(distance: -0.0, slot: .max >> 1) + 2 == SearchBuffer.key(distance: 0, slot: 0))
    }
}
