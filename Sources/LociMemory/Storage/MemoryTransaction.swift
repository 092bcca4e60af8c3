// Loci, Apache License 2.0.

package import Loci

/// What a transaction of the database does to memories: any number of changes to any number of namespaces, together with whatever else
/// the transaction does.
///
/// ```swift
/// try database.write { transaction in
///     let memories = MemoryTransaction(transaction)
///     for batch in batches { try memory.remember(batch, vectors, in: memories) }
///     try memories.finish()
/// }
/// ```
///
/// A change that is refused leaves the transaction as it was: all that is known to be wrong with it is found before its first write. What
/// fails after that, on a damaged record say, lets ``finish()`` fail, and so nothing of the transaction happens.
package final class MemoryTransaction {
    private let transaction: DatabaseTransaction
    private var writers: [MemoryNamespace: NamespaceWriter] = [:]
    /// What went wrong half-way.
    private var failure: (any Error)?

    /// The changes of a transaction; it is for the same thread, and ends with it.
    package init(_ transaction: DatabaseTransaction) { self.transaction = transaction }

    /// The names of all namespaces, in the order of their bytes.
    package func namespaces() throws -> [MemoryNamespace] {
        try transaction.recordTableNames().compactMap { MemoryNamespace(recordTable: $0) }
    }

    /// Whether a namespace is there.
    package func has(_ namespace: MemoryNamespace) throws -> Bool {
        try writers[namespace] != nil || transaction.existingRecordTable(namespace.recordTable) != nil
    }

    /// Runs `body` with a namespace as it is now. What waits for the end is written before.
    /// - Throws: `MemoryError.namespaceNotFound`; what `body` throws.
    package func read<Result>(_ memory: Memory, _ body: (any MemoryReading) throws -> Result) throws -> Result {
        var contents: TransactionReader?
        try change(memory) { contents = try $0.contents() }
        guard let contents else { throw MemoryError.namespaceNotFound(name: memory.namespace.description) }
        return try body(contents)
    }

    /// Runs `body` with changes to a namespace, all or none of which are to happen.
    /// - Parameter model: Whose vectors the namespace gets if it is not there yet; nil to refuse that.
    /// - Throws: `MemoryError.namespaceNotFound`; what `body` throws.
    func change<Result>(
        _ memory: Memory, model: (name: String, dimension: Int)? = nil,
        _ body: (inout NamespaceWriter) throws -> Result
    ) throws -> Result {
        let (namespace, store) = (memory.namespace, memory.store)
        var writer =
            try writers.removeValue(forKey: namespace)
            ?? NamespaceWriter(namespace, in: transaction, store.options, now: store.clock(), model: model)
        writer.begin()
        do {
            let result = try body(&writer)
            writers[namespace] = writer
            return result
        } catch {
            if writer.hasWritten { failure = failure ?? error }
            if !writer.isNew { writers[namespace] = writer }
            throw error
        }
    }

    /// Forgets a namespace.
    /// - Returns: How many units it had.
    /// - Throws: `MemoryError.namespaceNotFound`.
    package func forgetAll(of namespace: MemoryNamespace) throws -> Int {
        guard let records = try transaction.existingRecordTable(namespace.recordTable) else {
            throw MemoryError.namespaceNotFound(name: namespace.description)
        }
        let generation: Int
        if let writer = writers[namespace] {
            generation = writer.settings.generation
        } else {
            let settings = try records.value(for: NamespaceKeys.settings)
            generation = try settings.map { try NamespaceSettings(decoding: $0).generation } ?? 0
        }
        writers[namespace] = nil
        var count = 0
        do {
            // A move to another model that was begun has made collections of the next generation.
            for next in 0...generation + 1 {
                for kind in UnitKind.allCases {
                    let name = namespace.collection(kind, next)
                    guard try transaction.hasCollection(name) else { continue }
                    if kind != .session, next == generation { count += try transaction.collection(name).count }
                    try transaction.drop(name)
                }
            }
            try transaction.dropRecordTable(namespace.recordTable)
        } catch {
            failure = failure ?? error
            throw error
        }
        return count
    }

    /// Writes what waits for the end of the transaction. Changes may follow, and another end.
    /// - Throws: Whatever keeps the transaction from being committed.
    package func finish() throws {
        if let failure { throw failure }
        for namespace in writers.keys.sorted(by: { $0.description < $1.description }) {
            try writers[namespace]?.finish()
        }
    }
}

extension MemoryStore {
    /// Runs `body` with changes to memories in a transaction of their own.
    func write<Result>(_ body: (MemoryTransaction) throws -> Result) throws -> Result {
        try database.write { transaction in
            let memories = MemoryTransaction(transaction)
            let result = try body(memories)
            try memories.finish()
            return result
        }
    }
}
