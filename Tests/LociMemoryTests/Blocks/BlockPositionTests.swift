// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociMemory

/// Where opened blocks stand: in their streams, together, and in a short context.
@Suite struct BlockPositionTests {
    private func opened(
        _ stream: String, _ positions: Range<UInt64>, scores: [Double] = [], texts: [String] = []
    ) -> OpenedBlock {
        OpenedBlock(
            number: 1, stream: stream, positions: positions, stingyPosition: 0, reason: .chosen, score: 0,
            similarity: 0,
            words: 0, weight: 0, memberScores: scores, texts: texts)
    }

    /// Spans hold what was opened and nothing else, in order, and none could be joined to the next.
    @Test func spansAreMerged() {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(200) {
            var blocks: [OpenedBlock] = []
            // Two ways to write a letter are two streams.
            for stream in ["a", "e\u{301}", "\u{e9}", "z"] {
                var position = UInt64(generator.below(3)) * UInt64(generator.below(1 << 20))
                for _ in 0..<generator.below(7) {
                    if generator.below(2) == 0 { position += UInt64(1 + generator.below(9)) }
                    let end = position + UInt64(1 + generator.below(5))
                    blocks.append(opened(stream, position..<end))
                    position = end
                }
            }
            let opening = BlockOpening(blocks: blocks)
            let spans = opening.spans
            #expect(spans.flatMap { Array($0.blocks) } == Array(blocks.indices))
            for span in spans {
                #expect(blocks[span.blocks].allSatisfy { $0.stream.utf8.elementsEqual(span.stream.utf8) })
                #expect(blocks[span.blocks].flatMap { Array($0.positions) } == Array(span.positions))
            }
            for (left, right) in zip(spans, spans.dropFirst()) {
                let isSame = left.stream.utf8.elementsEqual(right.stream.utf8)
                #expect(!isSame || left.positions.upperBound < right.positions.lowerBound)
            }
            #expect(spans.reduce(0) { $0 + $1.positions.count } == opening.memberCount)
        }
    }

    @Test func bestMembersOfAll() {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(50) {
            var blocks: [OpenedBlock] = []
            var all: [(score: Double, stream: String, position: UInt64, text: String?)] = []
            for place in 0..<generator.below(6) {
                let count = 1 + generator.below(5)
                let scores = (0..<count).map { _ in Double(generator.below(6)) }
                let texts = generator.below(2) == 0 ? [] : (0..<count).map { "\(place).\($0)" }
                let first = UInt64(100 * place)
                blocks.append(opened("\(place % 2)", first..<first + UInt64(count), scores: scores, texts: texts))
                for (offset, score) in scores.enumerated() {
                    all.append((score, "\(place % 2)", first + UInt64(offset), texts.isEmpty ? nil : texts[offset]))
                }
            }
            // Of those with the same score, the first.
            let order = all.indices.sorted { (-all[$0].score, $0) < (-all[$1].score, $1) }
            for count in [-1, 0, 1, 4, 100] {
                let best = BlockOpening(blocks: blocks).bestMembers(count)
                let expected = order.prefix(max(0, count)).map { all[$0] }
                #expect(best.map(\.position) == expected.map(\.position))
                #expect(best.map(\.score) == expected.map(\.score))
                #expect(best.map(\.stream) == expected.map(\.stream))
                #expect(best.map(\.text) == expected.map(\.text))
            }
        }
        #expect(BlockOpening(blocks: [opened("s", 0..<3)]).bestMembers(5) == [])
    }

    /// Places rise, lie within the short context, and keep their true distance from the window where those before have room.
    @Test func stingyPlaces() {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(500) {
            let count = generator.below(9)
            var distances: Set<Int> = []
            let reach = generator.below(2) == 0 ? count + 3 : 1_000_000
            while distances.count < count { distances.insert(1 + generator.below(reach)) }
            let known = distances.sorted(by: >)
            for isKnown in [true, false] {
                let places = StingyPositions.places(distances: known.map { isKnown ? $0 : nil })
                #expect(places.count == count)
                #expect(zip(places, places.dropFirst()).allSatisfy { $0 < $1 })
                #expect(places.allSatisfy { (0...count).contains($0) })
                guard isKnown else { continue }
                for (index, distance) in known.enumerated() {
                    // The window stands at count + 1. Of those before it, `index` need a place of their own.
                    let own = count + 1 - distance
                    if own >= index { #expect(places[index] == own, "\(known) \(places)") }
                }
            }
        }
        #expect(StingyPositions.places(distances: []) == [])
    }

    /// The positions of opened blocks are those of the short context, in members.
    @Test func stingyPositionsOfAnOpening() async throws {
        var generator = SeededGenerator()
        let test = try BlockFixture()
        try await test.store.append(to: "s", generator.members(78))
        for _ in 0..<TestSettings.iterations(20) {
            var options = OpeningOptions()
            options.stream = "s"
            (options.window, options.sinks) = (generator.below(4), generator.below(3))
            options.budget = .blocks(4 + generator.below(6))
            let opening = try test.store.open(queries: [generator.floats(8)], options)
            let far = opening.blocks.filter { $0.reason != .window }
            let window = opening.blocks.filter { $0.reason == .window }
            let places = opening.blocks.map(\.stingyPosition)
            #expect(zip(places, places.dropFirst()).allSatisfy { $0 < $1 })
            #expect(places.allSatisfy { $0 % 4 == 0 })
            #expect(far.allSatisfy { $0.stingyPosition <= UInt64(4 * far.count) })
            for (index, block) in window.enumerated() {
                #expect(block.stingyPosition == UInt64(4 * (far.count + 1 + index)))
            }
            guard let first = window.first else {
                #expect(places == far.indices.map { UInt64(4 * ($0 + 1)) })
                continue
            }
            // The block next to the window stands next to it.
            let isNext = far.last.map { $0.positions.upperBound == first.positions.lowerBound } ?? false
            if isNext { #expect(far.last?.stingyPosition == first.stingyPosition - 4) }
        }
    }
}
