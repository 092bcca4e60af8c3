// Loci, Apache License 2.0.

/// A query as terms, for the fields of one analysis.
package struct AnalysedQuery: Equatable {
    /// A term, or terms that must follow each other.
    package struct Clause: Equatable {
        package let demand: WordQuery.Demand
        package let terms: [[UInt8]]
        /// How often the query has it.
        package var count: Int
    }

    /// Each clause once, in the order in which they first come.
    package private(set) var clauses: [Clause] = []

    /// The terms of a query, made as those of the documents are.
    ///
    /// A word that is several tokens, such as `blade-runner` or one of a script without blanks, is a phrase. But in an optional one,
    /// letters of such a script are taken two by two, each pair a phrase: nobody writes a question in the words of the document.
    ///
    /// - Throws: `queryTooManyTerms`, `stemmingFailed`.
    package init(_ query: WordQuery, _ analyser: borrowing WordAnalyser) throws(WordsError) {
        var total = 0
        for part in query.parts {
            var tokens: [Token] = []
            try analyser.forEachTerm(of: part.text) { token throws(WordsError) in tokens.append(token) }
            total += tokens.count
            guard total <= WordQuery.maximumTerms else {
                throw .queryTooManyTerms(count: total, limit: WordQuery.maximumTerms)
            }
            if part.isPhrase || part.demand != .optional {
                add(tokens[...], part.demand)
            } else {
                addByScript(tokens)
            }
        }
    }

    private mutating func addByScript(_ tokens: [Token]) {
        var start = 0
        while start < tokens.count {
            var end = start + 1
            while end < tokens.count, tokens[end].isLone == tokens[start].isLone { end += 1 }
            if tokens[start].isLone, end - start > 2 {
                for index in start..<end - 1 { add(tokens[index...index + 1], .optional) }
            } else {
                add(tokens[start..<end], .optional)
            }
            start = end
        }
    }

    private mutating func add(_ tokens: ArraySlice<Token>, _ demand: WordQuery.Demand) {
        let terms = tokens.map(\.word)
        guard !terms.isEmpty else { return }
        if let index = clauses.firstIndex(where: { $0.demand == demand && $0.terms == terms }) {
            clauses[index].count += 1
        } else {
            clauses.append(Clause(demand: demand, terms: terms, count: 1))
        }
    }
}
