// Loci, Apache License 2.0.

import Loci
import LociWords

/// The words of turns that tell most: those that come often in them and are rare in the other turns of the namespace, by the weight
/// that BM25 gives a word of a document (`BM25` of LociWords), without its part for the length.
///
/// The turns themselves do not count as turns that have the word: what a conversation is about is common in it, and in a small memory
/// would be taken for what any text has. It needs no model and no network. Weights are those of the moment: as a namespace grows, they
/// change, and what was derived does not.
public struct WeightedKeywordExtractor: KeywordExtractor {
    /// How slowly more of the same word stop to matter, as in BM25.
    private static let k1 = 1.2

    /// How many words there are at most.
    public let count: Int

    /// - Parameter count: How many words there are at most, 1 to 64.
    /// - Throws: `MemoryError.parameter`.
    public init(count: Int) throws(MemoryError) {
        guard (1...DerivedText.maximumKeywords).contains(count) else {
            throw .parameter(name: "keywords", value: "\(count)", allowed: "1 to \(DerivedText.maximumKeywords)")
        }
        self.count = count
    }

    /// Twelve words.
    public init() { count = 12 }

    /// The words as they stand in the turns, in small letters; of several forms of one word the most frequent.
    /// - Throws: `MemoryError.namespaceNotFound`; `WordsError`.
    /// - Complexity: O(bytes + words · log words).
    public func keywords(of turns: [MemoryUnit], in memory: Memory) async throws -> [String] {
        try memory.read { reader in
            let analyser = try WordAnalyser.usable(reader.settings.language)
            var places: [[UInt8]: Int] = [:]
            var found: [Found] = []
            for (order, turn) in turns.enumerated() {
                for word in try ContentWords(turn.text, analyser).words where Self.isTelling(word.text) {
                    let place = places[word.term] ?? found.count
                    if place == found.count {
                        places[word.term] = place
                        found.append(Found(term: word.term, first: word.text))
                    }
                    found[place].note(word.text, turn: order)
                }
            }
            guard !found.isEmpty, let collection = try reader.collection(.turn) else { return [] }
            let all = try collection.wordStatistics(of: found.map(\.term), in: UnitAttributes.text)
            let others = max(0, all.documents - turns.count)
            let weights = zip(found, all.counts).map { word, count in
                BM25.inverseDocumentFrequency(count - word.turns, of: others) * word.count * (Self.k1 + 1)
                    / (word.count + Self.k1)
            }
            let order = found.indices.sorted { (weights[$0], $1) > (weights[$1], $0) }
            return order.prefix(count).map { found[$0].form }
        }
    }

    /// A word of the turns.
    private struct Found {
        let term: [UInt8]
        /// The form that came first.
        let first: String
        private var forms: [String: Int] = [:]
        /// How often it is there.
        private(set) var count = 0.0
        /// How many of the turns have it.
        private(set) var turns = 0
        private var lastTurn = -1

        init(term: [UInt8], first: String) { (self.term, self.first) = (term, first) }

        mutating func note(_ form: String, turn: Int) {
            forms[form, default: 0] += 1
            count += 1
            if turn != lastTurn { turns += 1 }
            lastTurn = turn
        }

        /// The most frequent form; of those that are equally frequent the one that came first, or else that of the lesser bytes.
        var form: String {
            let most = forms.values.max() ?? 0
            if forms[first] == most { return first }
            return forms.filter { $0.value == most }.keys.min() ?? first
        }
    }

    /// Whether a word may be a keyword: single characters of the alphabet and numbers of few digits say too little.
    private static func isTelling(_ word: String) -> Bool {
        if word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return word.utf8.count >= 4 }
        return word.utf8.count > 1
    }
}
