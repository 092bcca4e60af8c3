// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociMemory

/// Mixtures, walks and links.
@Suite struct AssociationTests {
    private func isNear(_ left: Double, _ right: Double, _ tolerance: Double) -> Bool { abs(left - right) <= tolerance }

    @Test func twoKindsOfScoresAreToldApart() throws {
        var generator = SeededGenerator()
        for _ in 0..<20 {
            let low = (0..<20).map { _ in 0.2 + 0.02 * Double(generator.normal()) }
            let high = (0..<8).map { _ in 0.7 + 0.02 * Double(generator.normal()) }
            let mixture = try #require(GaussianMixture(low + high))
            #expect(isNear(mixture.low.mean, 0.2, 0.03) && isNear(mixture.high.mean, 0.7, 0.03))
            #expect(isNear(mixture.high.weight, 8.0 / 28, 0.05))
            #expect(
                low.allSatisfy { mixture.probabilityOfHigh($0) < 0.5 }
                    && high.allSatisfy { mixture.probabilityOfHigh($0) > 0.5 })
        }
    }

    @Test(arguments: [[], [0.5], [0.5, 0.6, 0.7], [0.5, 0.5, 0.5, 0.5, 0.5]]) func noMixtureOfOneKind(scores: [Double])
    {
        #expect(GaussianMixture(scores) == nil)
    }

    @Test func acceptedAreTheBest() {
        func neighbours(_ cosines: [Float]) -> [OlderNeighbours.Neighbour] {
            cosines.enumerated().map {
                .init(id: UnitID(kind: .turn, session: 1, ordinal: UInt32($0.offset + 1)), cosine: $0.element)
            }
        }
        let mixed = neighbours(
            [0.9, 0.88, 0.87]
                + [Float](repeating: 0.3, count: 20).enumerated().map { $0.element - 0.001 * Float($0.offset) })
        #expect(Association.standard.accepted(mixed).map(\.cosine) == [0.9, 0.88, 0.87])
        let flat = neighbours((0..<20).map { 0.5 - 0.001 * Float($0) })
        #expect((1...12).contains(Association.standard.accepted(flat).count))
        #expect(Association.standard.accepted(neighbours([0.1, 0.05])) == [])
        #expect(Association.standard.accepted([]) == [])
    }

    /// On a graph that is small enough, forward push comes near to the exact walk.
    @Test func pushIsNearTheExactWalk() throws {
        var generator = SeededGenerator()
        let ids = (1...30).map { UnitID(kind: .turn, session: 1, ordinal: UInt32($0)) }
        var weights = [[Double]](repeating: [Double](repeating: 0, count: 30), count: 30)
        for _ in 0..<60 {
            let (a, b) = (generator.below(30), generator.below(30))
            if a != b {
                let weight = 0.1 + abs(Double(generator.float()))
                (weights[a][b], weights[b][a]) = (weight, weight)
            }
        }
        var walk = LocalPageRank()
        (walk.restart, walk.epsilon) = (0.5, 1e-9)
        let ranks = walk.run(from: [(ids[0], 2), (ids[5], 1)]) { id in
            weights[Int(id.ordinal) - 1].enumerated().filter { $0.element > 0 }.map {
                (ids[$0.offset], Float($0.element))
            }
        }
        var begin = [Double](repeating: 0, count: 30)
        (begin[0], begin[5]) = (2.0 / 3, 1.0 / 3)
        var (mass, exact) = (begin, [Double](repeating: 0, count: 30))
        for _ in 0..<200 {
            var next = [Double](repeating: 0, count: 30)
            for from in 0..<30 where mass[from] > 0 {
                let sum = weights[from].reduce(0, +)
                exact[from] += sum > 0 ? 0.5 * mass[from] : mass[from]
                guard sum > 0 else { continue }
                for to in 0..<30 { next[to] += 0.5 * mass[from] * weights[from][to] / sum }
            }
            mass = next
        }
        for place in 0..<30 { #expect(isNear(ranks[ids[place]] ?? 0, exact[place], 1e-4)) }
        #expect(isNear(ranks.values.reduce(0, +), 1, 1e-6))
    }

    /// The work does not grow with the graph.
    @Test func walksAreLocal() {
        var read = 0
        let walk = LocalPageRank()
        _ = walk.run(from: [(UnitID(kind: .turn, session: 1, ordinal: 1), 1)]) { id in
            read += 1
            return (1...20).map { (UnitID(kind: .turn, session: id.session &* 20 &+ UInt32($0), ordinal: 1), 1) }
        }
        #expect(read < 1_000)
    }

    @Test func newTurnsAreLinkedToOlderOnes() async throws {
        let store = try TestStore(
            embedder: FixedEmbedder { texts in
                texts.map {
                    $0.contains("dog")
                        ? [1, 0.1, 0, 0] : [0, 0.1 * Float($0.utf8.count % 5), 1, 0.1 * Float($0.utf8.count % 3)]
                }
            }, associates: true)
        let memory = try store.store.memory("m")
        let old = try await memory.remember(
            (0..<12).map {
                NewUnit(session: "s\($0)", text: ($0 % 4 == 0 ? "dog " : "cat ") + String(repeating: "x", count: $0))
            })
        let new = try await memory.remember(NewUnit(session: "new", text: "dog barks"))
        let linked = try memory.read { try $0.edges(of: new.id) }.map(\.unit)
        #expect(Set(linked) == Set([old[0].id, old[4].id, old[8].id]))
        #expect(try memory.read { try $0.edges(of: old[0].id) }.contains { $0.unit == new.id })
        let edges = try memory.info().edges
        try memory.forget(.units([new.id]))
        #expect(try memory.info().edges == edges - linked.count)
        #expect(try memory.read { try $0.edges(of: old[0].id) }.allSatisfy { $0.unit != new.id })
    }
}
