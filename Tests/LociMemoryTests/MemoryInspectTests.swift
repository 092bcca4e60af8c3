// Loci, Apache License 2.0.

import Loci
import TestSupport
import Testing

@testable import LociMemory

@Suite struct MemoryInspectTests {
    @Test func sessionsAndLinks() async throws {
        let test = try TestStore(associates: true)
        let memory = try test.store.memory("acme/alice")
        #expect(throws: MemoryError.namespaceNotFound(name: "acme/alice")) { try memory.inspect() }
        // One by one: what comes together is not linked to each other.
        for unit in SmallTalk.units { try await memory.remember([unit]) }
        let inspection = try memory.inspect()
        #expect(try inspection.info == memory.info())
        #expect(
            inspection.sessions == [
                MemoryInspection.Session(name: "monday", turns: 4, first: 1_000, last: 1_003),
                MemoryInspection.Session(name: "friday", turns: 3, first: 5_000, last: 5_002),
                MemoryInspection.Session(name: "sunday", turns: 1, first: 9_000, last: 9_000),
            ])
        #expect(inspection.edges.count == inspection.info.edges && inspection.info.edges > 0)
        #expect(inspection.weights.reduce(0, +) == inspection.info.edges)
        for edge in inspection.edges {
            #expect(edge.older < edge.newer && edge.weight > 0 && edge.weight <= 1)
            let bin = min(19, Int(edge.weight * 20))
            #expect(inspection.weights[bin] > 0)
        }
        #expect(Set(inspection.edges.map { [$0.older, $0.newer] }).count == inspection.edges.count)
    }

    @Test func samples() async throws {
        let test = try TestStore(associates: true)
        let memory = try test.store.memory("a")
        for place in 0..<60 {
            let text = "The river and the boat number \(place % 7)"
            try await memory.remember([NewUnit(session: "s\(place / 10)", text: text, time: Double(place))])
        }
        let all = try memory.inspect()
        #expect(all.edges.count == all.info.edges && all.edges.count > 20)
        let some = try memory.inspect(edges: 12)
        #expect(some.edges.count == 12 && Set(some.edges.map(\.newer)).isSubset(of: all.edges.map(\.newer)))
        #expect(some.edges.allSatisfy(all.edges.contains) && some.weights == all.weights)
        #expect(try memory.inspect(edges: 12) == some)
        #expect(try memory.inspect(edges: 12, seed: 9).edges != some.edges)
        let none = try memory.inspect(edges: 0)
        #expect(none.edges.isEmpty && none.weights == all.weights)
        #expect(throws: MemoryError.parameter(name: "edges", value: "-1", allowed: "from 0 to 1000000")) {
            try memory.inspect(edges: -1)
        }
    }
}
