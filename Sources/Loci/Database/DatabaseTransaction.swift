// Loci, Apache License 2.0.

public import LociAttributes
import LociIndex
import LociStorage

/// Changes to any number of collections that become visible all at once, and durable, when the closure that it was given to
/// returns; if that throws, none of them ever happened.
///
/// ```swift
/// try database.write { transaction in
///     let photos = try transaction.collection("photos")
///     try photos.upsert("cat.jpg", vector)
///     try photos.remove("dog.jpg")
///     try transaction.collection("captions").upsert("cat.jpg", text)
/// }
/// ```
///
/// It sees its own changes. It is for the thread that it was given to, and ends with the closure.
public final class DatabaseTransaction {
    let database: Database
    private let base: Snapshot
    private let threads: Int
    private var transaction: WriteTransaction?
    private var edits: [CollectionEdit] = []
    /// Collection numbers whose records are to be deleted after the commit.
    private(set) var dropped: [UInt32] = []
    let number: Int

    init(_ database: Database, base: Snapshot, threads: Int, transaction: consuming WriteTransaction) {
        self.database = database
        self.base = base
        self.threads = threads
        number = transaction.transactionID
        self.transaction = consume transaction
    }

    /// No use of the transaction can begin after this.
    func end() { transaction = nil }

    /// - Throws: `LociError.transactionEnded`.
    func opened() throws(LociError) -> WriteTransaction {
        guard let kept = transaction?.unsafelyKept() else { throw .transactionEnded }
        return kept
    }

    /// The names of all collections, in the order of their bytes.
    /// - Throws: `LociError`.
    public func collectionNames() throws -> [String] {
        try LociError.mapped { try Catalogue.names(in: opened()) }
    }

    /// Whether there is a collection of a name, as this transaction has changed it.
    /// - Complexity: O(log n).
    public func hasCollection(_ name: String) throws -> Bool {
        try LociError.mapped { try Catalogue.number(of: name, in: opened()) != nil }
    }

    /// A collection that exists, to be changed.
    /// - Throws: `LociError.collectionNotFound`.
    public func collection(_ name: String) throws -> WritableCollection {
        try LociError.mapped {
            if let edit = edit(of: name) { return WritableCollection(edit: edit, transaction: self) }
            let transaction = try opened()
            let number = try Catalogue.existing(name, in: transaction)
            let record = try Catalogue.record(number: number, path: database.path, in: transaction)
            return try begin(
                number, try database.views.view(of: name, number: number, record: record, base: base), record,
                transaction)
        }
    }

    /// Creates an empty collection.
    /// - Parameters:
    ///   - name: From 1 to 255 bytes, without control characters.
    ///   - configuration: Its metric, quantization and graph.
    ///   - properties: A JSON object of its own; `nil` for none.
    /// - Throws: `LociError.collectionExists`, `.collectionName` or `.propertiesLength`; `IndexError.parameter`.
    @discardableResult
    public func createCollection(
        _ name: String, _ configuration: CollectionConfiguration = CollectionConfiguration(),
        properties: Attributes? = nil
    ) throws -> WritableCollection {
        try Catalogue.validate(name)
        try configuration.validate()
        try Collection.admit(properties, of: name)
        return try LociError.mapped {
            let transaction = try opened()
            guard try Catalogue.number(of: name, in: transaction) == nil else {
                throw LociError.collectionExists(name: name)
            }
            var record = CollectionRecord(name: name, configuration: configuration)
            record.properties = properties
            let number = try transaction.allocateCollectionNumber()
            try Catalogue.put(record, number: number, in: transaction)
            let view = try base.withTransaction { try CollectionView(number: number, record: record, in: $0) }
            return try begin(number, view, record, transaction)
        }
    }

    /// Drops a collection, with what this transaction did to it. Its pages are freed after the commit.
    /// - Throws: `LociError.collectionNotFound`.
    public func drop(_ name: String) throws {
        try LociError.mapped {
            let transaction = try opened()
            let number = try Catalogue.existing(name, in: transaction)
            try Catalogue.remove(name: name, number: number, in: transaction)
            edits.removeAll { $0.number == number }
            noteDropped(number)
        }
    }

    /// Lets what is under a number be deleted after the commit.
    func noteDropped(_ number: UInt32) { dropped.append(number) }

    private func edit(of name: String) -> CollectionEdit? {
        edits.first { $0.record.name.utf8.elementsEqual(name.utf8) }
    }

    private func begin(
        _ number: UInt32, _ view: CollectionView, _ record: CollectionRecord, _ transaction: consuming WriteTransaction
    ) throws -> WritableCollection {
        let edit = CollectionEdit(
            number: number, base: view, record: record, threads: threads,
            transaction: transaction)
        edits.append(edit)
        return WritableCollection(edit: edit, transaction: self)
    }

    /// Writes everything into the storage's transaction.
    /// - Returns: The collections that were changed.
    func store() throws -> [CollectionEdit] {
        for edit in edits { try edit.store() }
        return edits.filter(\.isChanged)
    }
}

extension Database {
    /// Runs `body` with a write transaction, and commits what it did when it returns.
    ///
    /// One write runs at a time, in all processes; the others wait. Searches go on meanwhile, on the last commit. When this
    /// returns, the commit is durable, and every search that begins sees it.
    ///
    /// - Parameters:
    ///   - threads: How many link new vectors; `nil` for one a processor. The result does not depend on it.
    ///   - body: Makes the changes. It may run a second time from its beginning, when the file's map had to grow: it should do
    ///     nothing else that cannot be done twice.
    /// - Returns: What `body` returns.
    /// - Throws: `LociError`, `IndexError`, or what `body` throws: nothing has changed then.
    /// - Complexity: See `WritableCollection`.
    @discardableResult
    public func write<Result>(threads: Int? = nil, _ body: (DatabaseTransaction) throws -> Result) throws -> Result {
        var dropped: [UInt32] = []
        let threads = max(1, threads ?? Parallel.processorCount)
        let (result, _, _) = try LociError.mapped {
            try environment.write { storage -> (Result, Int, [CollectionEdit]) in
                let base = try environment.snapshot()
                views.beginWriting(base: base)
                let transaction = DatabaseTransaction(
                    self, base: base, threads: threads, transaction: storage.unsafelyKept())
                defer { transaction.end() }
                let result = try body(transaction)
                let edits = try transaction.store()
                dropped = transaction.dropped
                return (result, transaction.number, edits)
            } abandoned: {
                views.abandonWriting()
            } committed: { _, number, edits in
                views.publish(number, changed: edits, dropped: dropped, in: environment)
            }
        }
        // They are gone already. The next writer drops what this cannot, on a full disk say.
        for number in dropped { try? environment.dropCollection(number) }
        return result
    }
}
