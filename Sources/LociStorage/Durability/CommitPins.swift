// Loci, Apache License 2.0.

import CLMDB
import Synchronization

/// The read transactions that keep the pages of the last synced commit from being used again by later ones.
///
/// At most one is kept. While a sync is under way there is a candidate more: it is of the commit that is being synced, and
/// takes the other's place when that commit is the one that a crash would lead back to. A kept pin that is older than that
/// commit does as well, as no page that was in use since then is reused.
///
/// To drop the kept one is harmless until this process commits again, as every process that commits has its own.
final class CommitPins: Sendable {
    /// A reader of a commit.
    struct Pin: @unchecked Sendable {
        fileprivate let transaction: OpaquePointer
        fileprivate let number: UInt64
        /// The number of the commit.
        let commit: Int
    }

    private struct Reader: @unchecked Sendable {
        let transaction: OpaquePointer
    }

    private struct State {
        var begun: UInt64 = 0
        var kept: Pin?
        var candidates: [Pin] = []

        /// - Returns: whether it was there.
        mutating func removeCandidate(_ pin: Pin) -> Bool {
            // A transaction that was dropped may have given its place in memory to a new one.
            guard let index = candidates.firstIndex(where: { $0.number == pin.number }) else { return false }
            candidates.remove(at: index)
            return true
        }
    }

    private let state = Mutex(State())

    /// Whether a pin is kept.
    var isKept: Bool { state.withLock { $0.kept != nil } }

    /// Makes a candidate of the last commit; the map must stay in place meanwhile.
    ///
    /// - Returns: the code of LMDB without one.
    func begin(in handle: OpaquePointer) -> (pin: Pin?, code: Int32) {
        var transaction: OpaquePointer?
        var code = mdb_txn_begin(handle, nil, UInt32(MDB_RDONLY), &transaction)
        if code == MDB_READERS_FULL {
            mdb_reader_check(handle, nil)
            code = mdb_txn_begin(handle, nil, UInt32(MDB_RDONLY), &transaction)
        }
        guard code == 0, let transaction else { return (nil, code) }
        let reader = Reader(transaction: transaction)
        let pin = state.withLock { state in
            state.begun += 1
            let pin = Pin(transaction: reader.transaction, number: state.begun, commit: mdb_txn_id(reader.transaction))
            state.candidates.append(pin)
            return pin
        }
        return (pin, 0)
    }

    /// Keeps a candidate in place of an older pin, unless it was dropped.
    func keep(_ pin: Pin) {
        state.withLock { state in
            guard state.removeCandidate(pin) else { return }
            var old: Pin? = pin
            if state.kept?.commit ?? -1 <= pin.commit { swap(&state.kept, &old) }
            if let old { mdb_txn_abort(old.transaction) }
        }
    }

    /// Gives a candidate up, unless it was dropped.
    func discard(_ pin: Pin) {
        state.withLock { state in
            if state.removeCandidate(pin) { mdb_txn_abort(pin.transaction) }
        }
    }

    /// Gives up all.
    func drop() {
        state.withLock { state in
            if let kept = state.kept { mdb_txn_abort(kept.transaction) }
            for pin in state.candidates { mdb_txn_abort(pin.transaction) }
            (state.kept, state.candidates) = (nil, [])
        }
    }
}
