// Loci, Apache License 2.0.

public import Loci
public import LociText

/// A long context on disk, opened block by block.
///
/// Streams of members, such as tokens or turns, are cut into blocks. Each block has landmarks, small vectors that stand for it; a
/// query looks at landmarks only, and opens the few blocks that matter. Inside a model this is Landmark Attention (arXiv
/// 2305.16300), InfLLM (2402.04617), HSA (2504.16795) or REFORM (2506.01215); here it is a database: unlimited, exact about
/// positions, and shared by processes.
///
/// ```swift
/// let blocks = try BlockStore.open("agent.loci", name: "context")
/// try await blocks.append(to: "session 1", BlockMembers(texts: turns))
/// for block in try await blocks.open("Where does Ana live?").blocks { print(block.stream, block.positions, block.texts) }
/// ```
///
/// A write is one transaction, and durable when it returns. Readers never wait. Any number of threads and processes may use it.
public final class BlockStore: Sendable {
    /// The database.
    public let database: Database
    /// What the store is called.
    public let name: MemoryNamespace
    /// What makes vectors of texts; nil where all vectors are given.
    public let embedder: (any Embedder)?
    let configuration: BlockConfiguration
    /// The model whose vectors it takes; nil for those of whichever the store has.
    let requiredModel: String?
    /// Uses that are not written yet.
    let uses: BlockUses

    /// What the store has.
    public struct Info: Sendable, Equatable {
        /// What it was made with.
        public let configuration: BlockConfiguration
        /// The identifier of the model whose vectors it has.
        public let model: String
        /// Numbers of a vector; 0 until the first comes.
        public let dimension: Int
        /// How many streams there are.
        public let streams: Int
        /// How many blocks there are, members of them, and landmarks.
        public let (blocks, members, landmarks): (Int, Int, Int)
        /// Bytes of vectors, texts and payload, without the index.
        public let bytes: Int
        /// Bytes of the index.
        public let indexBytes: Int
        /// How many blocks were evicted.
        public let evicted: Int
        /// How many blocks are pinned.
        public let pinned: Int
    }

    /// A store in a database that is open. The first append makes it where there is none of the name.
    /// - Parameters:
    ///   - database: May hold other collections.
    ///   - name: One to eight parts between slashes.
    ///   - embedder: Makes vectors of texts; nil where all vectors are given.
    ///   - configuration: What the store is made with; one that exists keeps what it was made with.
    /// - Throws: `MemoryError.badNamespace`, `.parameter`.
    public convenience init(
        _ database: Database, name: String, embedder: (any Embedder)?,
        _ configuration: BlockConfiguration = BlockConfiguration()
    ) throws {
        try self.init(
            database, MemoryNamespace(name), embedder: embedder, configuration,
            requiredModel: embedder?.model.identifier ?? MemoryStore.givenModel)
    }

    /// A store that shares its uses with others of the process.
    /// - Parameters:
    ///   - requiredModel: The model whose vectors it takes; nil for those of whichever the store has.
    ///   - uses: Where openings are noted.
    package init(
        _ database: Database, _ name: MemoryNamespace, embedder: (any Embedder)?,
        _ configuration: BlockConfiguration = BlockConfiguration(), requiredModel: String?,
        uses: BlockUses = BlockUses()
    ) throws {
        try configuration.validate()
        (self.database, self.name, self.embedder) = (database, name, embedder)
        (self.configuration, self.requiredModel, self.uses) = (configuration, requiredModel, uses)
    }

    /// Opens a database, or makes one, as a store.
    /// - Parameters:
    ///   - path: The database.
    ///   - name: One to eight parts between slashes.
    ///   - embedder: Makes vectors of texts; by default the built-in one, which needs no model.
    ///   - configuration: What the store is made with.
    /// - Throws: `LociError`, `MemoryError`.
    public static func open(
        _ path: String, name: String = "blocks", embedder: (any Embedder)? = nil,
        _ configuration: BlockConfiguration = BlockConfiguration()
    ) throws -> BlockStore {
        try BlockStore(Database.open(path), name: name, embedder: try embedder ?? HashingEmbedder(), configuration)
    }

