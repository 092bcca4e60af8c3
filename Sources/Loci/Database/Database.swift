// Loci, Apache License 2.0.

public import LociAttributes
public import LociIndex
import LociStorage

/// A vector database: one file that holds named collections.
///
/// ```swift
/// let database = try Database.open("photos.loci")
/// let photos = try database.createCollection("photos", CollectionConfiguration(metric: .cosine))
/// try photos.build(from: VectorFile.open("photos.npy"))
/// for neighbor in try photos.search(query, k: 10) {
///     print(neighbor.id, neighbor.distance)
/// }
/// ```
///
/// Any number of threads may use a database at once, and any number of processes may have the file open: one of them
/// writes at a time, and readers never wait. Opening a file twice in one process shares what lies below. Beside the file
/// lies a lock file, its name with `-lock` appended. The file must be on a local disk.
public final class Database: Sendable {
    let environment: Environment
    /// Shared by all who have the file open in this process: what one of them writes, the others find at hand.
    let views: ViewCache

    /// How a database is opened.
    public enum Access: Sendable {
        /// An existing database, for reading.
        case readOnly
        /// An existing database, for reading and writing.
        case readWrite
        /// An existing database or a new one, for reading and writing.
        case create
    }

    /// The limits of an open database.
    public struct Options: Sendable, Equatable {
        /// The address space that is reserved for the file at first, in bytes; no memory or disk is used by it.
        public var initialMapBytes = EnvironmentOptions().initialMapBytes
        /// The size that the file may grow to, in bytes.
        public var maximumMapBytes = EnvironmentOptions().maximumMapBytes
        /// The default limits.
        public init() {}
    }

    /// The path of the file, without links.
    public var path: String { environment.path }

    private init(environment: Environment) {
        self.environment = environment
        views = environment.companion { ViewCache() }
    }

    /// Opens a database.
    /// - Parameters:
    ///   - path: The file. Its folder must exist.
    ///   - access: Whether to write, and whether to create a missing file.
    ///   - options: The limits; the first opening in a process decides.
    /// - Throws: `LociError`: there is no database, it is none, it cannot be read, or it is damaged.
    /// - Complexity: O(1): nothing is copied out of the file.
    public static func open(
        _ path: String, access: Access = .create, options: Options = Options()
    ) throws -> Database {
        var limits = EnvironmentOptions()
        limits.initialMapBytes = options.initialMapBytes
        limits.maximumMapBytes = options.maximumMapBytes
        let mode: OpenMode =
            switch access {
            case .readOnly: .readOnly
            case .readWrite: .readWrite
            case .create: .create
            }
        return Database(
            environment: try LociError.mapped { try Environment.open(at: path, mode: mode, options: limits) })
    }

    /// The names of all collections, in the order of their bytes.
    public func collectionNames() throws -> [String] {
        try LociError.mapped { try environment.read { try Catalogue.names(in: $0) } }
    }

    /// Whether there is a collection of a name, which may be one that no collection can have.
    /// - Complexity: O(log n).
    public func hasCollection(_ name: String) throws -> Bool {
        try LociError.mapped { try environment.read { try Catalogue.number(of: name, in: $0) != nil } }
    }

    /// A collection that exists.
    /// - Throws: `LociError.collectionNotFound`.
    public func collection(_ name: String) throws -> Collection {
        try LociError.mapped {
            try environment.read { transaction in
                _ = try Catalogue.existing(name, in: transaction)
            }
        }
        return Collection(name: name, database: self)
    }

    /// Creates an empty collection.
    /// - Parameters:
    ///   - name: From 1 to 255 bytes, without control characters.
    ///   - configuration: Its metric, quantization and graph.
    ///   - properties: A JSON object of its own; `nil` for none.
    /// - Throws: `LociError.collectionExists`, `.collectionName` or `.propertiesLength`; `IndexError.parameter`.
    public func createCollection(
        _ name: String, _ configuration: CollectionConfiguration = CollectionConfiguration(),
        properties: Attributes? = nil
    ) throws -> Collection {
        try Catalogue.validate(name)
        try configuration.validate()
        try Collection.admit(properties, of: name)
        var record = CollectionRecord(name: name, configuration: configuration)
        record.properties = properties
        let created = record
        try LociError.mapped {
            try environment.write { transaction in
                guard try Catalogue.number(of: name, in: transaction) == nil else {
                    throw LociError.collectionExists(name: name)
                }
                try Catalogue.put(created, number: transaction.allocateCollectionNumber(), in: transaction)
            }
        }
        return Collection(name: name, database: self)
    }

