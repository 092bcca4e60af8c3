// Loci, Apache License 2.0.

public import Loci
public import LociText
public import LociWords

/// The long-term memories of agents, one a namespace, in one database.
///
/// ```swift
/// let store = try MemoryStore.open("agent.loci")
/// let memory = try store.memory("acme/alice")
/// try await memory.remember([NewUnit(session: "2026-05-01", text: "My sister Ana moved to Porto.", speaker: "Alice")])
/// for passage in try await memory.recall("Where does Ana live?").passages { print(passage.unit.spokenText) }
/// ```
///
/// A write is one transaction, and durable when it returns. Readers never wait. Any number of threads and processes may use it.
public final class MemoryStore: Sendable {
    /// What is decided once for a store that is opened.
    public struct Options: Sendable, Equatable {
        /// The language of the words; of a namespace it is that of its first unit.
        public var language: WordLanguage = .english
        /// How vectors of new namespaces are coded; the metric must be cosine.
        public var configuration = CollectionConfiguration(metric: .cosine)
        /// Whether each new turn is linked to the older units that it belongs to, as the stage `association` follows them.
        public var associates = false

        /// The usual.
        public init() {}
    }

    /// The database.
    public let database: Database
    /// What makes vectors of texts; nil where all vectors are given.
    public let embedder: (any Embedder)?
    let options: Options
    let clock: @Sendable () -> Double

    /// The model of vectors that are given by the caller, where there is no embedder.
    public static let givenModel = "given"

    /// A store in a database that is open.
    /// - Parameters:
    ///   - database: May hold other collections.
    ///   - embedder: Makes vectors of texts; nil where all vectors are given.
    ///   - options: What is decided once.
    ///   - clock: Tells the time in seconds since the beginning of 1970; nil for that of the system.
    public init(
        _ database: Database, embedder: (any Embedder)?, _ options: Options = Options(),
        clock: (@Sendable () -> Double)? = nil
    ) {
        (self.database, self.embedder, self.options) = (database, embedder, options)
        self.clock = clock ?? { SystemClock.now }
    }

    /// Opens a database, or makes one, as a store.
    /// - Parameters:
    ///   - path: The database.
    ///   - embedder: Makes vectors of texts; by default the built-in one, which needs no model.
    ///   - options: What is decided once.
    /// - Throws: `LociError`.
    public static func open(
        _ path: String, embedder: (any Embedder)? = nil, _ options: Options = Options()
    ) throws -> MemoryStore {
        MemoryStore(try Database.open(path), embedder: try embedder ?? HashingEmbedder(), options)
    }

    /// The memory of a namespace, which what is remembered in it makes.
    /// - Throws: `MemoryError.badNamespace`; `.parameter` for options with another metric than cosine, which all scores are made of.
    public func memory(_ name: String) throws -> Memory {
        guard options.configuration.metric == .cosine else {
            throw MemoryError.parameter(name: "metric", value: "\(options.configuration.metric)", allowed: "cosine")
        }
        return Memory(store: self, namespace: try MemoryNamespace(name))
    }

    /// The names of all namespaces, in the order of their bytes.
    /// - Throws: `LociError`.
    public func namespaces() throws -> [MemoryNamespace] {
        try database.recordTableNames().compactMap { MemoryNamespace(recordTable: $0) }
    }

    /// The identifier of the model whose vectors new namespaces get.
    var model: String { embedder?.model.identifier ?? Self.givenModel }
}
