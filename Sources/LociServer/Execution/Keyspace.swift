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
}

/// The collections of a transaction.
protocol WritableKeyspace: Keyspace {
    /// A collection that can be changed; nil if there is none of the name.
    /// - Throws: `CommandError` for one that belongs to a memory, which keeps records of what is in it.
    func writableCollection(_ name: String) throws -> WritableCollection?
    func create(
        _ name: String, _ configuration: CollectionConfiguration, properties: Attributes?
    ) throws -> WritableCollection
    func drop(_ name: String) throws
    /// - Throws: `CommandError` for the name of a collection that belongs to a memory.
    func requireOwn(_ name: String) throws

    /// What the transaction does to memories.
    var memoryChanges: MemoryTransaction { get }
}

/// The last commit, each time it is asked.
struct CommittedKeyspace: Keyspace {
    let database: Database
    let memories: any MemorySource

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
}

/// One commit, for all commands of a transaction that only reads.
struct MomentKeyspace: Keyspace {
    let view: DatabaseView
    let memories: any MemorySource

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
}

/// A transaction that is under way.
struct TransactionKeyspace: WritableKeyspace {
    let memories: any MemorySource
    let memoryChanges: MemoryTransaction
    private let transaction: DatabaseTransaction

    init(_ transaction: DatabaseTransaction, _ memories: any MemorySource) {
        (self.transaction, self.memories) = (transaction, memories)
        memoryChanges = MemoryTransaction(transaction)
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
        guard MemoryNamespace(collection: name) == nil else { throw CommandError.reserved(name) }
        return try transaction.createCollection(name, configuration, properties: properties)
    }

    func drop(_ name: String) throws {
        try requireOwn(name)
        try transaction.drop(name)
    }

    func requireOwn(_ name: String) throws {
        guard let namespace = MemoryNamespace(collection: name), try memoryChanges.has(namespace) else { return }
        throw CommandError.ofMemory(name, namespace)
    }

    func namespaces() throws -> [MemoryNamespace] { try memoryChanges.namespaces() }
    func committed(_ memory: Memory) -> Memory? { nil }
    func read<Result>(_ memory: Memory, _ body: (any MemoryReading) throws -> Result) throws -> Result {
        try memoryChanges.read(memory, body)
    }
}

extension CommandError {
    /// A collection that only the commands of memories may change.
    static func ofMemory(_ name: String, _ namespace: MemoryNamespace) -> CommandError {
        CommandError(
            "ERR '\(name)' belongs to the memory of '\(namespace)', and can only be read; use MEM.REMEMBER, MEM.UPDATE or "
                + "MEM.FORGET")
    }

    /// A name that no collection of a client's own can have.
    static func reserved(_ name: String) -> CommandError {
        CommandError("ERR '\(name)' is a name that collections of memories have; choose another")
    }
}
