// Loci, Apache License 2.0.

import Loci
import LociMemory
import LociText
import Synchronization

/// The memories and stores of blocks of a database for clients of a server, each with the model that its vectors are of.
final class ServedMemories: MemorySource {
    private let plain: MemoryStore
    /// The model of all memories; nil for each its own.
    private let named: (any Embedder)?
    /// What was loaded, by the model that a namespace has; a new one has none.
    private let embedders = Mutex<[String?: any Embedder]>([:])

    init(_ database: Database, _ named: (any Embedder)?) {
        (plain, self.named) = (MemoryStore(database, embedder: nil), named)
    }

    func namespaces() throws -> [MemoryNamespace] { try plain.namespaces() }

    func memory(_ namespace: MemoryNamespace, embeds: Bool) throws -> Memory {
        let memory = try plain.memory(namespace.description)
        guard embeds else { return memory }
        // Looked up each time: another program may have moved the namespace to another model.
        let model: String?
        do { model = try memory.model } catch MemoryError.namespaceNotFound { model = nil }
        guard let embedder = try embedder(ofModel: model, namespace) else { return memory }
        return try MemoryStore(plain.database, embedder: embedder).memory(namespace.description)
    }

    func blocks(_ name: MemoryNamespace, embeds: Bool, _ configuration: BlockConfiguration) throws -> BlockStore {
        try BlockStore(plain.database, name, configuration, embeds: embeds) { try embedder(ofModel: $0, name) }
    }

    /// The embedder of a model; nil where vectors were given.
    private func embedder(ofModel model: String?, _ namespace: MemoryNamespace) throws -> (any Embedder)? {
        if let named { return named }
        if model == MemoryStore.givenModel { return nil }
        return try embedders.withLock { embedders in
            if let embedder = embedders[model] { return embedder }
            let embedder = try ModelOptions.embedder(ofModel: model, namespace.description)
            embedders[model] = embedder
            embedders[embedder.model.identifier] = embedder
            return embedder
        }
    }
}
