// Loci, Apache License 2.0.

import LociAttributes
import LociStorage
import LociWords
import Synchronization

/// What searches for words have read of a view: lists of terms and lengths of documents are looked up, and their checksums compared,
/// once for each commit.
///
/// Another commit may move blocks, even of collections that it does not change: they share pages.
final class WordTables: Sendable {
    private enum Table {
        case list(WordList)
        case lengths(WordLengths)

        var byteCount: Int {
            switch self {
            case .list(let list): list.byteCount
            case .lengths(let lengths): lengths.byteCount
            }
        }
    }

    private struct Entry {
        let table: Table
        var lastUse: Int
    }

    private struct State {
        var entries: [PostingTerm: Entry] = [:]
        var byteCount = 0
        var uses = 0
    }

    private let state = Mutex(State())

    /// Tables of so many bytes are remembered, addresses and what goes with them; the blocks are in the file.
    private static let byteLimit = 64 << 20

    /// The postings of a value.
    /// - Returns: `nil` where no document has it.
    /// - Throws: `StorageError.corrupted`, `WordsError.badPostings`.
    func list(
        of term: PostingTerm, in collection: UInt32, _ transaction: borrowing ReadTransaction
    ) throws -> WordList? {
        if case .list(let list)? = known(term) { return list }
        let blocks = try BlockTable(
            unsafelyBorrowing: transaction, collection: collection, field: term.field, value: term.value)
        guard blocks.count > 0 else { return nil }
        let list = try WordList(blocks)
        remember(.list(list), for: term)
        return list
    }

    /// The lengths of the documents of a field.
    /// - Throws: `StorageError.corrupted`, `WordsError.badLengths`.
    func lengths(
        of field: UInt16, in collection: UInt32, _ transaction: borrowing ReadTransaction
    ) throws -> WordLengths {
        let term = PostingTerm(field: field, value: [FieldTerm.lengths])
        if case .lengths(let lengths)? = known(term) { return lengths }
        let lengths = try WordLengths(
            BlockTable(unsafelyBorrowing: transaction, collection: collection, field: field, value: term.value))
        remember(.lengths(lengths), for: term)
        return lengths
    }

    private func known(_ term: PostingTerm) -> Table? {
        state.withLock { state in
            state.uses += 1
            state.entries[term]?.lastUse = state.uses
            return state.entries[term]?.table
        }
    }

    /// Two threads may have read the same at once.
    private func remember(_ table: Table, for term: PostingTerm) {
        state.withLock { state in
            if let old = state.entries[term] { state.byteCount -= old.table.byteCount }
            state.entries[term] = Entry(table: table, lastUse: state.uses)
            state.byteCount += table.byteCount
            guard state.byteCount > Self.byteLimit else { return }
            // Half of them at once, so that the next ones need not look for the oldest.
            for (term, entry) in state.entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
                guard state.byteCount > Self.byteLimit / 2 else { break }
                state.entries[term] = nil
                state.byteCount -= entry.table.byteCount
            }
        }
    }
}
