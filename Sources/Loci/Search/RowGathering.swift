// Loci, Apache License 2.0.

import LociIndex
import LociStorage

/// Searches where rows have several vectors: each row is found once, by its best vector.
///
/// Vectors are found page by page, as for `SearchCursor`, and gathered by their identifiers until there are enough rows. The first
/// page is of twice as many as are asked for: it costs a walk nothing, whose window is mostly larger, and is enough where a row
/// has no more than two of its vectors among the nearest.
extension CollectionView {
    /// How many rows there are, or match.
    func rowCount(_ matching: MatchingSlots?) -> Int { matching?.rowCount ?? record.rowCount }

    /// Answers one query, and adds its neighbours to `results`.
    func searchRows(
        _ vector: [Float], _ options: SearchOptions, matching: MatchingSlots?, searcher: Searcher,
        into results: inout SearchResults
    ) throws {
        var progress = SearchProgress()
        let wanted = min(options.k, rowCount(matching))
        var gathering = RowGathering(identifiers: identifiers)
        try gather(wanted, into: &gathering, &progress, vector, options, matching, searcher)
        for (slot, distance) in gathering.sorted() {
            try results.append(slot: slot, distance: distance, identifiers: identifiers)
        }
        let isComplete = try gathering.rows.count >= wanted || meetsAll(options, matching)
        results.endQuery(isComplete: isComplete)
    }

    /// Whether a search that has come to its end has met all that there is.
    private func meetsAll(_ options: SearchOptions, _ matching: MatchingSlots?) throws -> Bool {
        // Without a distance, it goes on until all was looked at.
        guard options.maximumDistance != nil, record.hasGraph else { return true }
        return switch try reach(of: options, matching: matching) {
        case .everything, .codes: true
        case .window, .within, .dropping: false
        }
    }

    /// Answers a block of queries on this thread, one after the other.
    func searchRows(
        _ queries: some VectorSource, _ block: Range<Int>, _ options: SearchOptions, matching: MatchingSlots?,
        onQuery: () throws -> Void
    ) throws -> SearchResults {
        var results = SearchResults()
        var vector = [Float](repeating: 0, count: queries.dimension)
        try withSearcher { searcher in
            for row in block {
                try vector.withUnsafeMutableBufferPointer { try queries.read(row: row, into: $0) }
                do {
                    try searchRows(vector, options, matching: matching, searcher: searcher, into: &results)
                } catch let error as IndexError {
                    throw error.naming(row: row)
                }
                try onQuery()
            }
        }
        return results
    }

    /// The rows of the next page, nearest first, and whether it is the last one.
    func nextRows(
        _ progress: inout SearchProgress, _ vector: [Float], _ options: SearchOptions, _ matching: MatchingSlots?
    ) throws -> (rows: [SearchProgress.Found], isLast: Bool) {
        var gathering = RowGathering(identifiers: identifiers, given: progress.givenRows)
        return try withSearcher { searcher in
            let left = rowCount(matching) - progress.givenRows.count
            try gather(min(options.k, left), into: &gathering, &progress, vector, options, matching, searcher)
            progress.givenRows.formUnion(gathering.rows.keys)
            // How many there are is known of all rows; within a distance, one more has to be found for it.
            let isLast =
                try progress.givenRows.count >= rowCount(matching)
                || options.maximumDistance != nil && !hasNext(&progress, vector, options, matching, searcher)
            return (gathering.sorted(), isLast)
        }
    }

    /// Whether there is a row that was not given.
    private func hasNext(
        _ progress: inout SearchProgress, _ vector: [Float], _ options: SearchOptions, _ matching: MatchingSlots?,
        _ searcher: Searcher
    ) throws -> Bool {
        while true {
            if let next = progress.next {
                let id = VectorID(bytes: try identifiers.identifier(at: next.slot))
                if !progress.givenRows.contains(id) { return true }
                _ = progress.take(1)
            } else {
                if progress.isComplete { return false }
                try deepen(&progress, vector, options, matching, wanted: 2 * options.k, searcher)
            }
        }
    }

    /// Gathers rows until there are so many, or no more.
    private func gather(
        _ wanted: Int, into gathering: inout RowGathering, _ progress: inout SearchProgress, _ vector: [Float],
        _ options: SearchOptions, _ matching: MatchingSlots?, _ searcher: Searcher
    ) throws {
        while gathering.rows.count < wanted {
            if progress.pendingCount == 0 {
                guard !progress.isComplete else { return }
                try deepen(&progress, vector, options, matching, wanted: 2 * options.k, searcher)
            }
            for found in progress.take(1) { try gathering.add(found) }
        }
    }
}

/// Rows as their vectors are found.
private struct RowGathering {
    let identifiers: IdentifierTable
    /// Rows that are passed over.
    let given: Set<VectorID>
    /// The best vector of each row.
    private(set) var rows: [VectorID: SearchProgress.Found] = [:]

    init(identifiers: IdentifierTable, given: Set<VectorID> = []) {
        self.identifiers = identifiers
        self.given = given
    }

    mutating func add(_ found: SearchProgress.Found) throws {
        let id = VectorID(bytes: try identifiers.identifier(at: found.slot))
        guard !given.contains(id) else { return }
        // A deeper walk may meet a nearer vector of a row.
        if let known = rows[id], known.distance <= found.distance { return }
        rows[id] = found
    }

    /// Nearest first, of equally near ones that of the first slot.
    func sorted() -> [SearchProgress.Found] {
        rows.values.sorted { ($0.distance, $0.slot) < ($1.distance, $1.slot) }
    }
}
