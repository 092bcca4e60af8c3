// Loci, Apache License 2.0.

import LociAttributes
import LociIndex
import LociStorage
import LociWords

/// A query for words in a field of a view, with all that answering it reads. For one thread, and as long as the view may be used.
struct WordRanking {
    fileprivate let query: AnalysedQuery
    fileprivate let field: WordField

    /// The rows that answer the query best, the best first; of two that are equally good, the lower slot first.
    /// - Parameter count: How many there may be, 1 to 1,000,000.
    /// - Throws: `WordsError.parameterOutOfRange`, `.badPostings`.
    /// - Complexity: O(postings of the query's terms), mostly far less.
    func best(_ count: Int, by ranking: BM25) throws -> [ScoredSlot] {
        try WordSearch.search(query, in: field, parameters: ranking, count: count)
    }
}

/// The words of a field, for one search.
private final class WordField: PostingSource {
    let documentCount: Int
    let averageLength: Double
    private let lists: [[UInt8]: WordList]
    private let lengths: WordLengths
    private let view: CollectionView
    private let matching: SlotSet?

    init(
        _ record: FieldRecord, lists: [[UInt8]: WordList], lengths: WordLengths, view: CollectionView,
        matching: SlotSet?
    ) {
        documentCount = Int(record.documents)
        averageLength = Double(record.words) / Double(max(1, record.documents))
        self.lists = lists
        self.lengths = lengths
        self.view = view
        self.matching = matching
    }

    func postings(of term: [UInt8]) -> (any PostingList)? { lists[term].map { WordListReader($0) } }

    func withLengths(around slot: UInt32, _ body: (RawSpan) -> Void) { lengths.withBlock(around: slot, body) }

    /// A slot that holds nothing has no words; a damaged file may say otherwise.
    func accepts(_ slot: UInt32) -> Bool {
        slot < view.record.slots && view.graph.states?.isLive(slot) ?? true && matching?.contains(slot) ?? true
    }
}

extension CollectionView {
    /// The text index on a field.
    /// - Parameter path: The field, as filters write it; `nil` for the only one that there is.
    /// - Throws: `LociError.fieldPath`, `.textIndexNotFound`, `.textFieldNeeded`.
    func textField(_ path: String?, in transaction: borrowing ReadTransaction) throws -> IndexedField {
        let fields = try transaction.indexedFields(of: number).filter { $0.kind == .text }
        let names = fields.map(\.path.text)
        if let path {
            let (path, bytes) = try FieldIndex.path(path)
            guard let field = fields.first(where: { $0.record.path == bytes }) else {
                throw LociError.textIndexNotFound(name: record.name, path: path.text, existing: names)
            }
            return field
        }
        guard let field = fields.first else {
            throw LociError.textIndexNotFound(name: record.name, path: nil, existing: [])
        }
        guard fields.count == 1 else { throw LociError.textFieldNeeded(name: record.name, existing: names) }
        return field
    }

    /// Looks up what a query for words asks of a field. The ranking itself needs no transaction, so that threads which share one
    /// need not wait for each other.
    /// - Parameters:
    ///   - field: Of the kind `text`.
    ///   - matching: The rows that may be found; `nil` for all.
    ///   - transaction: Of the view.
    /// - Throws: `WordsError`; `StorageError.corrupted` for an index that is damaged.
    /// - Complexity: O(terms of the query), and of terms, or a field, that were not asked for since the last commit, O(bytes of
    ///   their postings, or lengths).
    func ranking(
        of query: WordQuery, in field: IndexedField, matching: MatchingSlots?, _ transaction: borrowing ReadTransaction
    ) throws -> WordRanking {
        let terms = try AnalysedQuery(query, WordAnalyser(field.analysis ?? WordAnalysis()))
        var lists: [[UInt8]: WordList] = [:]
        for term in terms.clauses.flatMap(\.terms) where lists[term] == nil {
            let place = PostingTerm(field: field.record.number, value: FieldTerm.bytes(ofWord: term))
            lists[term] = try words.list(of: place, in: number, transaction)
        }
        let lengths = try words.lengths(of: field.record.number, in: number, transaction)
        return WordRanking(
            query: terms,
            field: WordField(field.record, lists: lists, lengths: lengths, view: self, matching: matching?.slots))
    }

    /// How many documents of a field have each of some terms.
    /// - Complexity: O(terms), as ``ranking(of:in:matching:_:)``.
    func statistics(
        of terms: [[UInt8]], in field: IndexedField, _ transaction: borrowing ReadTransaction
    ) throws -> WordStatistics {
        let counts = try terms.map { term in
            let place = PostingTerm(field: field.record.number, value: FieldTerm.bytes(ofWord: term))
            return try words.list(of: place, in: number, transaction)?.summary.documentCount ?? 0
        }
        return WordStatistics(documents: Int(field.record.documents), counts: counts)
    }
}

/// How common terms are.
package struct WordStatistics: Sendable, Equatable {
    /// How many documents the field has.
    package let documents: Int
    /// How many of them have each term, in the order of the terms.
    package let counts: [Int]

    /// The inverse document frequency of each term, as ``BM25`` has it.
    package var weights: [Double] { counts.map { BM25.inverseDocumentFrequency($0, of: documents) } }
}

extension Collection {
    /// How many documents of a field have each of some terms.
    /// - Throws: `LociError.textIndexNotFound`, `.textFieldNeeded`.
    package func wordStatistics(of terms: [[UInt8]], in field: String? = nil) throws -> WordStatistics {
        try withFound { view, transaction in
            try view.statistics(of: terms, in: view.textField(field, in: transaction), transaction)
        } _: { _, found in
            found
        }
    }
}
