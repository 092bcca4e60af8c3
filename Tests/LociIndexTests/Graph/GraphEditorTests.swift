// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@Suite struct GraphEditorTests {
    private static let dimension = 6

    /// Vectors of several kinds: alone, in clusters, equal.
    private static func values(_ count: Int, metric: Metric, _ generator: inout SeededGenerator) -> [Float] {
        let third = count / 3
        return generator.normals(third * dimension)
            + TestVectors.clustered(count: third, dimension: dimension, clusters: 4, spread: 0.01, &generator)
            + TestVectors.equal(count: count - 2 * third, dimension: dimension, &generator)
    }

    /// Random inserts, removals and sweeps, from nothing up and down to nothing, with a check after each.
    @Test(arguments: [Quantization.lvq4x8, .lvq8, .float32], Metric.allCases)
    func randomEditsKeepEverythingTrue(quantization: Quantization, metric: Metric) throws {
        var generator = SeededGenerator("random edits \(quantization) \(metric)")
        for round in 0..<TestSettings.iterations(4) {
            let degree = [4, 5, 8, 16][round % 4]
            let total = 160
            let vectors = try CodedVectors(
                Self.values(total, metric: metric, &generator), dimension: Self.dimension, metric: metric,
                quantization: quantization)
            let built = [0, 1, 60, 100][generator.below(4)]
            let graph = try EditedGraph(
                vectors, built: built, capacity: 3000, parameters: BuildParameters(maximumDegree: degree, window: 20))
            var outside = Set(built..<total)
            for step in 0..<60 {
                let what: String
                switch generator.below(5) {
                case 0, 1:
                    let rows = outside.sorted().filter { _ in generator.below(step % 7 == 0 ? 2 : 12) == 0 }
                    what = "insert \(rows.count)"
                    try graph.insert(vectors, rows: rows)
                    outside.subtract(rows)
                case 2, 3:
                    let portion = step % 11 == 0 ? 1 : step % 5 == 0 ? 3 : 15
                    let slots = graph.live.filter { _ in generator.below(portion) == 0 }
                    what = "remove \(slots.count) of \(graph.live.count)"
                    outside.formUnion(slots.compactMap { graph.rows[$0] })
                    try graph.remove(slots)
                default:
                    let lists = [0, 1, 10, 50, 1000][generator.below(5)]
                    what = "sweep \(lists)"
                    try graph.sweep(lists)
                }
                let violations = graph.violations()
                #expect(violations.isEmpty, "round \(round), step \(step), \(what): \(violations.prefix(3))")
                if !violations.isEmpty { return }
            }
        }
    }

    @Test func theSameBytesOnAnyNumberOfThreads() throws {
        for metric in Metric.allCases {
            var generator = SeededGenerator("edit threads \(metric)")
            let values = TestVectors.clustered(count: 1200, dimension: 12, clusters: 20, &generator)
            let vectors = try CodedVectors(values, dimension: 12, metric: metric, quantization: .lvq4x8)
            let removed = (0..<600).filter { _ in generator.below(3) == 0 }.map { UInt32($0) }
            func bytes(threads: Int) throws -> [UInt8] {
                let graph = try EditedGraph(
                    vectors, built: 600, capacity: 1200, parameters: BuildParameters(maximumDegree: 16, window: 24))
                try graph.insert(vectors, rows: Array(600..<1000), threads: threads)
                try graph.remove(removed, threads: threads)
                try graph.sweep(700, threads: threads)
                try graph.insert(vectors, rows: Array(1000..<1100), threads: threads)
                try graph.sweep(5000, threads: threads)
                try graph.sweep(5000, threads: threads)
                try graph.insert(vectors, rows: Array(1100..<1200), threads: threads)
                #expect(graph.violations().isEmpty)
                return graph.bytes()
            }
            let first = try bytes(threads: 1)
            #expect(try bytes(threads: 2) == first)
            #expect(try bytes(threads: 5) == first)
        }
    }

    @Test func theOrderInWhichSlotsAreGivenDoesNotMatter() throws {
        var generator = SeededGenerator("edit order")
        let vectors = try CodedVectors(generator.normals(200 * 8), dimension: 8, metric: .l2, quantization: .lvq8)
        func bytes(_ slots: [UInt32]) throws -> [UInt8] {
            let graph = try EditedGraph(
                vectors, built: 200, capacity: 200, parameters: BuildParameters(maximumDegree: 8, window: 20))
            try graph.remove(slots)
            return graph.bytes()
        }
        let slots: [UInt32] = [3, 77, 150, 12]
        #expect(try bytes(slots) == bytes(slots.reversed() + [77]))
    }

    @Test func aGraphIsEmptiedAndFilledAgain() throws {
        var generator = SeededGenerator("emptied")
        let vectors = try CodedVectors(generator.normals(50 * 4), dimension: 4, metric: .l2, quantization: .lvq8)
        let graph = try EditedGraph(
            vectors, built: 30, capacity: 100, parameters: BuildParameters(maximumDegree: 8, window: 20))
        try graph.remove(graph.live)
        #expect(graph.entryPoint == SpanningTree.none)
        #expect(graph.violations().isEmpty)
        try graph.sweep(1000)
        #expect(graph.state(of: 0) == .leaving)
        try graph.sweep(1000)
        #expect((0..<30).allSatisfy { graph.state(of: $0) == .free })
        try graph.insert(vectors, rows: Array(0..<50))
        #expect(graph.violations().isEmpty)
        #expect(graph.slots == 50)
    }

    /// What is removed during a round is free at the end of the next one, not before.
    @Test func aSlotIsFreeAfterAWholeRound() throws {
        var generator = SeededGenerator("rounds")
        let vectors = try CodedVectors(generator.normals(100 * 4), dimension: 4, metric: .l2, quantization: .lvq8)
        let graph = try EditedGraph(
            vectors, built: 100, capacity: 100, parameters: BuildParameters(maximumDegree: 8, window: 20))
        try graph.sweep(50)
        #expect(graph.position == 50)
        try graph.remove([10, 90])
        for slot: UInt32 in [10, 90] { #expect(graph.state(of: slot) == .removed) }
        try graph.sweep(50)
        #expect(graph.position == 0)
        for slot: UInt32 in [10, 90] { #expect(graph.state(of: slot) == .leaving) }
        try graph.sweep(99)
        #expect(graph.position == 99)
        for slot: UInt32 in [10, 90] { #expect(graph.state(of: slot) == .leaving) }
        try graph.sweep(99)
        for slot: UInt32 in [10, 90] { #expect(graph.state(of: slot) == .free) }
        #expect(graph.violations().isEmpty)
    }

    /// Edges from far away, which no removal finds, keep a slot from being free until the sweep was at all of them.
    @Test func edgesThatNoRemovalFindsAreSwept() throws {
        var generator = SeededGenerator("edges from afar")
        let count = 1_000
        let vectors = try CodedVectors(
            TestVectors.clustered(count: count, dimension: 6, clusters: 10, spread: 0.01, &generator), dimension: 6,
            metric: .l2, quantization: .lvq8)
        let graph = try EditedGraph(
            vectors, built: count, capacity: count, parameters: BuildParameters(maximumDegree: 8, window: 20))
        let removed: [UInt32] = [5, 500, 995]
        for other in removed {
            var planted = 0
            for slot in 0..<UInt32(count) where slot % 10 == 3 {
                planted += graph.plantEdge(from: slot, to: other) ? 1 : 0
            }
            #expect(planted > 50)
        }
        #expect(graph.violations().isEmpty)
        func named() -> Int {
            graph.live.count { !graph.neighbours(of: $0).allSatisfy { graph.rows[$0] != nil } }
        }
        // The round has come far when they are removed: what it has passed is not looked at again in it.
        try graph.sweep(900)
        try graph.remove(removed)
        #expect(named() > 50)
        var steps = 0
        while graph.state(of: 500) != .free {
            try graph.sweep(90)
            steps += 1
            let violations = graph.violations()
            #expect(violations.isEmpty, "step \(steps): \(violations.prefix(3))")
            if !violations.isEmpty || steps > 100 { return }
        }
        #expect(named() == 0)
        #expect(removed.allSatisfy { graph.state(of: $0) == .free })
    }

    @Test func whatIsNotThereCannotBeEdited() throws {
        var generator = SeededGenerator("not there")
        let vectors = try CodedVectors(generator.normals(20 * 4), dimension: 4, metric: .l2, quantization: .lvq8)
        let graph = try EditedGraph(
            vectors, built: 20, capacity: 20, parameters: BuildParameters(maximumDegree: 8, window: 20))
        try graph.remove([7])
        let before = graph.bytes()
        #expect(throws: IndexError.self) { try graph.remove([7]) }
        #expect(throws: IndexError.self) { try graph.remove([3, 20]) }
        #expect(graph.bytes() == before)
    }
}