    /// A store for clients of a server.
    /// - Parameters:
    ///   - embeds: Whether texts will be made vectors of. Otherwise vectors are given, of whichever model the store has.
    ///   - embedder: What makes them, by the model that the store has; nil where it is not there. Not called where its vectors were
    ///     given: then texts have words alone.
    package convenience init(
        _ database: Database, _ name: MemoryNamespace, _ configuration: BlockConfiguration, embeds: Bool,
        embedder: (_ model: String?) throws -> (any Embedder)?
    ) throws {
        let bare = try BlockStore(database, name, embedder: nil, requiredModel: nil)
        let model = embeds ? try bare.model : nil
        let made = embeds && model != MemoryStore.givenModel ? try embedder(model) : nil
        try self.init(database, name, embedder: made, configuration, requiredModel: made?.model.identifier)
    }

    /// The same store, which notes its openings elsewhere.
    package func sharing(_ uses: BlockUses) throws -> BlockStore {
        try BlockStore(database, name, embedder: embedder, configuration, requiredModel: requiredModel, uses: uses)
    }

    /// What a new store is made with: its configuration, and the model whose vectors it gets.
    var making: (BlockConfiguration, model: String) { (configuration, requiredModel ?? MemoryStore.givenModel) }

    /// Whether the store is there.
    /// - Throws: `LociError`.
    public var exists: Bool {
        get throws { try database.recordTableNames().contains { $0.utf8.elementsEqual(name.blockTable.utf8) } }
    }

    /// The identifier of the model whose vectors the store has; nil where it is not there.
    package var model: String? {
        get throws {
            do { return try read { $0.settings.model } } catch MemoryError.blockStoreNotFound { return nil }
        }
    }

    /// What the store has.
    /// - Throws: `MemoryError.blockStoreNotFound`.
    /// - Complexity: O(blocks).
    public func info() throws -> Info { try read { try $0.info() } }

    /// Runs `body` with the store as the last commit has it.
    /// - Throws: `MemoryError.blockStoreNotFound`, and what `body` throws.
    public func read<Result>(_ body: (BlockReader) throws -> Result) throws -> Result {
        try database.read { try body(BlockReader(name, in: $0)) }
    }

    /// Runs `body` with changes in a transaction of its own.
    func write<Result>(_ body: (BlockTransaction) throws -> Result) throws -> Result {
        let (result, changes) = try database.write { transaction in
            let changes = BlockTransaction(transaction, uses)
            let result = try body(changes)
            try changes.finish()
            return (result, changes)
        }
        changes.noteCommitted()
        return result
    }

    /// Notes that blocks were opened, until the next write.
    func note(_ opening: NotedOpening) { uses.note(opening, of: name) }

    /// Writes which blocks were opened since the last write, which eviction goes by. Otherwise the next write of the store does it;
    /// openings themselves never write.
    /// - Throws: `MemoryError.blockStoreNotFound`, `LociError`.
    public func saveUses() throws {
        guard uses.has(name) else { return }
        try write { try $0.change(name, prepare: { _ in }, run: { _, _ in }) }
    }
}

extension MemoryNamespace {
    private static let (blockPrefix, landmarkSuffix) = ("blocks/", ":landmarks")

    /// The name of the table of records of a store of blocks, which makes it.
    var blockTable: String { Self.blockPrefix + description }
    /// The name of the collection of its landmarks. What stands behind the last colon is no part of the store's name.
    var landmarkCollection: String { "\(Self.blockPrefix)\(description)\(Self.landmarkSuffix)" }

    /// The store of a collection of landmarks, be it there or not; nil for a name that no store's can have.
    package init?(landmarkCollection name: String) {
        // By bytes: a name may begin with what Swift takes for one character with the slash.
        guard name.utf8.reversed().starts(with: Self.landmarkSuffix.utf8.reversed()),
            let table = String(name.utf8.dropLast(Self.landmarkSuffix.utf8.count))
        else { return nil }
        self.init(blockTable: table)
    }

    /// The store of blocks of a table of records; nil for a name that no store's table can have.
    package init?(blockTable name: String) {
        guard name.utf8.starts(with: Self.blockPrefix.utf8),
            let own = String(name.utf8.dropFirst(Self.blockPrefix.utf8.count)), let store = try? Self(own)
        else { return nil }
        self = store
    }
}

extension Database {
    /// The names of all stores of blocks, in the order of their bytes.
    /// - Throws: `LociError`.
    public func blockStoreNames() throws -> [MemoryNamespace] {
        try recordTableNames().compactMap { MemoryNamespace(blockTable: $0) }
    }
}
