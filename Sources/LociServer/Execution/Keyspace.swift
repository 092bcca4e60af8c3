// Loci, Apache License 2.0.

import Loci
import LociMemory

/// The collections as a command sees them: of the last commit, of one moment, or of a transaction with its own changes. A key
/// of the protocol is the name of a collection.
protocol Keyspace {
    /// The names of all collections, in the order of their bytes.
    func names() throws -> [String]
    /// The names with the numbers of the collections, in no order.
    func numberedNames() throws -> [(number: Int, name: String)]
    func has(_ name: String) throws -> Bool
    /// A collection; nil if there is none of the name.
    func collection(_ name: String) throws -> (any CollectionReader)?

    /// Where memories are taken from.
    var memories: any MemorySource { get }
    /// The names of all namespaces of memories, in the order of their bytes.
    func namespaces() throws -> [MemoryNamespace]
    /// Runs `body` with what a memory has.
    func read<Result>(_ memory: Memory, _ body: (any MemoryReading) throws -> Result) throws -> Result
    /// A memory as a commit has it; nil within a transaction that writes.
    func committed(_ memory: Memory) -> Memory?

    /// Where openings of blocks are noted.
    var blockUses: BlockUses { get }
    /// The names of all stores of blocks, in the order of their bytes.
    func blockStores() throws -> [MemoryNamespace]
    /// Runs `body` with a store of blocks.
    func readBlocks<Result>(_ store: MemoryNamespace, _ body: (BlockReader) throws -> Result) throws -> Result
}

/// The collections of a transaction.
protocol WritableKeyspace: Keyspace {
    /// A collection that can be changed; nil if there is none of the name.
    /// - Throws: `CommandError` for one that belongs to a memory or a store of blocks, which keeps records of what is in it.
    func writableCollection(_ name: String) throws -> WritableCollection?
    func create(
        _ name: String, _ configuration: CollectionConfiguration, properties: Attributes?
    ) throws -> WritableCollection
    func drop(_ name: String) throws
    /// - Throws: `CommandError` for the name of a collection that belongs to a memory or a store of blocks.
    func requireOwn(_ name: String) throws

    /// What the transaction does to memories.
    var memoryChanges: MemoryTransaction { get }
    /// What the transaction does to stores of blocks.
    var blockChanges: BlockTransaction { get }
}

/// The last commit, each time it is asked.
struct CommittedKeyspace: Keyspace {
    let database: Database
    let memories: any MemorySource
    let blockUses: BlockUses

    init(_ context: ServerContext) {
        (database, memories, blockUses) = (context.database, context.memories, context.blockUses)
    }

    func names() throws -> [String] { try database.collectionNames() }
    func numberedNames() throws -> [(number: Int, name: String)] { try database.numberedCollectionNames() }
    func has(_ name: String) throws -> Bool { try database.hasCollection(name) }
    func collection(_ name: String) throws -> (any CollectionReader)? {
        try has(name) ? database.collection(name) : nil
    }

    func namespaces() throws -> [MemoryNamespace] { try memories.namespaces() }
    func committed(_ memory: Memory) -> Memory? { memory }
    func read<Result>(_ memory: Memory, _ body: (any MemoryReading) throws -> Result) throws -> Result {
        try memory.reading(body)
    }

    func blockStores() throws -> [MemoryNamespace] { try database.blockStoreNames() }
    func readBlocks<Result>(_ store: MemoryNamespace, _ body: (BlockReader) throws -> Result) throws -> Result {
        try database.read { try body(BlockReader(store, in: $0)) }
    }
}

/// One commit, for all commands of a transaction that only reads.
struct MomentKeyspace: Keyspace {
    let view: DatabaseView
    let memories: any MemorySource
    let blockUses: BlockUses

    func names() throws -> [String] { try view.collectionNames() }
    func numberedNames() throws -> [(number: Int, name: String)] { try view.numberedCollectionNames() }
    func has(_ name: String) throws -> Bool { try view.hasCollection(name) }
    func collection(_ name: String) throws -> (any CollectionReader)? {
        try has(name) ? view.collection(name) : nil
    }

