// Loci, Apache License 2.0.

import Loci
import LociAttributes
import LociWords

/// Finds the units that a recall considers: the nearest by vector, those with the most words in common, and what stands around both.
/// A unit with a rare word of the question is among them however far its vector is.
struct CandidateSearch {
    let reader: NamespaceReader
    let collection: Collection
    let kind: UnitKind
    let options: RecallOptions
    let question: Question
    let statistics: KindStatistics
    let filter: Filter?

    /// A unit that was found, or stands near one that was.
    private struct Candidate {
        let id: UnitID
        var ownWords = 0.0
    }

    /// Whether the units around the found ones are considered, too. Through a filter nothing comes that was not asked for.
    private var takesNeighbours: Bool {
        filter == nil && options.reach > 0 && kind == .turn
            && !options.stages.isDisjoint(with: [.context, .spread, .parent])
    }

    /// The window of the search by vector; nil for the collection's own.
    ///
    /// One window finds less the more vectors there are. Among 100,000 made turns in 2,000 clusters 64 finds the one that is asked for 999
    /// times in 1,000, among 1,000,000 only 886 times; three times the window finds it 990 times there, and takes a tenth longer.
    static func window(for count: Int) -> Int? {
        guard count > 100_000 else { return nil }
        return Int((64 * (Double(count) / 100_000).squareRoot()).rounded())
    }

    func run() throws -> RecallPool {
        var candidates: [Candidate] = []
        if let vector = question.vector {
            var search = SearchOptions(k: options.candidates, window: Self.window(for: try collection.count))
            search.filter = filter
            for neighbor in try collection.neighbours(of: vector, search) {
                if let id = UnitID(kind, neighbor.id) { candidates.append(Candidate(id: id)) }
            }
        }
        if let words = question.words {
            let search = WordSearchOptions(k: options.candidates, filter: filter)
            for match in try collection.search(words: words, in: UnitAttributes.text, search) {
                if let id = UnitID(kind, match.id) { candidates.append(Candidate(id: id, ownWords: match.score)) }
            }
        }
        if takesNeighbours {
            for candidate in candidates {
                for distance in 1...UInt32(options.reach) {
                    let (id, ordinal) = (candidate.id, candidate.id.ordinal)
                    if ordinal > distance {
                        candidates.append(
                            Candidate(id: UnitID(kind: kind, session: id.session, ordinal: ordinal - distance)))
                    }
                    if ordinal < .max - distance {
                        candidates.append(
                            Candidate(id: UnitID(kind: kind, session: id.session, ordinal: ordinal + distance)))
                    }
                }
            }
        }
        return try pool(of: candidates)
    }

    /// A pool with some more units.
    func extended(_ pool: RecallPool, by ids: [UnitID]) throws -> RecallPool {
        try self.pool(
            of: pool.items.map { Candidate(id: $0.id, ownWords: $0.ownWords) } + ids.map { Candidate(id: $0) })
    }

    /// Reads what the stages need of some units; those that are not there are left out.
    private func pool(of candidates: [Candidate]) throws -> RecallPool {
        var distinct: [Candidate] = []
        distinct.reserveCapacity(candidates.count)
        for candidate in candidates.sorted(by: { $0.id < $1.id }) {
            if let last = distinct.indices.last, distinct[last].id == candidate.id {
                distinct[last].ownWords = max(distinct[last].ownWords, candidate.ownWords)
            } else {
                distinct.append(candidate)
            }
        }
        var items: [RecallPool.Item] = []
        var counts: [UInt8] = []
        items.reserveCapacity(distinct.count)
        counts.reserveCapacity(distinct.count * question.hashes.count)
        try reader.records.forEachValue(for: distinct.map { NamespaceKeys.words(of: $0.id) }) { place, value in
            var item = RecallPool.Item(id: distinct[place].id)
            item.ownWords = distinct[place].ownWords
            item.words = try UnitWords.read(value, question.hashes, into: &counts)
            items.append(item)
        }
        if let vector = question.vector, !items.isEmpty {
            let nearness = CentredCosine(vector, mean: statistics.mean)
            let distances = try collection.distances(from: nearness.directions, to: items.map(\.id.vectorID))
            for place in items.indices {
                (items[place].cosine, items[place].centred) = nearness.cosines(distances.map { 1 - $0[place] })
            }
        }
        return RecallPool(items, counts: counts, termCount: question.hashes.count)
    }
}

extension Collection {
    /// The nearest vectors, nearest first.
    func neighbours(of vector: [Float], _ options: SearchOptions) throws -> [Neighbor] {
        var results = SearchResults()
        try search(vector, options, into: &results)
        return results[query: 0]
    }
}
