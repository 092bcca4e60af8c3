// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociText

@Suite struct BytePairModelTests {
    /// A model over a few letters, whose merges are drawn at random.
    private func model(_ generator: inout SeededGenerator, wordMark: [UInt8]?) throws -> BytePairModel {
        var vocabulary = Vocabulary()
        var tokens = ["a", "b", "c", "▁"]
        for (number, token) in tokens.enumerated() {
            #expect(vocabulary.add(Array(token.utf8), identifier: number) == nil)
        }
        var pairs = PairTable(capacity: 4)
        var rank: Int32 = 0
        while tokens.count < 60 {
            let left = generator.below(tokens.count)
            let right = generator.below(tokens.count)
            let token = tokens[left] + tokens[right]
            // With a mark for words, merges do not reach over the beginning of one.
            if wordMark != nil, tokens[right].first == "▁", tokens[left].last != "▁" { continue }
            if token.count > 8 || pairs.merge(Int32(left), Int32(right)) != nil { continue }
            let known = tokens.firstIndex(of: token)
            if known == nil {
                #expect(vocabulary.add(Array(token.utf8), identifier: tokens.count) == nil)
                tokens.append(token)
            }
            pairs.add(Int32(left), Int32(right), .init(rank: rank, token: Int32(known ?? tokens.count - 1)))
            rank += 1
        }
        return BytePairModel(
            vocabulary: vocabulary, pairs: pairs, unknown: nil, fusesUnknown: false, byteTokens: nil,
            ignoresMerges: false, wordMark: wordMark)
    }

    private func text(_ generator: inout SeededGenerator, _ length: Int) -> [UInt8] {
        var text = ""
        for _ in 0..<length { text += ["a", "b", "c", "▁"][generator.below(4)] }
        return Array(text.utf8)
    }

    /// Merging by its definition: the lowest rank first, of these the leftmost.
    private func tokens(_ text: [UInt8], _ model: BytePairModel) -> [Int32] {
        var symbols = String(decoding: text, as: UTF8.self).map {
            model.vocabulary.identifier(Array("\($0)".utf8)) ?? -1
        }
        while true {
            var best: (rank: Int32, place: Int, token: Int32)?
            for place in 0..<max(symbols.count - 1, 0) {
                guard let merge = model.pairs.merge(symbols[place], symbols[place + 1]) else { continue }
                if best.map({ merge.rank < $0.rank }) ?? true { best = (merge.rank, place, merge.token) }
            }
            guard let best else { return symbols }
            symbols.replaceSubrange(best.place...best.place + 1, with: [best.token])
        }
    }

    @Test func bothWaysOfMergingAreTheDefinition() throws {
        var generator = SeededGenerator()
        for round in 0..<TestSettings.iterations(60) {
            let model = try model(&generator, wordMark: round % 2 == 0 ? Array("▁".utf8) : nil)
            let text = text(&generator, generator.below(40))
            let expected = tokens(text, model)
            for scanned in [0, 1_000] {
                var found: [Int32] = []
                model.append(text, 0..<text.count, to: &found, scanned: scanned)
                #expect(found == expected)
            }
        }
    }

    @Test func longPiecesTakeNoSquareOfTime() throws {
        var generator = SeededGenerator()
        let model = try model(&generator, wordMark: nil)
        let text = text(&generator, 20_000)
        var found: [Int32] = []
        let time = ContinuousClock().measure { model.append(text, 0..<text.count, to: &found) }
        #expect(found.count < 20_000)
        // The square takes minutes.
        #expect(time < .seconds(20))
    }

    @Test func pairsAreFoundAndOthersAreNot() {
        var generator = SeededGenerator()
        var table = PairTable(capacity: 1)
        var known: [UInt64: PairTable.Merge] = [:]
        for _ in 0..<2_000 {
            let (left, right) = (Int32(generator.below(50)), Int32(generator.below(50)))
            let merge = PairTable.Merge(rank: Int32(generator.below(1_000)), token: Int32(generator.below(1_000)))
            table.add(left, right, merge)
            known[UInt64(left) << 32 | UInt64(right)] = merge
        }
        for left in Int32(0)..<52 {
            for right in Int32(0)..<52 {
                #expect(table.merge(left, right) == known[UInt64(left) << 32 | UInt64(right)])
            }
        }
    }

    @Test func tokensThatDifferInCompositionAreTwo() {
        var vocabulary = Vocabulary()
        #expect(vocabulary.add(Array("é".utf8), identifier: 0) == nil)
        #expect(vocabulary.add(Array("e\u{301}".utf8), identifier: 1) == nil)
        #expect(vocabulary.add(Array("é".utf8), identifier: 2) != nil)
        #expect(vocabulary.identifier(Array("e\u{301}".utf8)) == 1)
        #expect(vocabulary.identifier(Array("e".utf8)) == nil)
        for number in 3..<3_000 { #expect(vocabulary.add(Array("t\(number)".utf8), identifier: number) == nil) }
        for number in 3..<3_000 { #expect(vocabulary.identifier(Array("t\(number)".utf8)) == Int32(number)) }
        #expect(vocabulary.maximumIdentifier == 2_999)
    }
}
