// Loci, Apache License 2.0.

import LociMemory

/// The memories and long contexts that a client may see: all that tools and resources know of the store.
struct MemoryScope: Sendable {
    let options: MCPOptions
    private let source: any MemorySource
    /// Blocks that were opened since that was last written.
    private let uses = BlockUses()

    init(_ source: any MemorySource, _ options: MCPOptions) { (self.source, self.options) = (source, options) }

    /// The namespace of a call.
    /// - Parameter name: What the call says; nil for nothing.
    /// - Throws: `MCPError.namespaceRefused`; `MemoryError.badNamespace`.
    func namespace(_ name: String?) throws -> MemoryNamespace {
        // By the bytes: Swift takes é and e with an accent for the same text, and the database does not.
        guard let name, !isOwn(name) else { return options.namespace }
        guard options.allowsAnyNamespace else {
            throw MCPError.namespaceRefused(name: name, served: options.namespace.description)
        }
        return try MemoryNamespace(name)
    }

    /// The memory of a call.
    /// - Parameters:
    ///   - name: What the call says; nil for nothing.
    ///   - embeds: Whether texts will be made vectors of.
    /// - Throws: As ``namespace(_:)``, and what the source throws.
    func memory(_ name: String?, embeds: Bool = false) throws -> Memory {
        try source.memory(namespace(name), embeds: embeds)
    }

    /// The long context of a call: the store of blocks that has the name of the namespace.
    /// - Parameters:
    ///   - name: What the call says; nil for nothing.
    ///   - embeds: Whether texts will be made vectors of.
    /// - Throws: As ``namespace(_:)``, and what the source throws.
    func blocks(_ name: String?, embeds: Bool) throws -> BlockStore {
        try source.blocks(namespace(name), embeds: embeds, BlockConfiguration()).sharing(uses)
    }

    /// Writes what was opened since that was last written.
    func saveUses() throws {
        if !options.isReadOnly { try source.save(uses) }
    }

    /// Runs `body`; gives nil where nothing was appended yet to the long context of the namespace that is served.
    func found<Result>(in store: BlockStore, _ body: () async throws -> Result) async throws -> Result? {
        do {
            return try await body()
        } catch MemoryError.blockStoreNotFound where isOwn(store.name.description) {
            return nil
        }
    }

    /// Runs `body`; gives nil where nothing was remembered yet in the namespace that is served.
    ///
    /// A client that asks before it has said anything does nothing wrong. Of another namespace, the name may be misspelt.
    func found<Result>(
        in memory: Memory, _ body: () async throws -> Result
    ) async throws -> Result? {
        do {
            return try await body()
        } catch MemoryError.namespaceNotFound where isOwn(memory.namespace.description) {
            return nil
        }
    }

    /// The namespaces that are there and may be seen.
    func namespaces() throws -> [MemoryNamespace] {
        try source.namespaces().filter { options.allowsAnyNamespace || isOwn($0.description) }
    }

    private func isOwn(_ name: String) -> Bool { name.utf8.elementsEqual(options.namespace.description.utf8) }
}
