// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@Suite struct GraphInvariantsTests {
    private static let degree = 6

    /// A sound graph of 50 vectors, in which `plant` makes a fault; returns what is then reported.
    private func violations(
        limit: Int = 100, entryPoint: UInt32? = nil, _ plant: (CodedVectors, GraphBuilder.Graph) -> Void
    ) throws -> [GraphInvariants.Violation] {
        var generator = SeededGenerator("planted faults")
        let coded = try CodedVectors(generator.normals(50 * 5), dimension: 5, metric: .l2, quantization: .lvq4x8)
        let graph = try coded.graph(BuildParameters(maximumDegree: Self.degree, window: 20))
        defer { withExtendedLifetime((coded, graph)) {} }
        #expect(GraphInvariants.violations(of: coded.view(graph, maximumDegree: Self.degree)).isEmpty)
        plant(coded, graph)
        let view = coded.view(graph, maximumDegree: Self.degree)
        return GraphInvariants.violations(
            of: GraphView(
                count: view.count, layout: view.layout, codes: view.codes, residuals: view.residuals,
                adjacency: view.adjacency, parents: view.parents, maximumDegree: view.maximumDegree,
                entryPoint: entryPoint ?? view.entryPoint),
            limit: limit)
    }

    private func set(_ slot: Int, _ place: Int, _ neighbour: UInt32, in graph: GraphBuilder.Graph) {
        UnsafeMutableRawPointer(graph.adjacency[slot]).storeBytes(
            of: neighbour.littleEndian, toByteOffset: place * 4, as: UInt32.self)
    }

    private func neighbour(_ slot: Int, _ place: Int, in graph: GraphBuilder.Graph) -> UInt32 {
        Adjacency.neighbour(graph.adjacency[slot], place)
    }

    /// Whether a text about `slot` is among the violations.
    private func names(_ found: [GraphInvariants.Violation], _ slot: UInt32, _ part: String) -> Bool {
        found.contains { $0.slot == slot && $0.what.contains(part) }
    }

    @Test func aNeighbourOutOfRange() throws {
        for stranger in [50, UInt32.max - 1] {
            let found = try violations { set(7, 0, stranger, in: $1) }
            #expect(names(found, 7, "not below the count"))
        }
    }

    @Test func aNeighbourListedTwice() throws {
        let found = try violations { set(7, 1, neighbour(7, 0, in: $1), in: $1) }
        #expect(names(found, 7, "listed twice"))
    }

    @Test func aSelfEdge() throws {
        let found = try violations { set(7, 1, 7, in: $1) }
        #expect(names(found, 7, "its own neighbour"))
    }

    @Test func noNeighbours() throws {
        let found = try violations { _, graph in for place in 0..<Self.degree { set(7, place, .max, in: graph) } }
        #expect(names(found, 7, "no neighbours"))
    }

    @Test func aPlaceUsedAfterTheEnd() throws {
        let found = try violations { _, graph in
            set(7, 1, Adjacency.unused, in: graph)
            set(7, Self.degree - 1, 3, in: graph)
        }
        #expect(names(found, 7, "used after its end"))
    }

    @Test func aVectorThatNothingReaches() throws {
        var lost: UInt32 = 0
        let found = try violations { _, graph in
            lost = graph.entryPoint == 9 ? 10 : 9
            // Every edge to it is turned to another vertex, as far as there is one that is not listed yet.
            for slot in 0..<50 {
                let listed = (0..<Self.degree).map { neighbour(slot, $0, in: graph) }
                for place in 0..<Self.degree where listed[place] == lost {
                    let other = (0..<50).first { $0 != slot && $0 != lost && !listed.contains($0) } ?? 0
                    set(slot, place, other, in: graph)
                }
            }
        }
        #expect(names(found, lost, "cannot be reached"))
        #expect(names(found, lost, "does not name it"))
        #expect(found.count == 2)
    }

    @Test func constantsThatAreNoNumbers() throws {
        let halfNaN: [UInt8] = [0x00, 0x7E]
        let floatNaN: [UInt8] = [0, 0, 0xC0, 0x7F]
        let cases: [(offset: Int, bytes: [UInt8], part: String)] = [
            (0, halfNaN, "lower bound"), (0, [0x00, 0xFC], "lower bound"), (2, halfNaN, "step"),
            (2, [0x00, 0xBC], "step"), (4, floatNaN, "norm"), (8, floatNaN, "norm"), (8, [0, 0, 0x80, 0xBF], "norm"),
        ]
        for (offset, bytes, part) in cases {
            let found = try violations { coded, _ in
                for (index, byte) in bytes.enumerated() { coded.codes[7][offset + index] = byte }
            }
            #expect(found.count == 1)
            #expect(names(found, 7, part))
        }
    }

    @Test func anEntryPointOutOfRange() throws {
        let found = try violations(entryPoint: 50) { _, _ in }
        #expect(found.map(\.slot) == [50])
        #expect(names(found, 50, "entry point"))
    }

    @Test func noMoreThanTheLimitIsReported() throws {
        let found = try violations(limit: 5) { _, graph in for slot in 0..<50 { set(slot, 0, 60, in: graph) } }
        #expect(found.count == 5)
    }
}