    /// Creates a collection and builds it from vectors, all or nothing: it is not there before it is whole.
    /// - Parameters:
    ///   - name: From 1 to 255 bytes, without control characters.
    ///   - configuration: Its metric, quantization and graph.
    ///   - source: The vectors, at least one.
    ///   - identifiers: One for each vector, all different; `nil` for the rows' numbers.
    ///   - vectorCounts: How many vectors each row has, from 1 to 256, which come one after another; `nil` for one. There is then
    ///     one identifier for each row.
    ///   - replacing: Whether a collection of the name may be there already. It serves until the new one is whole.
    ///   - tuning: What a plan expects of its windows; searches go by it until the collection is tuned. Without a graph it is
    ///     not kept.
    ///   - threads: How many; `nil` for one a processor. The result does not depend on it.
    ///   - observer: Is told of the progress, and may stop the build.
    /// - Throws: `LociError`, `IndexError`, or what the source throws; nothing has changed then.
    /// - Complexity: See `GraphBuilder.build`; the vectors' dimension and 8 · degree bytes of memory a vector.
    public func buildCollection(
        _ name: String, _ configuration: CollectionConfiguration = CollectionConfiguration(),
        from source: some VectorSource, identifiers: [VectorID]? = nil, vectorCounts: [Int]? = nil,
        replacing: Bool = false, tuning: SearchTuning? = nil, threads: Int? = nil,
        observer: some BuildObserver = SilentObserver()
    ) throws -> Collection {
        try Catalogue.validate(name)
        let build = CollectionBuild(
            database: self, name: name, configuration: configuration, source: source, identifiers: identifiers,
            vectorCounts: vectorCounts, tuning: tuning, threads: max(1, threads ?? Parallel.processorCount),
            observer: observer)
        try LociError.mapped { try build.run(replacing ? .any : .absent) }
        return Collection(name: name, database: self)
    }

    /// Builds a collection in the database file at a path, all or nothing: a file that did not exist before is there
    /// afterwards only with the collection in it.
    /// - Parameters:
    ///   - path: The file, which is created if it is missing. Its folder must exist.
    ///   - name: From 1 to 255 bytes, without control characters.
    ///   - configuration: Its metric, quantization and graph.
    ///   - source: The vectors, at least one.
    ///   - identifiers: One for each vector, all different; `nil` for the rows' numbers.
    ///   - vectorCounts: How many vectors each row has, from 1 to 256, which come one after another; `nil` for one. There is then
    ///     one identifier for each row.
    ///   - replacing: Whether a collection of the name may be there already. It serves until the new one is whole.
    ///   - tuning: What a plan expects of its windows; searches go by it until the collection is tuned. Without a graph it is
    ///     not kept.
    ///   - threads: How many; `nil` for one a processor. The result does not depend on it.
    ///   - observer: Is told of the progress, and may stop the build.
    /// - Throws: `LociError`, `IndexError`, or what the source throws; nothing has changed then.
    /// - Complexity: As `buildCollection`.
    public static func buildCollection(
        at path: String, _ name: String, _ configuration: CollectionConfiguration = CollectionConfiguration(),
        from source: some VectorSource, identifiers: [VectorID]? = nil, vectorCounts: [Int]? = nil,
        replacing: Bool = false, tuning: SearchTuning? = nil, threads: Int? = nil,
        observer: some BuildObserver = SilentObserver()
    ) throws -> Collection {
        try Catalogue.validate(name)
        try configuration.validate()
        _ = try BuildIdentifiers(rows: identifiers, vectorCounts: vectorCounts, count: source.count)
        return try create(at: path) { database in
            try database.buildCollection(
                name, configuration, from: source, identifiers: identifiers, vectorCounts: vectorCounts,
                replacing: replacing, tuning: tuning, threads: threads, observer: observer)
        }
    }

    /// Runs `body` with the database file at a path, which is created if it is missing: a file that did not exist before is
    /// gone again if `body` throws and left no collection in it.
    /// - Parameters:
    ///   - path: The file. Its folder must exist.
    ///   - body: Must not keep the database beyond an error.
    /// - Returns: What `body` returns.
    /// - Throws: What `open` or `body` throws.
    public static func create<Result>(at path: String, _ body: (Database) throws -> Result) throws -> Result {
        let existed = Environment.exists(at: path)
        // A function of its own, so that the database is closed when it fails.
        func run() throws -> Result { try body(open(path, access: .create)) }
        do {
            return try run()
        } catch {
            if !existed { Environment.removeIfEmptyAndUnused(at: path) }
            throw error
        }
    }

    /// Drops a collection. It is gone at once; its pages are freed in steps, which the next writer goes on with if this
    /// process does not. One that is damaged can be dropped, too.
    /// - Throws: `LociError.collectionNotFound`.
    public func drop(_ name: String) throws {
        try LociError.mapped {
            let number = try environment.write { transaction -> UInt32? in
                switch try CatalogueSurvey.lead(of: name, path: path, in: transaction) {
                case .sound(let number), .noRecord(let number), .damagedRecord(let number, _):
                    try Catalogue.remove(name: name, number: number, in: transaction)
                    return number
                case .otherRecord, .unreadable:
                    // What it leads to, if anything, belongs to another name.
                    try Catalogue.unlink(name: name, in: transaction)
                    return nil
                }
            }
            if let number { try environment.dropCollection(number) }
        }
    }
}
