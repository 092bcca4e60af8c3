// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociEndpoint
import LociMemory
import LociText

/// The database and the namespace that a verb is about.
struct NamespaceArguments: ParsableArguments {
    @Argument(help: "The database: a file.", completion: .file(extensions: ["loci"]))
    var database: String

    @Argument(help: "The namespace: whose memory it is, such as tenant/user/agent.")
    var namespace: String

    func validate() throws {
        try ServerPath.refuse(database)
        do { _ = try MemoryNamespace(namespace) } catch { throw ValidationError("\(error)") }
    }
}

/// Which model makes vectors.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What makes vectors of texts: hashing, an installed model, a folder, or http://host:port/v1#model; by default the namespace's own, and for a new "
                + "one wordllama where it is installed, else hashing.", valueName: "model"))
    var model: String?

    /// The embedder that was asked for; nil where none was.
    /// - Throws: `TextError`, `EndpointError`, `ValidationError`.
    var named: (any Embedder)? { get throws { try model.map { try Self.named($0) } } }

    /// The embedder for a namespace.
    /// - Parameter database: nil where there is none yet.
    /// - Throws: `TextError`; `MemoryError.otherModel` where the namespace's own model is not installed.
    func embedder(for namespace: String, in database: Database?) throws -> any Embedder {
        if let named = try named { return named }
        return try Self.embedder(ofModel: database.flatMap { try Self.model(of: namespace, in: $0) }, namespace)
    }

    /// The embedder of the model whose vectors a namespace has; the usual one where it has none.
    /// - Throws: `TextError`; `MemoryError.otherModel` where the model is not installed.
    static func embedder(ofModel own: String?, _ namespace: String) throws -> any Embedder {
        guard let own else { return try standard() }
        let hashing = try ModelStore.standard.embedder(ModelStore.hashingName)
        if hashing.model.identifier == own { return hashing }
        for installed in try ModelStore.standard.models() {
            if let embedder = try? ModelStore.standard.embedder(installed.name), embedder.model.identifier == own {
                return embedder
            }
        }
        throw MemoryError.otherModel(namespace: namespace, model: own, given: "any that is installed")
    }

    /// The embedder of a name: built in, installed, in a folder, or behind an address.
    static func named(_ name: String) throws -> any Embedder {
        guard name.hasPrefix("http://") || name.hasPrefix("https://") else {
            return try ModelStore.standard.embedder(name)
        }
        let parts = name.split(separator: "#", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw ValidationError("--model is \(name); the model's name is missing: http://host:port/v1#model")
        }
        return try AsynchronousWork.run { try await EndpointEmbedder.open(parts[0], model: parts[1]) }
    }

    private static func model(of namespace: String, in database: Database) throws -> String? {
        do {
            return try MemoryStore(database, embedder: nil).memory(namespace).model
        } catch MemoryError.namespaceNotFound {
            return nil
        }
    }

    /// What makes the vectors of a new namespace.
    static func standard() throws -> any Embedder {
        let names = try ModelStore.standard.models().map(\.name)
        return try ModelStore.standard.embedder(names.contains("wordllama") ? "wordllama" : ModelStore.hashingName)
    }
}

extension NamespaceArguments {
    /// The memory in a database that is there.
    /// - Throws: `LociError.databaseNotFound`.
    func memory(_ model: ModelOptions, access: Database.Access = .readWrite) throws -> Memory {
        let database = try Database.open(database, access: access)
        let embedder = try model.embedder(for: namespace, in: database)
        return try MemoryStore(database, embedder: embedder).memory(namespace)
    }

    /// The memory, for what needs no model.
    func memory(access: Database.Access) throws -> Memory {
        try MemoryStore(Database.open(database, access: access), embedder: nil).memory(namespace)
    }
}
