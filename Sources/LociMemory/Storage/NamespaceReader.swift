// Loci, Apache License 2.0.

import Loci

/// A namespace at one moment.
struct NamespaceReader: NamespaceContents {
    let namespace: MemoryNamespace
    let settings: NamespaceSettings
    let records: RecordTable
    private let view: DatabaseView

    /// - Throws: `MemoryError.namespaceNotFound`.
    init(_ namespace: MemoryNamespace, in view: DatabaseView) throws {
        (self.namespace, self.view) = (namespace, view)
        do {
            records = try view.recordTable(namespace.recordTable)
        } catch LociError.recordTableNotFound {
            throw MemoryError.namespaceNotFound(name: namespace.description)
        }
        guard let bytes = try records.value(for: NamespaceKeys.settings) else {
            throw MemoryError.corrupt("the namespace \(namespace) has no settings")
        }
        settings = try NamespaceSettings(decoding: bytes)
    }

    /// The collection of a kind; nil if there is none.
    func collection(_ kind: UnitKind) throws -> Collection? {
        try collection(kind, generation: settings.generation)
    }

    /// The same of another generation.
    func collection(_ kind: UnitKind, generation: Int) throws -> Collection? {
        let name = namespace.collection(kind, generation)
        return try view.hasCollection(name) ? try view.collection(name) : nil
    }

    var table: any RecordSource { records }

    func unitTable(_ kind: UnitKind) throws -> (any UnitTable)? { try collection(kind) }

    /// The units that a unit is linked to, with the weights.
    func edges(of id: UnitID) throws -> [(unit: UnitID, weight: Float)] {
        var edges: [(unit: UnitID, weight: Float)] = []
        try records.forEach(prefix: NamespaceKeys.edges(of: id)) { key, value in
            let edge = try edge(key, value)
            edges.append((edge.to, edge.weight))
            return true
        }
        return edges
    }

    /// The edge of a record.
    /// - Throws: `MemoryError.corrupt`.
    func edge(_ key: [UInt8], _ value: RawSpan) throws(MemoryError) -> (from: UnitID, to: UnitID, weight: Float) {
        guard let from = NamespaceKeys.firstUnit(in: key), let to = NamespaceKeys.lastUnit(in: key),
            value.byteCount == 4
        else { throw MemoryError.corrupt("an edge of \(namespace) cannot be read") }
        let bits = value.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) }
        return (from, to, Float(bitPattern: bits))
    }
}
