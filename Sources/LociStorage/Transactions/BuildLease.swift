// Loci, Apache License 2.0.

/// The right to write under a hidden collection number, in many transactions.
///
/// The number is marked in the table `staging`, and the lease holds a shared `flock` on the data file: so a writer that
/// opens the file can tell a build under way from one whose process died. ``publish(in:)`` makes the number part of the
/// database in the same transaction that writes the collection's record. A lease that ends without it leaves its records
/// to ``Environment/dropInterruptedBuilds(entriesPerTransaction:)``.
package struct BuildLease: ~Copyable {
    /// The hidden collection number.
    package let collection: UInt32
    private let environment: Environment
    private let file: OpenFile

    static func begin(in environment: Environment) throws -> BuildLease {
        let file = try environment.openDataFile()
        // Before the mark is set, or a writer might drop the build at once.
        try file.lockShared()
        let collection = try environment.write { transaction in
            let number = try transaction.allocateCollectionNumber()
            try transaction.markForDropping(collection: number)
            return number
        }
        return BuildLease(collection: collection, environment: environment, file: file)
    }

    private init(collection: UInt32, environment: Environment, file: consuming OpenFile) {
        self.collection = collection
        self.environment = environment
        self.file = file
    }

    /// Makes what was written under the number part of the database when `transaction` commits.
    package borrowing func publish(in transaction: borrowing WriteTransaction) throws(StorageError) {
        try transaction.unmark(collection: collection)
    }

    /// Gives the build up and drops what it wrote.
    package consuming func abandon() throws {
        try environment.dropCollection(collection)
    }
}
