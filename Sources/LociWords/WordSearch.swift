// Loci, Apache License 2.0.

/// Finds the documents that answer a query best.
///
/// Document by document, and by bounds: of clauses whose bounds together do not reach the worst of the best so far, documents are
/// not drawn, and they are looked up only in documents that the others bring near (MaxScore: H. Turtle, J. Flood, "Query
/// evaluation: strategies and optimizations", 1995). Runs of documents of which the blocks' headers say that none is good enough are
/// passed over unread, as in S. Ding, T. Suel, "Faster top-k document retrieval using block-max indexes", 2011. Neither changes the
/// results by a bit, since a score is always summed in the order of the query.
package struct WordSearch {
    /// The most results.
    package static let maximumResults = 1_000_000

    private let source: any PostingSource
    private var best: BestSlots
    /// In the order of the query, which is the order in which scores are summed.
    private var ranked: [ClauseCursor] = []
    private var excluded: [ClauseCursor] = []
    private var scores: [Double] = []
    /// Indexes in `ranked`: those that all must be there, the rarest first.
    private var required: [Int] = []
    /// Indexes in `ranked`: the others, those of the lowest bounds first.
    private var optional: [Int] = []
    /// The sum of the bounds of so many optional ones.
    private var bounds: [Double] = [0]
    private var canMatch = true

    /// The documents that answer a query best, the best first; of two that are equally good, the lower slot first.
    ///
    /// - Parameters:
    ///   - query: The query, by the analysis of the field.
    ///   - source: The field.
    ///   - parameters: How documents are ranked.
    ///   - count: How many results there may be, 1 to 1,000,000.
    /// - Throws: `parameterOutOfRange`, `badPostings`, and what the source throws.
    /// - Complexity: O(postings of the query's terms), mostly far less
    package static func search(
        _ query: AnalysedQuery, in source: any PostingSource, parameters: BM25 = .standard, count: Int
    ) throws -> [ScoredSlot] {
        guard count >= 1, count <= maximumResults else {
            throw WordsError.parameterOutOfRange(
                name: "the number of results", value: Double(count), allowed: "1 to \(maximumResults)")
        }
        var search = try WordSearch(query, source, parameters, count: count)
        guard search.canMatch else { return [] }
        if search.required.isEmpty { try search.findAny() } else { try search.findAll() }
        return search.best.sorted
    }

    private init(_ query: AnalysedQuery, _ source: any PostingSource, _ parameters: BM25, count: Int) throws {
        self.source = source
        best = BestSlots(limit: count)
        let scorer = parameters.scorer(averageLength: source.averageLength)
        for clause in query.clauses {
            guard let cursor = try ClauseCursor(clause, source, scorer) else {
                if clause.demand == .required { canMatch = false }
                continue
            }
            switch clause.demand {
            case .excluded: excluded.append(cursor)
            case .required:
                required.append(ranked.count)
                ranked.append(cursor)
            case .optional:
                optional.append(ranked.count)
                ranked.append(cursor)
            }
        }
        scores = Array(repeating: 0, count: ranked.count)
        required.sort { (ranked[$0].documentCount, $0) < (ranked[$1].documentCount, $1) }
        optional.sort { (ranked[$0].bound, $0) < (ranked[$1].bound, $1) }
        for index in optional { bounds.append(bounds[bounds.count - 1] + ranked[index].bound) }
    }

    /// Whether nothing up to a bound is among the best. Sums in another order may differ in their last bits.
    private func isTooLow(_ bound: Double) -> Bool { bound * (1 + 0x1p-40) <= best.threshold }

    /// Documents that have one of the clauses at least.
    private mutating func findAny() throws {
        // Those before `first` can not bring a document among the best by themselves.
        var first = 0
        // Up to here the blocks' bounds allow good documents.
        var checked: UInt32 = 0
        var isChecked = false
        while true {
            while first < optional.count, isTooLow(bounds[first + 1]) { first += 1 }
            var slot = TermCursor.end
            for place in first..<optional.count { slot = min(slot, ranked[optional[place]].slot) }
            guard slot < TermCursor.end else { return }
            if !isChecked || slot > checked {
                let start = slot
                guard let (next, last) = try passOver(from: slot, first: first) else { return }
                checked = last
                isChecked = true
                if next > start {
                    for place in first..<optional.count { try ranked[optional[place]].seek(to: next) }
                    continue
                }
            }
            let threshold = best.threshold
            let length = source.documentLength(of: slot)
            for index in scores.indices { scores[index] = 0 }
            var sum = 0.0
            for place in first..<optional.count where ranked[optional[place]].slot == slot {
                let index = optional[place]
                let score = try ranked[index].score(length: length)
                scores[index] = score
                sum += score
                try ranked[index].advance()
            }
            try rank(slot, length: length, sum: sum, others: first)
            if best.threshold > threshold { isChecked = false }
        }
    }

    /// Passes over the runs of documents of which the headers of blocks say that none is good enough: gives the first document
    /// after them, and the last up to which the same bounds hold; nil if nothing is left.
    private mutating func passOver(from slot: UInt32, first: Int) throws -> (next: UInt32, last: UInt32)? {
        var next = slot
        while true {
            var bound = bounds[first]
            var last = TermCursor.end - 1
            for place in first..<optional.count {
                let block = try ranked[optional[place]].blockBound(from: next)
                bound += block.bound
                last = min(last, block.last)
            }
            if !isTooLow(bound) { return (next, last) }
            guard last < TermCursor.end - 1 else { return nil }
            next = last + 1
        }
    }

    /// Documents that have all required clauses.
    private mutating func findAll() throws {
        var slot = ranked[required[0]].slot
        while slot < TermCursor.end {
            var agree = true
            for index in required {
                try ranked[index].seek(to: slot)
                if ranked[index].slot > slot {
                    slot = ranked[index].slot
                    agree = false
                    break
                }
            }
            guard agree else { continue }
            let length = source.documentLength(of: slot)
            for index in scores.indices { scores[index] = 0 }
            var sum = 0.0
            for index in required {
                let score = try ranked[index].score(length: length)
                scores[index] = score
                sum += score
            }
            try rank(slot, length: length, sum: sum, others: optional.count)
            slot += 1
        }
    }

    /// Adds what a document gets from the first `others` of the optional clauses, as long as it can be among the best, and takes
    /// it if it is.
    private mutating func rank(_ slot: UInt32, length: UInt32, sum: Double, others: Int) throws {
        var sum = sum
        var place = others
        while true {
            if isTooLow(sum + bounds[place]) { return }
            guard place > 0 else { break }
            place -= 1
            let index = optional[place]
            try ranked[index].seek(to: slot)
            if ranked[index].slot == slot {
                let score = try ranked[index].score(length: length)
                scores[index] = score
                sum += score
            }
        }
        let total = scores.reduce(0, +)
        guard total > best.threshold, source.accepts(slot) else { return }
        for index in excluded.indices {
            try excluded[index].seek(to: slot)
            if excluded[index].slot == slot { return }
        }
        best.insert(ScoredSlot(slot: slot, score: total))
    }
}
