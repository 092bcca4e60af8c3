// Loci, Apache License 2.0.

public import LociWords

/// The sentences that are most like all others, in their order: LexRank (G. Erkan, D. R. Radev, "LexRank: Graph-based Lexical
/// Centrality as Salience in Text Summarization", JAIR 22, 2004), the continuous form.
///
/// Sentences are linked by the cosine of their words, each weighted by how rare it is among them, where that is at least 0.1; those at
/// which a walk along the links is most often count most. The paper takes the rarity of words from a large corpus, and leaves what says
/// the same to another program: here the sentences themselves are the corpus, and one that is close to a chosen one is passed over. It
/// needs no model and no network, and gives the same summary each time.
public struct ExtractiveSummarizer: Summarizer {
    /// Links below this do not count; the paper finds 0.1 to 0.2 best.
    private static let threshold = 0.1
    /// The share of steps that go along a link.
    private static let damping = 0.85
    private static let (maximumSteps, tolerance) = (100, 1e-9)
    /// Sentences with fewer words that tell something are greetings and the like; they are taken only where there are no others.
    private static let leastWords = 3
    /// A sentence that is as close as this to a chosen one says the same.
    private static let sameness = 0.7
    private static let maximumBytes = 16_384

    /// How many sentences a summary has.
    public let sentences: Int
    /// The language of the words.
    public let language: WordLanguage

    /// - Parameters:
    ///   - sentences: How many sentences a summary has at most, 1 to 100.
    ///   - language: The language of the words; without stems where this program was built without them.
    /// - Throws: `MemoryError.parameter`.
    public init(sentences: Int, language: WordLanguage = .english) throws(MemoryError) {
        guard (1...100).contains(sentences) else {
            throw .parameter(name: "the sentences of a summary", value: "\(sentences)", allowed: "1 to 100")
        }
        (self.sentences, self.language) = (sentences, language)
    }

    /// Summaries of five sentences of English.
    public init() { (sentences, language) = (5, .english) }

    /// The sentences that matter most, a line each.
    /// - Throws: `WordsError`.
    /// - Complexity: O(n²) for n sentences that have words in common.
    public func summarize(_ turns: [MemoryUnit]) async throws -> String {
        let list = try SentenceList(turns, WordAnalyser.usable(language))
        let telling = list.sentences.indices.filter { list.sentences[$0].length >= Self.leastWords }
        let candidates = telling.isEmpty ? Array(list.sentences.indices) : telling
        let graph = Graph(list, candidates, threshold: Self.threshold)
        let scores = graph.centrality(damping: Self.damping, steps: Self.maximumSteps, tolerance: Self.tolerance)
        let order = scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
        var chosen: [Int] = []
        var bytes = 0
        for place in order {
            guard chosen.count < sentences else { break }
            let size = DerivedText.bytesInJSON(list.sentences[candidates[place]].text) + 2
            guard bytes + size <= Self.maximumBytes,
                !graph.links[place].contains(where: { $0.weight >= Self.sameness && chosen.contains($0.to) })
            else { continue }
            bytes += size
            chosen.append(place)
        }
        // Where no sentence fits, there is one, and it is cut.
        guard !chosen.isEmpty else {
            return order.first.map { DerivedText.clipped(list.sentences[candidates[$0]].text, to: Self.maximumBytes) }
                ?? ""
        }
        return chosen.sorted().map { list.sentences[candidates[$0]].text }.joined(separator: "\n")
    }

    /// Sentences, linked by how alike they are.
    private struct Graph {
        struct Link {
            let to: Int
            let weight: Double
        }

        private(set) var links: [[Link]]

        init(_ list: SentenceList, _ candidates: [Int], threshold: Double) {
            let total = list.sentences.count
            let weights = list.frequencies.map { BM25.inverseDocumentFrequency($0, of: total) }
            let vectors = candidates.map { place in
                let terms = list.sentences[place].terms.map { (term: $0.term, weight: $0.count * weights[$0.term]) }
                let length = terms.reduce(0) { $0 + $1.weight * $1.weight }.squareRoot()
                return terms.map { (term: $0.term, weight: length > 0 ? $0.weight / length : 0) }
            }
            links = [[Link]](repeating: [], count: candidates.count)
            // The sentences before this one that have a term.
            var holders = [[(place: Int, weight: Double)]](repeating: [], count: weights.count)
            var products = [Double](repeating: 0, count: candidates.count)
            for (place, vector) in vectors.enumerated() {
                for part in vector {
                    for holder in holders[part.term] { products[holder.place] += holder.weight * part.weight }
                    holders[part.term].append((place, part.weight))
                }
                for other in 0..<place {
                    if products[other] >= threshold {
                        links[place].append(Link(to: other, weight: products[other]))
                        links[other].append(Link(to: place, weight: products[other]))
                    }
                    products[other] = 0
                }
            }
        }

        /// How often a walk is at each sentence: the power method.
        func centrality(damping: Double, steps: Int, tolerance: Double) -> [Double] {
            let count = Double(max(1, links.count))
            // Each sentence is linked to itself, as in the paper, so that one without others has somewhere to go.
            let sums = links.map { $0.reduce(1) { $0 + $1.weight } }
            var scores = [Double](repeating: 1 / count, count: links.count)
            for _ in 0..<steps {
                var change = 0.0
                let next = links.indices.map { place in
                    let own = scores[place] / sums[place]
                    let sum = links[place].reduce(own) { $0 + $1.weight * scores[$1.to] / sums[$1.to] }
                    let score = (1 - damping) / count + damping * sum
                    change += abs(score - scores[place])
                    return score
                }
                scores = next
                if change < tolerance { break }
            }
            return scores
        }
    }
}
