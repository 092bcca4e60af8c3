// Loci, Apache License 2.0.

import Loci
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Searches for words by the letter of the formula: every document, every word. Words are what stands between blanks.
struct PlainWords {
    /// A part of a query.
    struct Part {
        let sign: String
        let words: [String]

        var text: String { sign + (words.count > 1 ? "\"\(words.joined(separator: " "))\"" : words[0]) }
    }

    /// The words of each text of each document.
    private let documents: [VectorID: [[String]]]
    /// How many documents have each word.
    private var counts: [String: Int] = [:]

    init(_ texts: [VectorID: [String]]) {
        documents = texts.mapValues { $0.map { $0.split(separator: " ").map(String.init) } }
            .filter { $0.value.contains { !$0.isEmpty } }
        for texts in documents.values { for word in Set(texts.joined()) { counts[word, default: 0] += 1 } }
    }

    var documentCount: Int { documents.count }
    var wordCount: Int { documents.values.reduce(0) { $0 + $1.joined().count } }

    private func occurrences(_ words: [String], _ texts: [[String]]) -> Int {
        texts.reduce(0) { sum, text in
            sum + text.indices.count { text[$0] == words[0] && text[$0...].starts(with: words) }
        }
    }

    private func idf(_ word: String) -> Double {
        let (total, own) = (Double(documents.count), Double(counts[word, default: 0]))
        return log(1 + (total - own + 0.5) / (own + 0.5))
    }

    /// The scores of all documents that answer a query.
    func scores(_ parts: [Part], k1: Double = 1.2, b: Double = 0.75) -> [VectorID: Double] {
        let average = Double(wordCount) / Double(max(1, documents.count))
        let weights = parts.map { $0.words.reduce(0) { $0 + idf($1) } }
        var scores: [VectorID: Double] = [:]
        for (id, texts) in documents {
            let length = Double(texts.joined().count)
            let counts = parts.map { Double(occurrences($0.words, texts)) }
            let required = zip(parts, counts).filter { $0.0.sign == "+" }
            if zip(parts, counts).contains(where: { $0.0.sign == "-" && $0.1 > 0 }) { continue }
            if required.contains(where: { $0.1 == 0 }) { continue }
            var score = 0.0
            for index in parts.indices where parts[index].sign != "-" {
                let count = counts[index]
                score += weights[index] * count * (k1 + 1) / (count + k1 * (1 - b + b * length / average))
            }
            if score > 0 { scores[id] = score }
        }
        return scores
    }

    /// Whether matches are the best of the documents, as far as scores tell, and have their scores.
    func expect(_ found: [ScoredMatch], _ parts: [Part], k: Int, among: (VectorID) -> Bool = { _ in true }) {
        let scores = scores(parts).filter { among($0.key) }
        let text = parts.map(\.text).joined(separator: " ")
        let best = scores.values.sorted(by: >).prefix(k)
        #expect(found.count == best.count, "\(text)")
        #expect(Set(found.map(\.id)).count == found.count, "\(text)")
        for (match, score) in zip(found, best) {
            let own = scores[match.id] ?? -1
            #expect(abs(match.score - score) <= 1e-4 && abs(match.score - own) <= 1e-4, "\(text): \(match), \(own)")
        }
    }
}

extension SeededGenerator {
    /// A word, the lower the more common.
    mutating func plainWord() -> String { "w\(below(1 + below(1 + below(60))))" }

    /// A text of up to some words.
    mutating func plainText(_ limit: Int) -> String {
        (0..<below(limit + 1)).map { _ in plainWord() }.joined(separator: " ")
    }

    /// Words and phrases with and without signs, not all of them with `-`.
    mutating func plainQuery() -> [PlainWords.Part] {
        var parts = (0..<below(4)).map { _ in
            PlainWords.Part(
                sign: ["", "", "+", "-"][below(4)],
                words: (0..<(below(4) == 0 ? 2 + below(2) : 1)).map { _ in plainWord() })
        }
        parts.append(PlainWords.Part(sign: "", words: [plainWord()]))
        return parts
    }
}
