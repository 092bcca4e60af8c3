// Loci, Apache License 2.0.

import CLMDB
import Synchronization

/// Read transactions that have ended and are kept for the next reader.
///
/// Renewing one takes neither memory nor the lock of the reader table. Each keeps its slot in that table, and so there
/// are few.
final class ReaderPool: Sendable {
    private struct Handle: @unchecked Sendable {
        let transaction: OpaquePointer
    }

    private static let capacity = 16
    private let idle = Mutex<[Handle]>([])

    /// Takes a transaction out, to be renewed.
    func take() -> OpaquePointer? {
        idle.withLock { $0.popLast() }?.transaction
    }

    /// Ends the transaction, and keeps it if there is room.
    func put(_ transaction: OpaquePointer) {
        mdb_txn_reset(transaction)
        let handle = Handle(transaction: transaction)
        let kept = idle.withLock { handles in
            guard handles.count < ReaderPool.capacity else { return false }
            handles.append(handle)
            return true
        }
        if !kept { mdb_txn_abort(transaction) }
    }

    /// Gives up all transactions kept, and their slots.
    func drain() {
        let handles = idle.withLock { handles in
            defer { handles = [] }
            return handles
        }
        for handle in handles { mdb_txn_abort(handle.transaction) }
    }
}
