// Loci, Apache License 2.0.

/// A long-lived view of one commit that threads share; it ends with its last reference.
///
/// Any number of threads may read memory through pointers that come from it, at once. Questions to LMDB itself go
/// through ``withTransaction(_:)``, one thread at a time.
///
/// While it lives, the pages that it can see are not reused, and the map of this process can not grow.
package final class Snapshot: @unchecked Sendable {
    private let transaction: ReadTransaction
    private let monitor = Monitor()
    /// The number of the commit that the snapshot shows.
    package let transactionID: Int

    init(environment: Environment) throws(StorageError) {
        transaction = try ReadTransaction(environment: environment)
        transactionID = transaction.transactionID
    }

    /// The environment that the snapshot belongs to.
    package var environment: Environment {
        transaction.context.environment
    }

    /// The generation of the memory map that the snapshot's pointers lead into.
    package var mapGeneration: UInt64 {
        transaction.mapGeneration
    }

    /// Whether nothing was committed since, by any process.
    package var isLatest: Bool {
        get throws(StorageError) { try environment.lastTransactionID == transactionID }
    }

    /// Runs `body` with the read transaction, one thread at a time.
    ///
    /// `body` must not call this method of the same snapshot again. Pointers got from the transaction stay valid as long
    /// as the snapshot.
    package func withTransaction<Result>(_ body: (borrowing ReadTransaction) throws -> Result) throws -> Result {
        monitor.lock()
        defer { monitor.unlock() }
        return try body(transaction)
    }
}
