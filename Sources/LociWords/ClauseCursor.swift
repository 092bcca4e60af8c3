// Loci, Apache License 2.0.

/// Goes through the documents that have a term, or terms that follow each other.
struct ClauseCursor {
    private var terms: [TermCursor]
    private let scorer: BM25.Scorer
    /// The sum of the terms' idf, as often as the query has the clause.
    private let weight: Double
    /// No document gets more from the clause.
    let bound: Double
    /// At most so many documents have it.
    let documentCount: Int

    /// How often the phrase is in the document at which the cursor is.
    private var phraseFrequency: UInt32 = 0
    private var starts: [UInt32] = []
    private var positions: [UInt32] = []

    /// A cursor at the first document; nil if there is none.
    init?(_ clause: AnalysedQuery.Clause, _ source: any PostingSource, _ scorer: BM25.Scorer) throws {
        var terms: [TermCursor] = []
        var weight = 0.0
        for term in clause.terms {
            guard let list = try source.postings(of: term) else { return nil }
            let cursor = try TermCursor(list)
            weight += BM25.inverseDocumentFrequency(cursor.summary.documentCount, of: source.documentCount)
            terms.append(cursor)
        }
        self.terms = terms
        self.scorer = scorer
        self.weight = weight * Double(clause.count)
        documentCount = terms.reduce(Int.max) { min($0, $1.summary.documentCount) }
        bound = scorer.score(
            weight: self.weight,
            frequency: terms.reduce(UInt32.max) { min($0, $1.summary.greatestFrequency) },
            length: terms.reduce(0) { max($0, $1.summary.shortestDocument) })
        if terms.count > 1 { try align(0) }
    }

    /// The document at which the cursor is; `TermCursor.end` after the last one.
    @inline(__always) var slot: UInt32 { terms[0].slot }

    /// Goes to the next document.
    @inline(__always)
    mutating func advance() throws {
        if terms.count == 1 {
            try terms[0].advance()
        } else if slot < TermCursor.end {
            try align(slot + 1)
        }
    }

    /// Goes to the first document of a slot of at least `target`.
    mutating func seek(to target: UInt32) throws {
        if terms.count == 1 {
            try terms[0].seek(to: target)
        } else if slot < target {
            try align(target)
        }
    }

    /// What the document at which the cursor is, of `length` words, gets from the clause.
    @inline(__always)
    mutating func score(length: UInt32) throws -> Double {
        let frequency = terms.count == 1 ? try terms[0].frequency() : phraseFrequency
        return scorer.score(weight: weight, frequency: frequency, length: length)
    }

    /// Notes what each document from that of the cursor to before a slot gets from the clause, and goes to the first after them.
    mutating func score(
        before end: UInt32, lengths: any PostingSource, as clause: Int, into window: inout ScoreWindow
    ) throws {
        if terms.count == 1 {
            let (scorer, weight) = (scorer, weight)
            try terms[0].forEach(before: end, lengths: lengths) { slot, frequency, length in
                window.note(
                    scorer.score(weight: weight, frequency: frequency, length: length), of: clause, at: slot)
            }
            return
        }
        while slot < end {
            window.note(try score(length: lengths.documentLength(of: slot)), of: clause, at: slot)
            try advance()
        }
    }

    /// What no document from `target` to a slot gets more of, and that slot: by the headers of the blocks there.
    mutating func blockBound(from target: UInt32) throws -> (bound: Double, last: UInt32) {
        var frequency = UInt32.max
        var length: UInt32 = 0
        var last = TermCursor.end - 1
        for index in terms.indices {
            guard let block = try terms[index].block(reaching: target) else { return (0, last) }
            // Up to the block, no document has the term.
            if terms.count == 1, block.firstSlot > target { return (0, block.firstSlot - 1) }
            frequency = min(frequency, block.greatestFrequency)
            length = max(length, block.shortestDocument)
            last = min(last, block.lastSlot)
        }
        return (scorer.score(weight: weight, frequency: frequency, length: length), last)
    }

    /// Goes to the first document from `target` on in which the phrase is.
    private mutating func align(_ target: UInt32) throws {
        var target = target
        while true {
            try terms[0].seek(to: target)
            target = terms[0].slot
            guard target < TermCursor.end else { return }
            var agree = true
            for index in 1..<terms.count {
                try terms[index].seek(to: target)
                if terms[index].slot > target {
                    target = terms[index].slot
                    agree = false
                    break
                }
            }
            if target == TermCursor.end {
                try terms[0].seek(to: target)
                return
            }
            guard agree else { continue }
            phraseFrequency = try countPhrases()
            if phraseFrequency > 0 { return }
            target += 1
        }
    }

    /// How often the terms follow each other in the document at which they all are.
    private mutating func countPhrases() throws -> UInt32 {
        try terms[0].readPositions(into: &starts)
        for index in 1..<terms.count {
            try terms[index].readPositions(into: &positions)
            var next = 0
            var kept = 0
            for start in starts {
                // Positions are below those of the longest text that is analysed, but damaged ones may not be.
                let (wanted, overflow) = start.addingReportingOverflow(UInt32(index))
                while next < positions.count, positions[next] < wanted { next += 1 }
                if !overflow, next < positions.count, positions[next] == wanted {
                    starts[kept] = start
                    kept += 1
                }
            }
            starts.removeSubrange(kept...)
            if starts.isEmpty { return 0 }
        }
        return UInt32(starts.count)
    }
}
