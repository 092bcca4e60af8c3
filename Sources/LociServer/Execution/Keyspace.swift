// Loci, Apache License 2.0.

import Loci

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
}

/// The collections of a transaction.
protocol WritableKeyspace: Keyspace {
    /// A collection that can be changed; nil if there is none of the name.
    func writableCollection(_ name: String) throws -> WritableCollection?
    func create(
        _ name: String, _ configuration: CollectionConfiguration, properties: Attributes?
    ) throws -> WritableCollection
    func drop(_ name: String) throws
}

/// The last commit, each time it is asked.
struct CommittedKeyspace: Keyspace {
    let database: Database

    func names() throws -> [String] { try database.collectionNames() }
    func numberedNames() throws -> [(number: Int, name: String)] { try database.numberedCollectionNames() }
    func has(_ name: String) throws -> Bool { try database.hasCollection(name) }
    func collection(_ name: String) throws -> (any CollectionReader)? {
        try has(name) ? database.collection(name) : nil
    }
}

/// One commit, for all commands of a transaction that only reads.
struct MomentKeyspace: Keyspace {
    let view: DatabaseView

    func names() throws -> [String] { try view.collectionNames() }
    func numberedNames() throws -> [(number: Int, name: String)] { try view.numberedCollectionNames() }
    func has(_ name: String) throws -> Bool { try view.hasCollection(name) }
    func collection(_ name: String) throws -> (any CollectionReader)? {
        try has(name) ? view.collection(name) : nil
    }
}

/// A transaction that is under way.
struct TransactionKeyspace: WritableKeyspace {
    let transaction: DatabaseTransaction

    func names() throws -> [String] { try transaction.collectionNames() }
    func numberedNames() throws -> [(number: Int, name: String)] { try transaction.numberedCollectionNames() }
    func has(_ name: String) throws -> Bool { try transaction.hasCollection(name) }
    func collection(_ name: String) throws -> (any CollectionReader)? { try writableCollection(name) }

    func writableCollection(_ name: String) throws -> WritableCollection? {
        try has(name) ? transaction.collection(name) : nil
    }

    func create(
        _ name: String, _ configuration: CollectionConfiguration, properties: Attributes?
    ) throws -> WritableCollection {
        try transaction.createCollection(name, configuration, properties: properties)
    }

    func drop(_ name: String) throws { try transaction.drop(name) }
}