    func namespaces() throws -> [MemoryNamespace] {
        try view.recordTableNames().compactMap { MemoryNamespace(recordTable: $0) }
    }
    func committed(_ memory: Memory) -> Memory? { memory.at(view) }
    func read<Result>(_ memory: Memory, _ body: (any MemoryReading) throws -> Result) throws -> Result {
        try memory.at(view).reading(body)
    }

    func blockStores() throws -> [MemoryNamespace] {
        try view.recordTableNames().compactMap { MemoryNamespace(blockTable: $0) }
    }
    func readBlocks<Result>(_ store: MemoryNamespace, _ body: (BlockReader) throws -> Result) throws -> Result {
        try body(BlockReader(store, in: view))
    }
}

/// A transaction that is under way.
struct TransactionKeyspace: WritableKeyspace {
    let memories: any MemorySource
    let blockUses: BlockUses
    let memoryChanges: MemoryTransaction
    let blockChanges: BlockTransaction
    private let transaction: DatabaseTransaction

    init(_ transaction: DatabaseTransaction, _ context: ServerContext) {
        (self.transaction, memories, blockUses) = (transaction, context.memories, context.blockUses)
        memoryChanges = MemoryTransaction(transaction)
        blockChanges = BlockTransaction(transaction, context.blockUses)
    }

    /// Writes what waits for the end of the transaction.
    func finish() throws {
        try memoryChanges.finish()
        try blockChanges.finish()
    }

    func names() throws -> [String] { try transaction.collectionNames() }
    func numberedNames() throws -> [(number: Int, name: String)] { try transaction.numberedCollectionNames() }
    func has(_ name: String) throws -> Bool { try transaction.hasCollection(name) }
    func collection(_ name: String) throws -> (any CollectionReader)? {
        try has(name) ? transaction.collection(name) : nil
    }

    func writableCollection(_ name: String) throws -> WritableCollection? {
        try requireOwn(name)
        return try has(name) ? transaction.collection(name) : nil
    }

    func create(
        _ name: String, _ configuration: CollectionConfiguration, properties: Attributes?
    ) throws -> WritableCollection {
        guard MemoryNamespace(collection: name) == nil, MemoryNamespace(landmarkCollection: name) == nil else {
            throw CommandError.reserved(name)
        }
        return try transaction.createCollection(name, configuration, properties: properties)
    }

    func drop(_ name: String) throws {
        try requireOwn(name)
        try transaction.drop(name)
    }

    func requireOwn(_ name: String) throws {
        if let namespace = MemoryNamespace(collection: name), try memoryChanges.has(namespace) {
            throw CommandError.ofMemory(name, namespace)
        }
        if let store = MemoryNamespace(landmarkCollection: name), try blockChanges.has(store) {
            throw CommandError.ofBlocks(name, store)
        }
    }

    func namespaces() throws -> [MemoryNamespace] { try memoryChanges.namespaces() }
    func committed(_ memory: Memory) -> Memory? { nil }
    func read<Result>(_ memory: Memory, _ body: (any MemoryReading) throws -> Result) throws -> Result {
        try memoryChanges.read(memory, body)
    }

    func blockStores() throws -> [MemoryNamespace] { try blockChanges.names() }
    func readBlocks<Result>(_ store: MemoryNamespace, _ body: (BlockReader) throws -> Result) throws -> Result {
        try blockChanges.read(store, body)
    }
}

extension CommandError {
    /// A collection that only the commands of memories may change.
    static func ofMemory(_ name: String, _ namespace: MemoryNamespace) -> CommandError {
        CommandError(
            "ERR '\(name)' belongs to the memory of '\(namespace)', and can only be read; use MEM.REMEMBER, MEM.UPDATE or "
                + "MEM.FORGET")
    }

    /// A collection that only the commands of blocks may change.
    static func ofBlocks(_ name: String, _ store: MemoryNamespace) -> CommandError {
        CommandError(
            "ERR '\(name)' belongs to the store of blocks '\(store)', and can only be read; use BLK.APPEND, BLK.REPLACE or "
                + "BLK.FORGET")
    }

    /// A name that no collection of a client's own can have.
    static func reserved(_ name: String) -> CommandError {
        let owner = MemoryNamespace(landmarkCollection: name) == nil ? "memories" : "stores of blocks"
        return CommandError("ERR '\(name)' is a name that collections of \(owner) have; choose another")
    }
}
