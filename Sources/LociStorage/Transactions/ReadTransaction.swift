// Loci, Apache License 2.0.

/// A view of the last commit before it began; it ends with its life.
///
/// It is made by ``Environment/read(_:)`` or held by a ``Snapshot``. While it lasts, the pages that it can see are not
/// reused: end it soon, or the file grows.
package struct ReadTransaction: StorageTransaction, ~Copyable {
    package let context: TransactionContext
    /// The generation of the memory map that the transaction keeps in place.
    package let mapGeneration: UInt64

    init(environment: Environment) throws(StorageError) {
        let (handle, generation) = try environment.beginReading()
        context = TransactionContext(handle: handle, environment: environment, writing: nil)
        mapGeneration = generation
    }

    deinit {
        context.environment.endReading(context.handle)
    }
}
