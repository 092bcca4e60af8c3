// Loci, Apache License 2.0.

import CVectorKernels
import TestSupport
import Testing

/// Putting candidates into a search buffer.
@Suite struct SearchBufferKernelTests {
    /// About the sizes at which a set may change its way: 8 keys a register, and 32, 64, 128 and 192 keys in registers.
    static let capacities = [1, 2, 7, 8, 9, 31, 32, 33, 63, 64, 65, 127, 128, 129, 191, 192, 193, 300]

    static let distances: [Float] = [
        -.infinity, -.greatestFiniteMagnitude, -1.5, -1, -.leastNonzeroMagnitude, -0.0, 0, .leastNonzeroMagnitude, 1,
        Float(1).nextUp, 1.5, .greatestFiniteMagnitude, .infinity,
    ]

    /// A candidate of few distances and slots, so that there are equal ones, or of many.
    static func candidate(_ slots: Int, _ generator: inout SeededGenerator) -> SearchCandidate {
        let distance = generator.below(2) == 0 ? generator.float() : distances[generator.below(distances.count)]
        let slot = generator.below(20) == 0 ? UInt32(Int32.max) : UInt32(generator.below(slots))
        return SearchCandidate(distance: distance, slot: slot)
    }

    /// New candidates, with some that are held, some that have fallen out, and some twice.
    static func batch(
        _ count: Int, _ model: SearchBufferModel, fallen: [SearchCandidate], _ generator: inout SeededGenerator
    ) -> [SearchCandidate] {
        let slots = 1 + generator.below(1 + 4 * model.capacity)
        var batch: [SearchCandidate] = []
        for _ in 0..<count {
            let known =
                switch generator.below(8) {
                case 0, 1: model.candidates
                case 2: fallen
                case 3: batch
                default: [SearchCandidate]()
                }
            batch.append(
                known.isEmpty ? candidate(slots, &generator) : known[generator.below(known.count)])
        }
        return batch
    }

    /// A buffer of `count` candidates, some of which are expanded.
    static func filled(
        _ count: Int, capacity: Int, _ generator: inout SeededGenerator
    ) -> SearchBufferModel {
        var model = SearchBufferModel(capacity: capacity)
        while model.candidates.count < count {
            model.insert([candidate(1 + 4 * capacity, &generator)])
        }
        expand(&model, &generator)
        return model
    }

    /// Expands nothing, everything, the best, or any.
    static func expand(_ model: inout SearchBufferModel, _ generator: inout SeededGenerator) {
        let count = model.candidates.count
        switch generator.below(8) {
        case 0: break
        case 1: for place in 0..<count { model.expand(place) }
        case 2, 3, 4: for place in 0..<min(count, generator.below(8)) { model.expand(place) }
        default: for place in 0..<count where generator.below(3) == 0 { model.expand(place) }
        }
    }

    /// Puts a batch into the model and, on every set, into the same buffer; returns what fell out, or nil where a set did
    /// otherwise.
    static func insert(_ batch: [SearchCandidate], into model: inout SearchBufferModel) -> [SearchCandidate]? {
        let before = model.state
        let fallen = model.insert(batch)
        let expected = model.state
        var isSame = true
        // Behind the keys that are held may lie anything, also what looks like a candidate that is held already.
        let behind: [UInt64] = [0, batch.first.map(\.key) ?? .max]
        for garbage in behind {
            for set in KernelSet.all {
                let after = set.inserted(batch, into: before, capacity: model.capacity, garbage: garbage)
                #expect(
                    after == expected,
                    """
                    \(set.name), capacity \(model.capacity), \(before.keys.count) held, cursor \(before.cursor), \
                    \(batch.count) candidates
                    """)
                isSame = isSame && after == expected
            }
        }
        return isSame ? Array(fallen) : nil
    }

    @Test(arguments: capacities) func batchesOfEveryCountGoIn(capacity: Int) {
        var generator = SeededGenerator("batchesOfEveryCountGoIn(\(capacity))")
        for fill in Set([0, 1, capacity / 2, capacity - 1, capacity]).sorted() {
            let model = Self.filled(fill, capacity: capacity, &generator)
            for count in 0...40 {
                var copy = model
                let batch = Self.batch(count, model, fallen: [], &generator)
                if Self.insert(batch, into: &copy) == nil { return }
            }
        }
    }

    @Test(arguments: capacities) func sequencesOfBatchesGoIn(capacity: Int) {
        var generator = SeededGenerator("sequencesOfBatchesGoIn(\(capacity))")
        for _ in 0..<TestSettings.iterations(5) {
            var model = SearchBufferModel(capacity: capacity)
            var fallen: [SearchCandidate] = []
            for _ in 0..<20 {
                let batch = Self.batch(generator.below(41), model, fallen: fallen, &generator)
                guard let dropped = Self.insert(batch, into: &model) else { return }
                if !dropped.isEmpty { fallen = dropped }
                Self.expand(&model, &generator)
            }
        }
    }

    /// Of a full buffer, and of one with room for one more: before each key, at it and behind it, with the cursor near.
    @Test(arguments: capacities) func everyPlaceIsFound(capacity: Int) {
        var generator = SeededGenerator("everyPlaceIsFound(\(capacity))")
        for count in [capacity - 1, capacity] {
            var model = SearchBufferModel(capacity: capacity)
            model.insert((0..<count).map { SearchCandidate(distance: Float($0) - 20, slot: 5) })
            for place in 0...count {
                for slot: UInt32 in 4...6 {
                    var copy = model
                    let cursor = generator.below(8) == 0 ? count : place - 2 + generator.below(5)
                    for expanded in 0..<max(0, min(count, cursor)) { copy.expand(expanded) }
                    let candidate = SearchCandidate(distance: Float(place) - 20, slot: slot)
                    if Self.insert([candidate], into: &copy) == nil { return }
                }
            }
        }
    }
}
