// Loci, Apache License 2.0.

package import Loci

/// What a transaction of the database does to stores of blocks: any number of changes to any number of stores, together with whatever
/// else the transaction does.
///
/// ```swift
/// let changes = try database.write { transaction in
///     let changes = BlockTransaction(transaction, uses)
///     for batch in batches { try store.append(batch, to: stream, vectors: vectors, in: changes) }
///     try changes.finish()
///     return changes
/// }
/// changes.noteCommitted()
/// ```
///
/// A change that is refused leaves the transaction as it was: it is prepared, which only reads, before its first write. What fails after
/// that, on a damaged record say, lets ``finish()`` fail, and so nothing of the transaction happens.
package final class BlockTransaction {
    private let transaction: DatabaseTransaction
    private let uses: BlockUses
    private var writers: [MemoryNamespace: BlockWriter] = [:]
    /// Uses that the transaction writes, or that go with their store.
    private var taken: [(store: MemoryNamespace, openings: [NotedOpening])] = []
    /// What went wrong half-way.
    private var failure: (any Error)?

    /// The changes of a transaction; it is for the same thread, and ends with it.
    /// - Parameter uses: What was opened before, which is written with the first change of its store.
    package init(_ transaction: DatabaseTransaction, _ uses: BlockUses) {
        (self.transaction, self.uses) = (transaction, uses)
    }

    /// A transaction that was not committed has written no uses.
    deinit { for (store, openings) in taken.reversed() { uses.giveBack(openings, of: store) } }

    /// Says that the transaction was committed.
    package func noteCommitted() { taken = [] }

    /// The names of all stores, in the order of their bytes.
    package func names() throws -> [MemoryNamespace] {
        try transaction.recordTableNames().compactMap { MemoryNamespace(blockTable: $0) }
    }

    /// Whether a store is there.
    package func has(_ store: MemoryNamespace) throws -> Bool {
        try writers[store] != nil || transaction.existingRecordTable(store.blockTable) != nil
    }

    /// Runs `body` with a store as it is now; landmarks and words cannot be searched in it.
    /// - Throws: `MemoryError.blockStoreNotFound`; what `body` throws.
    package func read<Result>(_ store: MemoryNamespace, _ body: (BlockReader) throws -> Result) throws -> Result {
        let writer = try writers[store] ?? BlockWriter(store, in: transaction, makes: nil)
        writers[store] = writer
        return try body(BlockReader(writer))
    }

    /// Changes a store.
    /// - Parameters:
    ///   - makes: What it is made with if it is not there yet; nil to refuse that.
    ///   - prepare: Finds out what is to be written, and throws for what cannot be.
    ///   - run: Writes it.
    /// - Throws: `MemoryError.blockStoreNotFound`; what `prepare` and `run` throw.
    func change<Plan, Result>(
        _ store: MemoryNamespace, makes: (BlockConfiguration, model: String)? = nil,
        prepare: (BlockWriter) throws -> Plan, run: (Plan, inout BlockWriter) throws -> Result
    ) throws -> Result {
        var writer = try writers[store] ?? BlockWriter(store, in: transaction, makes: makes)
        let plan = try prepare(writer)
        // A copy of it would have its settings copied with each change.
        writers[store] = nil
        do {
            try writeUses(of: store, &writer)
            let result = try run(plan, &writer)
            writers[store] = writer
            return result
        } catch {
            failure = failure ?? error
            throw error
        }
    }

    private func writeUses(of store: MemoryNamespace, _ writer: inout BlockWriter) throws {
        let openings = uses.take(of: store)
        guard !openings.isEmpty else { return }
        taken.append((store, openings))
        try writer.note(openings)
    }

    /// Forgets a store.
    /// - Returns: How many blocks it had.
    /// - Throws: `MemoryError.blockStoreNotFound`.
    package func drop(_ store: MemoryNamespace) throws -> Int {
        var writer = try writers[store] ?? BlockWriter(store, in: transaction, makes: nil)
        writers[store] = nil
        taken.append((store, uses.take(of: store)))
        do {
            try writer.drop()
        } catch {
            failure = failure ?? error
            throw error
        }
        return writer.settings.blocks
    }

    /// Writes what waits for the end of the transaction. Changes may follow, and another end.
    /// - Throws: Whatever keeps the transaction from being committed.
    package func finish() throws {
        if let failure { throw failure }
        for store in writers.keys.sorted(by: { $0.description < $1.description }) { try writers[store]?.finish() }
    }
}
