// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

/// Degrees and hops of random graphs, against lists and sets.
@Suite struct GraphShapeTests {
    private func histogram(_ values: [Int], count: Int? = nil) -> [Int] {
        var counts = [Int](repeating: 0, count: count ?? (values.max() ?? -1) + 1)
        for value in values { counts[value] += 1 }
        return counts
    }

    @Test func agreesWithLists() throws {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(60) {
            let slotCount = 1 + generator.below(80)
            let graph = try RandomGraph(
                slotCount: slotCount, liveCount: 1 + generator.below(slotCount), degree: 2 + generator.below(7),
                &generator)
            let coded = try CodedVectors(
                generator.normals(slotCount * 4), dimension: 4, metric: .l2, quantization: .lvq8)
            // Without the tree nothing sees to it that all is in reach.
            let cut = generator.below(3) == 0 ? graph.live[generator.below(graph.live.count)] : nil
            if let cut { graph.name(Adjacency.unused, cut, 0) }
            let shape = try GraphShape(graph.view(coded), adjacency: graph.adjacency.records)
            let live = Set(graph.live)
            let lists = graph.live.map { graph.neighbours($0) }
            let links = lists.map { $0.filter(live.contains) }
            #expect(shape.outDegrees == histogram(links.map(\.count), count: graph.degree + 1))
            #expect(shape.staleLinks == lists.joined().count - links.joined().count)
            let named = Array(links.joined())
            #expect(shape.inDegrees == histogram(graph.live.map { slot in named.count { $0 == slot } }))
            var (layers, seen) = ([[graph.entryPoint]], Set([graph.entryPoint]))
            while let last = layers.last, !last.isEmpty {
                let next = Set(last.flatMap { graph.neighbours($0) }).intersection(live).subtracting(seen)
                seen.formUnion(next)
                layers.append(Array(next))
            }
            #expect(shape.hops == layers.dropLast().map(\.count))
            #expect(shape.unreached == live.count - seen.count)
            #expect(cut != nil || shape.unreached == 0)
        }
    }

    @Test func refusesSlotsThatAreNotThere() throws {
        var generator = SeededGenerator()
        let graph = try RandomGraph(slotCount: 9, liveCount: 9, degree: 4, &generator)
        let coded = try CodedVectors(generator.normals(9 * 4), dimension: 4, metric: .l2, quantization: .lvq8)
        graph.name(9, graph.live[3], 0)
        #expect(throws: IndexError.corrupt("slot \(graph.live[3]) has the neighbour 9, but there are 9 slots")) {
            try GraphShape(graph.view(coded), adjacency: graph.adjacency.records)
        }
        graph.name(0, graph.live[3], 0)
        #expect(throws: IndexError.corrupt("the entry point 9 is not below 9")) {
            try GraphShape(graph.view(coded, entryPoint: 9), adjacency: graph.adjacency.records)
        }
    }
}
