// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

/// What must hold of a graph from which vectors were removed, and of its tree of parents.
@Suite struct SlotInvariantsTests {
    private static let slotCount = 300
    private static let degree = 6

    /// A sound graph in which `plant` makes a fault; returns what is then reported.
    private func violations(
        count: Int? = nil, entryPoint: ((RandomGraph) -> UInt32)? = nil,
        _ plant: (CodedVectors, RandomGraph) throws -> Void
    ) throws -> [GraphInvariants.Violation] {
        var generator = SeededGenerator("planted faults of slots")
        let coded = try CodedVectors(
            generator.normals(Self.slotCount * 256), dimension: 256, metric: .l2, quantization: .lvq4)
        let graph = try RandomGraph(slotCount: Self.slotCount, liveCount: 200, degree: Self.degree, &generator)
        defer { withExtendedLifetime((coded, graph)) {} }
        #expect(GraphInvariants.violations(of: graph.view(coded, hasSketches: true)).isEmpty)
        try plant(coded, graph)
        return GraphInvariants.violations(
            of: graph.view(coded, count: count, entryPoint: entryPoint?(graph), hasSketches: true))
    }

    private func slot(_ graph: RandomGraph, _ state: SlotState) throws -> UInt32 {
        UInt32(try #require(graph.states.firstIndex(of: state)))
    }

    /// A vector that is not the entry point, has no children, and is of no use to others but by its parent's edge.
    private func leaf(_ graph: RandomGraph) throws -> UInt32 {
        let parents = Set(graph.live.map(graph.parent))
        return try #require(graph.live.first { $0 != graph.entryPoint && !parents.contains($0) })
    }

    @Test func whatIsNotLiveIsNotLookedAt() throws {
        // Its lists are anything; so are its codes, but what leads to it is not.
        let found = try violations { coded, graph in
            for slot in 0..<Self.slotCount where graph.states[slot] != .live {
                coded.codes[slot].update(repeating: 0xFF, count: coded.layout.recordStride)
                coded.sketches?[slot].update(repeating: 0xFF, count: coded.layout.sketches?.stride ?? 0)
            }
        }
        #expect(found.isEmpty)
    }

    @Test func constantsOfLiveSlotsAreLookedAt() throws {
        let expected = [
            "the lower bound of the code is not finite", "the norm of the sketch is not a finite number from 0 up",
        ]
        for part in 0..<2 {
            var slot: UInt32 = 0
            let found = try violations { coded, graph in
                slot = graph.live[7]
                let record = part == 0 ? coded.codes[Int(slot)] : try #require(coded.sketches)[Int(slot)]
                record.update(repeating: 0xFF, count: 16)
            }
            #expect(found == [GraphInvariants.Violation(slot: slot, what: expected[part])])
        }
    }

    @Test(arguments: [SlotState.free, .leaving, .removed])
    func neighboursThatAreNotLive(state: SlotState) throws {
        var names: (slot: UInt32, neighbour: UInt32) = (0, 0)
        let found = try violations { _, graph in
            // In a place that nothing depends on.
            for slot in graph.live {
                let list = graph.neighbours(slot)
                guard list.count < Self.degree else { continue }
                let other = try #require(
                    graph.states.indices.first { graph.states[$0] == state && !list.contains(UInt32($0)) })
                names = (slot, UInt32(other))
                return graph.name(UInt32(other), slot, list.count)
            }
        }
        #expect(
            found
                == (state == .free
                    ? [.init(slot: names.slot, what: "neighbour \(names.neighbour) is a slot that is free")] : []))
    }

    @Test func numbersOfVectors() throws {
        for count in [199, 201] {
            let found = try violations(count: count) { _, _ in }
            #expect(found == [.init(slot: nil, what: "200 slots hold vectors, but the count is \(count)")])
        }
        // No states: all slots are live.
        var generator = SeededGenerator("numbers of vectors")
        let coded = try CodedVectors(generator.normals(40), dimension: 4, metric: .l2, quantization: .lvq8)
        defer { withExtendedLifetime(coded) {} }
        let view = GraphView(
            count: 9, slotCount: 10, layout: coded.layout, codes: coded.codes.records, residuals: nil, adjacency: nil,
            maximumDegree: 4, entryPoint: 0)
        #expect(GraphInvariants.violations(of: view).map(\.what) == ["10 slots hold vectors, but the count is 9"])
    }

    @Test func statesBeyondTheSlots() throws {
        for slot in [UInt32(300), 301, 511] {
            let found = try violations { try SlotStates.set(.leaving, of: slot, in: $1.stateRecords) }
            #expect(found == [.init(slot: slot, what: "it is not below the number of slots, 300, but has a state")])
        }
    }

    @Test func anEntryPointWithoutAVector() throws {
        let found = try violations(entryPoint: { UInt32($0.states.firstIndex(of: .removed) ?? 0) }, { _, _ in })
        #expect(found.count == 1)
        #expect(found.first?.what == "the entry point holds no vector")
    }

    /// A way over a slot that is not live is none.
    @Test func vectorsThatAreReachedOverRemovedOnesAlone() throws {
        var (lost, over): (UInt32, UInt32) = (0, 0)
        let found = try violations { _, graph in
            lost = try leaf(graph)
            over = try #require(graph.states.indices.first { graph.states[$0] == .leaving }.map { UInt32($0) })
            for slot in graph.live {
                let list = graph.neighbours(slot)
                guard let place = list.firstIndex(of: lost) else { continue }
                graph.name(
                    list.contains(over) ? graph.live.first { !list.contains($0) && $0 != slot } ?? 0 : over, slot, place
                )
            }
            graph.name(lost, over, 0)
        }
        #expect(found.count == 2)
        #expect(found.first == .init(slot: lost, what: "it cannot be reached from the entry point"))
        #expect(found.last?.slot == lost && found.last?.what.contains("does not name it") == true)
    }

    @Test func parentsThatAreNone() throws {
        typealias Plant = (RandomGraph) throws -> (slot: UInt32, parent: UInt32, what: String)
        let cases: [Plant] = [
            { (try leaf($0), SpanningTree.none, "it has no parent") },
            { (try leaf($0), 300, "its parent 300 is not below the count, 300") },
            { graph in
                let gone = try slot(graph, .removed)
                return (try leaf(graph), gone, "its parent \(gone) holds no vector")
            },
            { graph in
                let leaf = try leaf(graph)
                let stranger = try #require(
                    graph.live.first { $0 != leaf && !graph.neighbours($0).contains(leaf) && graph.parent($0) != leaf })
                return (leaf, stranger, "its parent \(stranger) does not name it")
            },
            { ($0.entryPoint, $0.live[5], "the entry point has a parent, \($0.live[5])") },
            { ($0.entryPoint, $0.entryPoint, "the entry point has a parent, \($0.entryPoint)") },
            { (try slot($0, .free), 0, "it holds no vector, but has a parent, 0") },
            { (try slot($0, .leaving), 3, "it holds no vector, but has a parent, 3") },
        ]
        for plant in cases {
            var expected: GraphInvariants.Violation?
            let found = try violations { _, graph in
                let (slot, parent, what) = try plant(graph)
                try SpanningTree.setParent(parent, of: slot, in: graph.parents)
                expected = .init(slot: slot, what: what)
            }
            #expect(found == [try #require(expected)])
        }
    }

    @Test func parentsThatLeadRound() throws {
        var round: Set<UInt32> = []
        let found = try violations { _, graph in
            // A child of an entry point's child that names its parent becomes the parent of it.
            for child in graph.live where child != graph.entryPoint && graph.parent(child) != graph.entryPoint {
                let parent = graph.parent(child)
                let list = graph.neighbours(child)
                guard list.contains(parent) || list.count < Self.degree else { continue }
                if !list.contains(parent) { graph.name(parent, child, list.count) }
                try SpanningTree.setParent(child, of: parent, in: graph.parents)
                round = [child, parent]
                return
            }
        }
        // Once for each round, whatever hangs on it.
        #expect(found.count == 1)
        #expect(found.first?.slot.map(round.contains) == true)
        #expect(found.first?.what == "its parents lead round to itself, and not to the entry point")
    }

    @Test func aParentOfItself() throws {
        var lonely: UInt32 = 0
        let found = try violations { _, graph in
            lonely = try leaf(graph)
            try SpanningTree.setParent(lonely, of: lonely, in: graph.parents)
        }
        #expect(found.count == 2 && found.allSatisfy { $0.slot == lonely })
    }
}
