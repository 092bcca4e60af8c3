// Loci, Apache License 2.0.

public import LociIndex
import LociStorage

/// A named set of vectors of one dimension, which are searched by one metric.
///
/// A value is a name and a database: it sees what the database has under that name when it is used, or, if it is of a
/// ``DatabaseView``, what that had. Any number of threads may use it at once.
public struct Collection: Sendable {
    /// The name.
    public let name: String
    let database: Database
    /// The moment that is seen; `nil` for the last commit.
    private let moment: DatabaseView?

    init(name: String, database: Database, moment: DatabaseView? = nil) {
        self.name = name
        self.database = database
        self.moment = moment
    }

    /// Runs `body` with the collection as its moment or the last commit has it.
    func withView<Result>(_ body: (CollectionView) throws -> Result) throws -> Result {
        try LociError.mapped {
            if let moment { return try moment.withView(of: name, body) }
            return try database.views.withView(of: name, in: database.environment, body)
        }
    }

    /// Runs `body` with a transaction of its moment or of the last commit.
    func withTransaction<Result>(_ body: (borrowing ReadTransaction) throws -> Result) throws -> Result {
        try LociError.mapped {
            if let moment { return try moment.withTransaction(body) }
            return try database.environment.read(body)
        }
    }

    /// Finds something by the trees of its moment or of the last commit, and runs `body` with it and the collection of the
    /// same commit.
    func withFound<Found, Result>(
        _ find: (CollectionView, borrowing ReadTransaction) throws -> Found,
        _ body: (CollectionView, Found) throws -> Result
    ) throws -> Result {
        try LociError.mapped {
            if let moment {
                // The transaction serves one thread at a time: `body`, which may ask the view again, is outside.
                return try moment.withView(of: name) { view in
                    try body(view, try moment.withTransaction { try find(view, $0) })
                }
            }
            return try database.views.withFound(of: name, in: database.environment, find, body)
        }
    }

    /// - Throws: `LociError.notPermitted` when the collection is of a view, or the database open for reading only: said
    ///   before the work, and not after it.
    func requireWritable() throws {
        if moment != nil {
            throw LociError.notPermitted(
                "the collection \"\(name)\" is of a view, which cannot be changed: change that of the database")
        }
        if database.environment.isReadOnly { throw LociError.mapping(StorageError.readOnly(path: database.path)) }
    }

    /// The number of vectors; see `rowCount` for that of identifiers.
    public var count: Int {
        get throws { try withView { $0.record.count } }
    }

    /// The number of components of a vector; `nil` while there are no vectors.
    public var dimension: Int? {
        get throws { try withView { $0.record.dimension == 0 ? nil : $0.record.dimension } }
    }

    /// What the collection was made with.
    public var configuration: CollectionConfiguration {
        get throws { try withView { $0.record.configuration } }
    }

    /// Builds an empty collection from vectors, all or nothing.
    /// - Parameters:
    ///   - source: The vectors, at least one.
    ///   - identifiers: One for each vector, all different; `nil` for the rows' numbers.
    ///   - vectorCounts: How many vectors each row has, from 1 to 256, which come one after another; `nil` for one. There is then
    ///     one identifier for each row.
    ///   - replacing: Whether vectors that are there already are replaced. They serve until the new ones do.
    ///   - threads: How many; `nil` for one a processor. The result does not depend on it.
    ///   - observer: Is told of the progress, and may stop the build.
    /// - Throws: `LociError`, `IndexError`, or what the source throws; nothing has changed then.
    public func build(
        from source: some VectorSource, identifiers: [VectorID]? = nil, vectorCounts: [Int]? = nil,
        replacing: Bool = false, threads: Int? = nil, observer: some BuildObserver = SilentObserver()
    ) throws {
        try requireWritable()
        let build = CollectionBuild(
            database: database, name: name, configuration: try configuration, source: source, identifiers: identifiers,
            vectorCounts: vectorCounts, threads: max(1, threads ?? Parallel.processorCount), observer: observer)
        try LociError.mapped { try build.run(replacing ? .existing : .empty) }
    }

    /// The vector of an identifier, of a row of several the first: as it was given where the collection keeps originals (in their precision) or is
    /// `float32` (of unit length then, under cosine), else decoded from its codes.
    /// - Returns: `nil` when there is no such identifier.
    public func get(_ id: VectorID) throws -> [Float]? {
        try withFound({ view, transaction in try view.slot(of: id, in: transaction) }) { view, slot in
            slot.map { view.vector(at: $0) }
        }
    }

    /// Calls `body` with every identifier and vector, in the order of slots, of one moment. Rows of several vectors come with each
    /// of them, in no order; see `forEachRow`.
    /// - Parameter body: Gets vectors as `get` gives them.
    /// - Throws: `LociError.corrupt`, or what `body` throws.
    public func forEach(_ body: (VectorID, [Float]) throws -> Void) throws {
        try withView { view in
            for slot in view.liveSlots {
                let id = VectorID(bytes: try view.identifiers.identifier(at: slot))
                try body(id, view.vector(at: slot))
            }
        }
    }
}
