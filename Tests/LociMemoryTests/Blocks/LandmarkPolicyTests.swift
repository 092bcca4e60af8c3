// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociMemory

/// Landmarks against plain references in float64.
@Suite struct LandmarkPolicyTests {
    /// The vectors that means are made of.
    private func rows(_ members: [[Float]], isAngular: Bool) -> [[Double]] {
        members.map { isAngular ? Reference.unit($0) : $0.map(Double.init) }
    }

    private func mean(_ rows: some Sequence<[Double]>, isAngular: Bool) -> [Double] {
        let rows = Array(rows)
        let mean = rows[0].indices.map { index in rows.reduce(0) { $0 + $1[index] } / Double(rows.count) }
        let length = isAngular ? mean.reduce(0) { $0 + $1 * $1 }.squareRoot() : 1
        return mean.map { $0 / length }
    }

    private func distance(_ left: [Double], _ right: [Double]) -> Double {
        zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }

    private func made(
        _ policy: LandmarkPolicy, _ members: [[Float]], isAngular: Bool, attention: [Float] = []
    ) -> [[Double]] {
        policy.landmarks(
            of: members.flatMap { $0 }, dimension: members[0].count, isAngular: isAngular, attention: attention
        ).map { $0.map(Double.init) }
    }

    /// Runs `body` with random members of many counts and dimensions, under both metrics.
    private func forRandomMembers(
        _ generator: inout SeededGenerator, _ body: (inout SeededGenerator, [[Float]], Bool) throws -> Void
    ) throws {
        for round in 0..<TestSettings.iterations(60) {
            let (count, dimension) = (1 + generator.below(19), 2 + generator.below(9))
            let members = (0..<count).map { _ in
                let scale = Float(1 << generator.below(8))
                return generator.normals(dimension).map { ($0 == 0 ? 1 : $0) * scale }
            }
            try body(&generator, members, round % 2 == 0)
        }
    }

    @Test func meanOfAll() throws {
        var generator = SeededGenerator()
        try forRandomMembers(&generator) { _, members, isAngular in
            let made = made(.mean, members, isAngular: isAngular)
            let expected = mean(rows(members, isAngular: isAngular), isAngular: isAngular)
            #expect(made.count == 1)
            #expect(areNear(made[0], expected, 1e-4))
        }
    }

    /// Parts follow each other, hold all members, and differ in size by one at most.
    @Test func meansOfSegments() throws {
        var generator = SeededGenerator()
        try forRandomMembers(&generator) { generator, members, isAngular in
            let parts = 1 + generator.below(7)
            let made = made(.segmentMeans(parts), members, isAngular: isAngular)
            #expect(made.count == min(parts, members.count))
            let rows = rows(members, isAngular: isAngular)
            let size = Double(members.count) / Double(made.count)
            let ends: [Int] = (0...made.count).map { place in Int(Double(place) * size + 1e-9) }
            let sizes: [Int] = made.indices.map { ends[$0 + 1] - ends[$0] }
            #expect(Set(sizes).count <= 2)
            for (place, landmark) in made.enumerated() {
                let expected = mean(rows[ends[place]..<ends[place + 1]], isAngular: isAngular)
                #expect(areNear(landmark, expected, 1e-4))
            }
        }
    }

    @Test func givenAreNotMade() {
        #expect(LandmarkPolicy.given.landmarks(of: [1, 2], dimension: 2, isAngular: true, attention: []) == [])
    }

    @Test func meanOfTheMembersWithMostAttention() throws {
        var generator = SeededGenerator()
        try forRandomMembers(&generator) { generator, members, isAngular in
            let wanted = 1 + generator.below(6)
            // Few values, so that some are the same: then the earlier member counts.
            let attention = members.map { _ in Float(generator.below(5)) }
            var left = Array(members.indices)
            var best: [Int] = []
            while best.count < min(wanted, members.count) {
                var top = left[0]
                for place in left where attention[place] > attention[top] { top = place }
                best.append(top)
                left.removeAll { $0 == top }
            }
            let rows = rows(members, isAngular: isAngular)
            let made = made(.received(wanted), members, isAngular: isAngular, attention: attention)
            #expect(made.count == 1)
            #expect(areNear(made[0], mean(best.map { rows[$0] }, isAngular: isAngular), 1e-4))
        }
    }

    /// Each landmark is a member, and none is farther from those before it.
    @Test func coverTakesTheFarthest() throws {
        var generator = SeededGenerator()
        try forRandomMembers(&generator) { generator, members, isAngular in
            var members = members
            // Some twice, so that there may be fewer different ones than landmarks.
            for _ in 0..<generator.below(8) { members.append(members[generator.below(members.count)]) }
            let rows = rows(members, isAngular: isAngular)
            let wanted = 1 + generator.below(24)
            let made = made(.cover(wanted), members, isAngular: isAngular)
            func farness(_ row: [Double], _ before: ArraySlice<[Double]>) -> Double {
                before.map { distance(row, $0) }.min() ?? 0
            }
            #expect(areNear(made[0], rows[0], 1e-5))
            for place in made.indices.dropFirst() {
                #expect(rows.contains { areNear($0, made[place], 1e-5) })
                let greatest = rows.map { farness($0, made[..<place]) }.max() ?? 0
                #expect(isNear(farness(made[place], made[..<place]), greatest, 1e-4))
            }
            if made.count < min(wanted, members.count) {
                // It stops only where all members are covered.
                #expect(rows.allSatisfy { farness($0, made[...]) < 1e-9 })
            }
        }
    }

    /// Vectors that point apart have no mean direction: the first stands for all. Under the inner product their mean is zero.
    @Test func opposedVectors() {
        let members: [[Float]] = [[3, 0], [-1, 0], [0, 2], [0, -5]]
        #expect(made(.mean, members, isAngular: true) == [[1, 0]])
        #expect(made(.segmentMeans(2), members, isAngular: true) == [[1, 0], [0, 1]])
        #expect(made(.received(2), members, isAngular: true, attention: [0, 0, 1, 1]) == [[0, 1]])
        #expect(made(.mean, [[3, 0], [-3, 0]], isAngular: false) == [[0, 0]])
    }

    @Test func lengthsCountUnderTheInnerProductAlone() {
        let members: [[Float]] = [[4, 0], [0, 2]]
        #expect(made(.mean, members, isAngular: false) == [[2, 1]])
        let half = 0.5.squareRoot()
        #expect(areNear(made(.mean, members, isAngular: true)[0], [half, half]))
    }

    @Test func namesAreReadBack() {
        for count in 1...LandmarkPolicy.maximumCount {
            for policy in [LandmarkPolicy.segmentMeans(count), .received(count), .cover(count), .mean, .given] {
                #expect(LandmarkPolicy(name: policy.name) == policy)
            }
        }
        for name in [
            "", "Mean", "mean:1", "given:2", "segments", "segments:", "segments:0", "segments:65", "segments:x",
            "received:-1", "cover:1:2", ":4", "cover: 4", "segments:99999999999999999999",
        ] {
            #expect(LandmarkPolicy(name: name) == nil, "\(name)")
        }
    }

    @Test func namesOfEvictionAreReadBack() {
        for eviction in [BlockConfiguration.Eviction.leastRecentlyUsed, .decayedMass(0), .decayedMass(0.1)] {
            #expect(BlockConfiguration.Eviction(name: eviction.name) == eviction)
        }
        for name in ["", "LRU", "mass", "mass:", "mass:1", "mass:-0.1", "mass:nan", "mass:x"] {
            #expect(BlockConfiguration.Eviction(name: name) == nil, "\(name)")
        }
    }
}
