// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociWords

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Searches against the formula, written out. `LOCI_TEST_SEED` repeats a run, `LOCI_TEST_ITERATIONS` lengthens it.
@Suite struct WordSearchTests {
    private func query(_ text: String) throws -> AnalysedQuery {
        try AnalysedQuery(WordQuery(parsing: text), WordAnalyser(WordAnalysis()))
    }

    @Test func scoresAreTheFormulas() throws {
        let field = try MemoryField([[1, 2, 1], [2], nil, [3, 3, 3, 3, 2]])
        let found = try WordSearch.search(query("w1 w2"), in: field, count: 10)
        #expect(found.map(\.slot) == [0, 1, 3])
        // Three documents of three words in the mean; one has w1, three have w2: idf = ln(1 + 2.5 / 1.5) and ln(1 + 0.5 / 3.5).
        let first = 0.980829 * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75)) + 0.133531 * 2.2 / (1 + 1.2)
        let second = 0.133531 * 2.2 / (1 + 1.2 * (0.25 + 0.75 / 3))
        #expect(abs(found[0].score - first) < 1e-4 && abs(found[1].score - second) < 1e-4)
        let flat = try WordSearch.search(query("w2"), in: field, parameters: BM25(b: 0), count: 10)
        #expect(flat.map(\.slot) == [0, 1, 3], "equal scores go by slot")
        #expect(Set(flat.map(\.score)).count == 1)
    }

    @Test(arguments: [
        ("w1", [0, 1, 4]), ("+w1 w9", [0, 1, 4]), ("w9", []), ("w1 -w2", [1]), ("w1 w3 +w2", [0, 4]), ("+w9 w1", []),
        (#""w1 w2""#, [0]), (#""w2 w1" w3"#, [1, 4]), (#"w1 -"w2 w1""#, [0, 1]), (#""w1 w1""#, [1]),
        ("w1 w1 -w9", [0, 1, 4]),
    ])
    func demandsAreMet(text: String, slots: [UInt32]) throws {
        let field = try MemoryField([[1, 2], [1, 1, 3], nil, [4], [2, 1]])
        #expect(try WordSearch.search(query(text), in: field, count: 10).map(\.slot).sorted() == slots)
    }

    @Test func parametersHaveRanges() throws {
        let field = try MemoryField([[1]])
        for count in [0, -1, 1_000_001] {
            #expect(throws: WordsError.self) { try WordSearch.search(query("w1"), in: field, count: count) }
        }
        for k1 in [-0.1, 101, .nan] { #expect(throws: WordsError.self) { try BM25(k1: k1) } }
        for b in [-0.1, 1.1, .nan] { #expect(throws: WordsError.self) { try BM25(b: b) } }
        #expect(try WordSearch.search(query("w1"), in: MemoryField([]), count: 1).isEmpty)
    }

    @Test func bestAreThoseOfTheFormula() throws {
        var generator = SeededGenerator()
        var full = 0
        let rounds = TestSettings.iterations(20)
        for round in 0..<rounds {
            let field = try MemoryField(
                generator.documents(round % 10 == 0 ? 1_500 : 200, vocabulary: 3 + generator.below(60), gaps: true))
            let keep = UInt32(1 + generator.below(3))
            field.accepted = { $0 % keep == 0 }
            let parameters =
                try round % 2 == 0
                ? .standard : BM25(k1: Double(generator.below(30)) / 10, b: Double(generator.below(11)) / 10)
            for _ in 0..<6 {
                let text = generator.query(vocabulary: 40)
                guard let query = try? query(text) else { continue }
                let count = 1 + generator.below(20)
                let found = try WordSearch.search(query, in: field, parameters: parameters, count: count)
                let expected = PlainSearch(field, parameters).best(query)
                #expect(found.count == min(count, expected.count), "\(generator): \(text)")
                for (item, plain) in zip(found, expected) {
                    #expect(abs(item.score - plain.score) <= 1e-4, "\(generator): \(text)")
                }
                // Equal to the bit, sums and all: so are slots.
                #expect(found == Array(expected.prefix(count)), "\(generator): \(text)")
                if found.count == count { full += 1 }
            }
        }
        #expect(rounds < 20 || full > rounds, "\(full) of \(rounds * 6) searches had all results")
    }

    /// What lies together is passed over, together.
    @Test func blocksOfLowBoundsAreNotRead() throws {
        // 20,000 long documents, after ten short ones that are better than all.
        let field = try MemoryField((0..<20_000).map { slot in slot < 10 ? [1] : [1] + Array(repeating: 2, count: 30) })
        let all = try WordSearch.search(query("w1"), in: field, count: 10_000)
        let most = field.blocksGiven
        field.blocksGiven = 0
        let found = try WordSearch.search(query("w1"), in: field, count: 10)
        #expect(found == Array(all.prefix(10)) && found.map(\.slot) == Array(0..<10))
        #expect(field.blocksGiven < most * 2 / 3, "\(field.blocksGiven) instead of \(most)")
    }

    /// Sources that were damaged give an error or some results.
    @Test func damagedBlocksAreSurvived() throws {
        var generator = SeededGenerator(fresh: #function)
        for _ in 0..<TestSettings.iterations(100) {
            let lists = (0..<2).map { _ in
                var blocks = generator.blocks(600)
                for _ in 0..<1 + generator.below(3) {
                    let block = generator.below(blocks.count)
                    switch generator.below(4) {
                    case 0: blocks.swapAt(block, generator.below(blocks.count))
                    case 1: blocks[block] = blocks[generator.below(blocks.count)]
                    default:
                        blocks[block][generator.below(blocks[block].count)] = UInt8(
                            truncatingIfNeeded: generator.next())
                    }
                }
                return blocks
            }
            for text in ["w0 w1", "+w0 +w1", #""w0 w1""#, "w0 -w1"] {
                do {
                    let found = try WordSearch.search(query(text), in: DamagedField(lists: lists), count: 5)
                    #expect(Set(found.map(\.slot)).count == found.count)
                } catch let error as WordsError {
                    guard case .badPostings = error else { throw error }
                }
            }
        }
    }
}

/// Two words whose blocks may say anything.
private final class DamagedField: PostingSource {
    let lists: [[[UInt8]]]
    let documentCount = 600
    let averageLength = 4.0

    init(lists: [[[UInt8]]]) { self.lists = lists }

    func withLengths(around slot: UInt32, _ body: (RawSpan) -> Void) {
        var block = LengthBlock()
        block[slot] = 4
        let bytes = block.bytes
        body(bytes.span.bytes)
    }
    func accepts(_ slot: UInt32) -> Bool { true }
    func postings(of term: [UInt8]) -> (any PostingList)? { List(lists[term == Array("w0".utf8) ? 0 : 1]) }

    private final class List: PostingList {
        let blocks: [[UInt8]]
        var index = 0
        let summary: PostingSummary

        init(_ blocks: [[UInt8]]) {
            self.blocks = blocks
            var summary = PostingSummary()
            for block in blocks { if let header = try? PostingBlock(header: block.span.bytes) { summary.add(header) } }
            self.summary = summary
        }

        func withBlock(reaching slot: UInt32, _ body: (RawSpan) throws -> Void) throws -> Bool {
            while index < blocks.count {
                let block = blocks[index]
                if try PostingBlock(header: block.span.bytes).lastSlot >= slot {
                    try body(block.span.bytes)
                    return true
                }
                index += 1
            }
            return false
        }
    }
}

/// Every document, by the letter of the formula.
struct PlainSearch {
    private let field: MemoryField
    private let parameters: BM25

    init(_ field: MemoryField, _ parameters: BM25) {
        self.field = field
        self.parameters = parameters
    }

    /// A term that is no word of the field's is a number that no document has.
    private func number(_ term: [UInt8]) -> Int { Int(String(decoding: term.dropFirst(), as: UTF8.self)) ?? -1 }

    private func occurrences(_ terms: [[UInt8]], _ words: [Int]) -> Int {
        let numbers = terms.map(number)
        return words.indices.count { words[$0...].starts(with: numbers) }
    }

    func best(_ query: AnalysedQuery) -> [ScoredSlot] {
        var idf: [[UInt8]: Double] = [:]
        let total = Double(field.documentCount)
        for term in query.clauses.flatMap(\.terms) where idf[term] == nil {
            let count = Double(field.documents.count { $0.map { occurrences([term], $0) > 0 } ?? false })
            idf[term] = log(1 + (total - count + 0.5) / (count + 0.5))
        }
        var found: [ScoredSlot] = []
        let scorer = parameters.scorer(averageLength: field.averageLength)
        for (slot, words) in field.documents.enumerated() {
            guard let words, field.accepts(UInt32(slot)) else { continue }
            var score = 0.0
            var hasOne = false
            var hasAll = true
            var isExcluded = false
            for clause in query.clauses {
                let count = Double(occurrences(clause.terms, words))
                if clause.demand == .excluded {
                    if count > 0 { isExcluded = true }
                    continue
                }
                if clause.demand == .required, count == 0 { hasAll = false }
                guard count > 0 else { continue }
                hasOne = true
                let weight = clause.terms.reduce(0) { $0 + (idf[$1] ?? 0) } * Double(clause.count)
                let length = 1 - parameters.b + parameters.b * Double(words.count) / field.averageLength
                let plain = weight * count * (parameters.k1 + 1) / (count + parameters.k1 * length)
                // The results are compared to the bit with what the formula gives when it is computed in the same order.
                let own = scorer.score(weight: weight, frequency: UInt32(count), length: UInt32(words.count))
                if abs(own - plain) > 1e-9 { Issue.record("\(own) instead of \(plain)") }
                score += own
            }
            if hasOne && hasAll && !isExcluded { found.append(ScoredSlot(slot: UInt32(slot), score: score)) }
        }
        return found.sorted { $0.score > $1.score || $0.score == $1.score && $0.slot < $1.slot }
    }
}

extension SeededGenerator {
    /// A word, the lower the more common, about as Zipf's law has it.
    mutating func word(vocabulary: Int) -> Int {
        let uniform = Double(next() >> 11) * 0x1p-53
        return Int(exp(uniform * log(Double(vocabulary)))) - 1
    }

    /// Documents of about 12 words.
    mutating func documents(_ count: Int, vocabulary: Int, gaps: Bool = false) -> [[Int]?] {
        (0..<count).map { _ in
            if gaps, below(9) == 0 { return nil }
            return (0..<1 + below(23)).map { _ in word(vocabulary: vocabulary) }
        }
    }

    /// Words and phrases with and without signs.
    mutating func query(vocabulary: Int) -> String {
        (0..<1 + below(5)).map { _ in
            let sign = ["", "", "", "", "+", "-"][below(6)]
            let words = (0..<(below(4) == 0 ? 2 + below(2) : 1)).map { _ in "w\(word(vocabulary: vocabulary))" }
            return words.count > 1 ? "\(sign)\"\(words.joined(separator: " "))\"" : sign + words[0]
        }.joined(separator: " ")
    }

    fileprivate mutating func blocks(_ count: Int) -> [[UInt8]] {
        PostingRun((0..<count).map { posting(slot: UInt32($0 * 2)) })
            .blocks(isFilling: true) { _ in 4 }.map(\.bytes)
    }
}
