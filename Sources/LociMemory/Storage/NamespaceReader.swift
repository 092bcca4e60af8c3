// Loci, Apache License 2.0.

import Loci

/// A namespace at one moment.
struct NamespaceReader {
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

    /// A unit; nil if there is none.
    func unit(_ id: UnitID) throws -> MemoryUnit? {
        guard let attributes = try collection(id.kind)?.attributes(of: id.vectorID) else { return nil }
        return try UnitAttributes.unit(id, attributes)
    }

    /// The unit of a caller's key; nil if there is none.
    func unit(ofKey key: String) throws -> UnitID? {
        try records.value(for: NamespaceKeys.unitKey(key)).flatMap { UnitID(bytes: $0) }
    }

    /// The number of a session; nil if there is none of the name.
    func sessionNumber(_ name: String) throws -> UInt32? {
        guard (1...UnitAdmission.maximumNameBytes).contains(name.utf8.count),
            let bytes = try records.value(for: NamespaceKeys.sessionName(name))
        else { return nil }
        return UInt32(bigEndian: bytes.reversed())
    }

    func session(_ number: UInt32) throws -> SessionRecord {
        guard let bytes = try records.value(for: NamespaceKeys.session(number)) else {
            throw MemoryError.corrupt("session \(number) of \(namespace) has no record")
        }
        return try SessionRecord(decoding: bytes, number: number)
    }

    func sessions() throws -> [(number: UInt32, record: SessionRecord)] {
        var sessions: [(number: UInt32, bytes: [UInt8])] = []
        try records.forEach(prefix: NamespaceKeys.sessions) { key, value in
            sessions.append((UInt32(bigEndian: key.dropFirst()), value.withUnsafeBytes { [UInt8]($0) }))
            return true
        }
        return try sessions.map { ($0.number, try SessionRecord(decoding: $0.bytes, number: $0.number)) }
    }

    func sessionCount() throws -> Int {
        var count = 0
        try records.forEach(prefix: NamespaceKeys.sessions) { _, _ in
            count += 1
            return true
        }
        return count
    }

    /// The units that a unit is linked to, with the weights.
    func edges(of id: UnitID) throws -> [(unit: UnitID, weight: Float)] {
        var edges: [(unit: UnitID, weight: Float)] = []
        try records.forEach(prefix: NamespaceKeys.edges(of: id)) { key, value in
            guard let unit = NamespaceKeys.lastUnit(in: key), value.byteCount == 4 else {
                throw MemoryError.corrupt("an edge of \(id) cannot be read")
            }
            let bits = value.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) }
            edges.append((unit, Float(bitPattern: bits)))
            return true
        }
        return edges
    }
}
