// Loci, Apache License 2.0.

public import Loci
public import LociText
import Synchronization

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
    /// Uses that are not written yet.
    private let noted = Mutex<[NotedOpening]>([])

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
    public init(
        _ database: Database, name: String, embedder: (any Embedder)?,
        _ configuration: BlockConfiguration = BlockConfiguration()
    ) throws {
        try configuration.validate()
        (self.database, self.embedder, self.configuration) = (database, embedder, configuration)
        self.name = try MemoryNamespace(name)
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

    /// The identifier of the model whose vectors a new store gets.
    var model: String { embedder?.model.identifier ?? MemoryStore.givenModel }

    /// Whether the store is there.
    /// - Throws: `LociError`.
    public var exists: Bool {
        get throws { try database.recordTableNames().contains { $0.utf8.elementsEqual(name.blockTable.utf8) } }
    }

    /// What the store has.
    /// - Throws: `MemoryError.blockStoreNotFound`.
    /// - Complexity: O(blocks).
    public func info() throws -> Info {
        try read { reader in
            let settings = reader.settings
            var (streams, landmarks, pinned) = (0, 0, 0)
            try reader.forEachStream { _, _ in streams += 1 }
            try reader.forEachBlock { _, record in
                landmarks += record.landmarks
                pinned += record.isPinned ? 1 : 0
            }
            return Info(
                configuration: settings.configuration, model: settings.model, dimension: settings.dimension,
                streams: streams, blocks: settings.blocks, members: settings.members, landmarks: landmarks,
                bytes: settings.bytes, indexBytes: try reader.landmarks?.info().bytes.total ?? 0,
                evicted: settings.evicted, pinned: pinned)
        }
    }

    /// Runs `body` with the store as the last commit has it.
    /// - Throws: `MemoryError.blockStoreNotFound`, and what `body` throws.
    public func read<Result>(_ body: (BlockReader) throws -> Result) throws -> Result {
        try database.read { try body(BlockReader(name, in: $0)) }
    }

    /// Runs `body` with changes to the store, in one transaction, with the uses that were noted before.
    func write<Result>(makes: Bool = false, _ body: (inout BlockWriter) throws -> Result) throws -> Result {
        let openings = noted.withLock { noted in
            defer { noted = [] }
            return noted
        }
        do {
            return try database.write { transaction in
                var writer = try BlockWriter(name, in: transaction, makes: makes ? (configuration, model) : nil)
                for opening in openings { try writer.note(opening) }
                let result = try body(&writer)
                try writer.finish()
                return result
            }
        } catch {
            noted.withLock { $0 = openings + $0 }
            throw error
        }
    }

    /// Notes that blocks were opened, until the next write.
    func note(_ opening: NotedOpening) {
        let mustWrite = noted.withLock { noted in
            noted.append(opening)
            // Uses are only hints: where nothing can be written, as in a database that is open for reading, the oldest are given up.
            if noted.count >= 2 * Self.notedLimit { noted.removeFirst(Self.notedLimit) }
            return noted.count % Self.notedLimit == 0
        }
        if mustWrite { try? saveUses() }
    }

    /// Gives up what was noted.
    func forgetUses() { noted.withLock { $0 = [] } }

    private static let notedLimit = 10_000

    /// Writes which blocks were opened since the last write, which eviction goes by.
    /// - Throws: `MemoryError.blockStoreNotFound`, `LociError`.
    public func saveUses() throws {
        guard noted.withLock({ !$0.isEmpty }) else { return }
        try write { _ in }
    }
}

/// The blocks that an opening gave, with the attention that each got.
struct NotedOpening: Sendable {
    let uses: [(block: UInt32, mass: Double)]
}

extension MemoryNamespace {
    private static let blockPrefix = "blocks/"

    /// The name of the table of records of a store of blocks, which makes it.
    var blockTable: String { Self.blockPrefix + description }
    /// The name of the collection of its landmarks. What stands behind the last colon is no part of the store's name.
    var landmarkCollection: String { "\(Self.blockPrefix)\(description):landmarks" }

    /// The store of blocks of a table of records; nil for a name that no store's table can have.
    init?(blockTable name: String) {
        guard name.hasPrefix(Self.blockPrefix), let own = try? Self(String(name.dropFirst(Self.blockPrefix.count)))
        else {
            return nil
        }
        self = own
    }
}

extension Database {
    /// The names of all stores of blocks, in the order of their bytes.
    /// - Throws: `LociError`.
    public func blockStoreNames() throws -> [MemoryNamespace] {
        try recordTableNames().compactMap { MemoryNamespace(blockTable: $0) }
    }
}
