// Loci, Apache License 2.0.

public import LociMemory

/// What a server is started for.
public struct MCPOptions: Sendable {
    /// The namespace of calls that name none.
    public var namespace: MemoryNamespace
    /// Whether calls may name other namespaces.
    public var allowsAnyNamespace = false
    /// Whether nothing may be remembered and forgotten.
    public var isReadOnly = false
    /// The version of the program, which clients show.
    public var version = "0"

    /// One namespace, for reading and writing.
    public init(_ namespace: MemoryNamespace) { self.namespace = namespace }
}
