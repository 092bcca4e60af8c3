// Loci, Apache License 2.0.

/// Where servers take the memories of namespaces, and stores of blocks, from.
public protocol MemorySource: Sendable {
    /// The memory of a namespace.
    /// - Parameters:
    ///   - namespace: Whose memory; it need not be there.
    ///   - embeds: Whether texts will be made vectors of. What only looks and forgets goes on where the model is missing.
    /// - Throws: Whatever is said to the client.
    func memory(_ namespace: MemoryNamespace, embeds: Bool) throws -> Memory

    /// The names of all namespaces, in the order of their bytes.
    /// - Throws: Whatever is said to the client.
    func namespaces() throws -> [MemoryNamespace]

    /// A store of blocks.
    /// - Parameters:
    ///   - name: Which; it need not be there.
    ///   - embeds: Whether texts will be made vectors of. Otherwise vectors are given, of whichever model the store has.
    ///   - configuration: What it is made with where it is not there.
    /// - Throws: Whatever is said to the client.
    func blocks(_ name: MemoryNamespace, embeds: Bool, _ configuration: BlockConfiguration) throws -> BlockStore
}

extension MemorySource {
    /// Writes which blocks were opened since the last write of their stores, for a server that ends: eviction goes by it after the next
    /// start. What was opened in a store that is gone is nobody's any more.
    /// - Throws: `LociError`, and what ``blocks(_:embeds:_:)`` throws.
    package func save(_ uses: BlockUses) throws {
        for name in uses.stores {
            do {
                try blocks(name, embeds: false, BlockConfiguration()).sharing(uses).saveUses()
            } catch MemoryError.blockStoreNotFound {
                continue
            }
        }
    }
}

extension MemoryStore: MemorySource {
    /// The memory of a namespace, with the store's embedder.
    public func memory(_ namespace: MemoryNamespace, embeds: Bool) throws -> Memory {
        try memory(namespace.description)
    }

    /// A store of blocks, with the store's embedder unless its vectors are given.
    public func blocks(
        _ name: MemoryNamespace, embeds: Bool, _ configuration: BlockConfiguration
    ) throws -> BlockStore {
        try BlockStore(database, name, configuration, embeds: embeds) { _ in embedder }
    }
}
