// Loci, Apache License 2.0.

/// Finds the documents that answer a query best.
///
/// By bounds: of clauses whose bounds together do not reach the worst of the best so far, documents are not drawn, and they are
/// looked up only in documents that the others bring near (MaxScore: H. Turtle, J. Flood, "Query evaluation: strategies and
/// optimizations", 1995). The bounds are those of the blocks in a run of slots, and runs of which they say that no document is good
/// enough are passed over unread (S. Ding, T. Suel, "Faster top-k document retrieval using block-max indexes", 2011). Within a run,
/// the clauses that draw documents are gone through one after the other, which costs a third of going document by document. Nothing
/// of it changes the results by a bit, since a score is always summed in the order of the query.
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
    /// The optional ones by their bounds in the run of slots that is searched, lowest first; the bounds, by clause; and the sums of
    /// those of so many of them.
    private var order: [Int] = []
    private var (runBounds, orderBounds): ([Double], [Double]) = ([], [])
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
        order = optional
        runBounds = Array(repeating: 0, count: ranked.count)
        for index in optional { runBounds[index] = ranked[index].bound }
        orderBounds = bounds
    }

    /// Whether nothing up to a bound is among the best. Sums in another order may differ in their last bits.
    private func isTooLow(_ bound: Double) -> Bool { bound * (1 + 0x1p-40) <= best.threshold }

    /// Documents that have one of the clauses at least, run after run of slots.
    private mutating func findAny() throws {
        var window = ScoreWindow(clauses: ranked.count)
        var next: UInt32 = 0
        while let run = try nextRun(from: next, atMost: window.slotCount) {
            next = run.last + 1
            window.begin(at: run.start)
            for place in run.first..<order.count {
                let index = order[place]
                try ranked[index].seek(to: run.start)
                try ranked[index].score(before: next, lengths: source, as: index, into: &window)
            }
            try window.drain { slot, sum, row in
                if isTooLow(sum + orderBounds[run.first]) { return }
                for index in scores.indices { scores[index] = row(index) }
                try rank(slot, length: source.documentLength(of: slot), sum: sum, others: run.first)
            }
        }
    }

    /// A run of slots in which there may be good documents: where it begins and ends, and how many of the clauses, in `order`, can
    /// not bring a document of it among the best by themselves.
    private struct Run {
        let start: UInt32
        let last: UInt32
        let first: Int
    }

    /// The next run, of slots in which the same blocks' bounds hold. Runs of which the headers of blocks say that no document is good
    /// enough are passed over. Nil if nothing is left.
    private mutating func nextRun(from slot: UInt32, atMost slotCount: Int) throws -> Run? {
        let most = UInt32(slotCount - 1)
        var slot = slot
        while true {
            var start = TermCursor.end
            for place in optional.indices where !isTooLow(bounds[place + 1]) {
                start = min(start, max(slot, ranked[optional[place]].slot))
            }
            guard start < TermCursor.end else { return nil }
            var last = TermCursor.end - 1
            order.removeAll(keepingCapacity: true)
            for index in optional {
                // No document of the clause is near, or what its block says holds.
                let isFar = ranked[index].slot > start && ranked[index].slot - start > most
                let block =
                    isFar
                    ? (bound: 0.0, last: ranked[index].slot - 1) : try ranked[index].blockBound(from: start)
                last = min(last, block.last)
                runBounds[index] = block.bound
                // Clauses are few.
                var place = order.count
                while place > 0, runBounds[order[place - 1]] > block.bound { place -= 1 }
                order.insert(index, at: place)
            }
            var first = 0
            for (place, index) in order.enumerated() {
                orderBounds[place + 1] = orderBounds[place] + runBounds[index]
                if isTooLow(orderBounds[place + 1]) { first = place + 1 }
            }
            if first < order.count {
                return Run(start: start, last: last - start <= most ? last : start + most, first: first)
            }
            guard last < TermCursor.end - 1 else { return nil }
            slot = last + 1
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
            if isTooLow(sum + orderBounds[place]) { return }
            guard place > 0 else { break }
            place -= 1
            let index = order[place]
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
