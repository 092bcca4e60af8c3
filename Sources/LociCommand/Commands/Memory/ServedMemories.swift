// Loci, Apache License 2.0.

import Loci
import LociMemory
import LociText
import Synchronization

/// The memories of a database for clients of a server, each with the model that its vectors are of.
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
        let embedder = try named ?? own(of: memory)
        guard let embedder else { return memory }
        return try MemoryStore(plain.database, embedder: embedder).memory(namespace.description)
    }

    /// The embedder of a memory's own model; nil where its vectors were given.
    private func own(of memory: Memory) throws -> (any Embedder)? {
        // Looked up each time: another program may have moved the namespace to another model.
        let model: String?
        do { model = try memory.model } catch MemoryError.namespaceNotFound { model = nil }
        if model == MemoryStore.givenModel { return nil }
        return try embedders.withLock { embedders in
            if let embedder = embedders[model] { return embedder }
            let embedder = try ModelOptions.embedder(ofModel: model, memory.namespace.description)
            embedders[model] = embedder
            embedders[embedder.model.identifier] = embedder
            return embedder
        }
    }
}
