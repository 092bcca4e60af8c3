// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

/// Searches of collections from which vectors were removed.
@Suite struct RemovedSlotsTests {
    /// The numbers of a collection: few vectors among many slots, and nearly all.
    private func sizes(_ round: Int, _ generator: inout SeededGenerator) -> (slots: Int, live: Int) {
        let slots = 260 + generator.below(300)
        return (slots, [1, 2, 9, 9 + generator.below(slots / 2), slots - 1 - generator.below(9), slots][round % 6])
    }

    /// All vectors by a scan that knows of no states, without those that are none.
    private func bruteForce(
        _ query: [Float], _ coded: CodedVectors, _ graph: RandomGraph, _ searcher: Searcher
    ) throws -> [(slot: UInt32, distance: Float)] {
        try searcher.scan(query, in: coded.view(), count: coded.source.count).filter {
            graph.states[Int($0.slot)] == .live
        }
    }

    @Test(arguments: [Quantization.float32, .lvq8, .lvq4, .lvq4x8], [Metric.l2, .ip])
    func aWindowOfAllVectorsFindsWhatBruteForceFinds(kind: Quantization, metric: Metric) throws {
        var generator = SeededGenerator("removed slots \(kind) \(metric)")
        for round in 0..<TestSettings.iterations(12) {
            let size = sizes(round, &generator)
            // Sketches from 256 dimensions on.
            let dimension = round % 4 == 3 ? 256 : 6
            let coded = try CodedVectors(
                generator.normals(size.slots * dimension), dimension: dimension, metric: metric, quantization: kind)
            let graph = try RandomGraph(slotCount: size.slots, liveCount: size.live, degree: 8, &generator)
            // Learned of all slots: half of its entries may be none.
            let table = coded.layout.hasHeader ? try LearnedTable(coded) : nil
            defer { withExtendedLifetime((coded, graph, table)) {} }
            let view = graph.view(coded, hasSketches: true, entries: table?.table)
            #expect(GraphInvariants.violations(of: view).isEmpty)
            let searcher = Searcher(layout: coded.layout, space: coded.space)
            for _ in 0..<5 {
                let query = generator.normals(dimension)
                let expected = try bruteForce(query, coded, graph, searcher)
                #expect(expected.count == size.live)
                for count in [1, 10, size.live, size.slots] {
                    let nearest = expected.prefix(count)
                    let scanned = try searcher.scan(query, in: view, count: count)
                    #expect(scanned.map(\.slot) == nearest.map(\.slot))
                    // Without some, and up to a distance.
                    let known = Set(expected.map(\.slot).filter { _ in generator.below(3) == 0 })
                    let radius = expected[generator.below(size.live)].distance
                    let left = expected.filter { !known.contains($0.slot) && $0.distance <= radius }.prefix(count)
                    for asWalked in [false, true] {
                        let rest = try searcher.scan(
                            query, in: view, count: count, asWalked: asWalked, within: radius, except: known)
                        #expect(rest.map(\.slot) == left.map(\.slot))
                        #expect(rest.map(\.distance) == left.map(\.distance))
                    }
                    for window in [size.live, size.slots, .max] {
                        let found = try searcher.search(query, in: view, count: count, window: window)
                        // What one level ranks a scan ranks the same; codes of two levels are all ranked by both.
                        #expect(found.map(\.slot) == nearest.map(\.slot), "\(size), \(count) in \(window)")
                        #expect(found.map(\.distance) == nearest.map(\.distance))
                    }
                }
            }
        }
    }

    @Test(arguments: [Quantization.lvq8, .lvq4x8])
    func smallWindowsFindVectorsAlone(kind: Quantization) throws {
        var generator = SeededGenerator("small windows among removed slots \(kind)")
        for round in 0..<TestSettings.iterations(18) {
            let size = sizes(round, &generator)
            let dimension = round % 3 == 2 ? 256 : 6
            let coded = try CodedVectors(
                generator.normals(size.slots * dimension), dimension: dimension, metric: .l2, quantization: kind)
            let graph = try RandomGraph(slotCount: size.slots, liveCount: size.live, degree: 5, &generator)
            let table = try LearnedTable(coded)
            defer { withExtendedLifetime((coded, graph, table)) {} }
            let view = graph.view(coded, hasSketches: true, entries: table.table)
            let searcher = Searcher(layout: coded.layout, space: coded.space)
            for query in 0..<8 {
                let vector = query % 2 == 0 ? generator.normals(dimension) : coded.vector(generator.below(size.slots))
                for (count, window) in [(1, 1), (10, 1), (10, 40), (size.live, 3), (size.slots, 12)] {
                    let found = try searcher.search(vector, in: view, count: count, window: window)
                    #expect(found.count == min(count, size.live))
                    #expect(Set(found.map(\.slot)).count == found.count)
                    #expect(found.allSatisfy { graph.states[Int($0.slot)] == .live })
                }
                let all = try bruteForce(vector, coded, graph, searcher)
                let radius = all[generator.below(all.count)].distance
                var slots = [UInt32](repeating: 0, count: size.slots)
                var distances = [Float](repeating: 0, count: size.slots)
                for reach in [Searcher.Reach.within(radius, window: 40), .everything(within: radius)] {
                    let found = try searcher.search(
                        vector, in: view, count: size.slots, reach: reach, slots: &slots, distances: &distances)
                    #expect(slots.prefix(found).allSatisfy { graph.states[Int($0)] == .live })
                    if case .everything = reach { #expect(found == all.count { $0.distance <= radius }) }
                }
            }
        }
    }

    @Test func nothingIsFoundWhereNoVectorIs() throws {
        var generator = SeededGenerator("all removed")
        let coded = try CodedVectors(generator.normals(300 * 4), dimension: 4, metric: .l2, quantization: .lvq4x4)
        let graph = try RandomGraph(slotCount: 300, liveCount: 1, degree: 4, &generator)
        try SlotStates.set(.removed, of: graph.entryPoint, in: graph.stateRecords)
        defer { withExtendedLifetime((coded, graph)) {} }
        let view = graph.view(coded, count: 0)
        #expect(GraphInvariants.violations(of: view).isEmpty)
        let searcher = Searcher(layout: coded.layout, space: coded.space)
        // A search before must leave nothing behind.
        #expect(try searcher.search(generator.normals(4), in: coded.view(), count: 9, window: 9).count == 9)
        #expect(try searcher.search(generator.normals(4), in: view, count: 9, window: 9).isEmpty)
        #expect(try searcher.scan(generator.normals(4), in: view, count: 9).isEmpty)
    }

    @Test func anEntryPointWithoutAVectorIsReported() throws {
        var generator = SeededGenerator("removed entry point")
        let coded = try CodedVectors(generator.normals(50 * 4), dimension: 4, metric: .l2, quantization: .lvq8)
        let graph = try RandomGraph(slotCount: 50, liveCount: 30, degree: 4, &generator)
        defer { withExtendedLifetime((coded, graph)) {} }
        let searcher = Searcher(layout: coded.layout, space: coded.space)
        let gone = try #require(graph.states.firstIndex { $0 != .live })
        #expect(throws: IndexError.corrupt("the entry point \(gone) holds no vector")) {
            try searcher.search(
                generator.normals(4), in: graph.view(coded, entryPoint: UInt32(gone)), count: 3, window: 9)
        }
    }
}
