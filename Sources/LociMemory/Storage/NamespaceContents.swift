// Loci, Apache License 2.0.

import Loci
import LociAttributes

/// A namespace at one moment, or within a transaction: where its units and records are.
protocol NamespaceContents: MemoryReading {
    var namespace: MemoryNamespace { get }
    var settings: NamespaceSettings { get }
    /// The table of records.
    var table: any RecordSource { get }

    /// The units of a kind; nil if there are none.
    func unitTable(_ kind: UnitKind) throws -> (any UnitTable)?
}

/// A collection of units.
protocol UnitTable {
    var count: Int { get throws }
    /// The bytes that the last commit has in the file.
    var committedBytes: Int { get throws }

    func attributes(of id: VectorID) throws -> Attributes?
    func identifiers(from lower: IdentifierBound, to upper: IdentifierBound, limit: Int) throws -> [VectorID]
}

extension Collection: UnitTable {
    var committedBytes: Int { get throws { try info().bytes.total } }
}

extension WritableCollection: UnitTable {
    var committedBytes: Int { get throws { try committedInfo?.bytes.total ?? 0 } }
}

/// A table of records.
protocol RecordSource {
    func value(for key: [UInt8]) throws -> [UInt8]?
    func forEach(
        prefix: [UInt8], from start: [UInt8]?, _ body: (_ key: [UInt8], _ value: RawSpan) throws -> Bool
    ) throws
}

extension RecordTable: RecordSource {}

extension WritableRecordTable: RecordSource {}

extension NamespaceContents {
    /// A unit; nil if there is none.
    func unit(_ id: UnitID) throws -> MemoryUnit? {
        guard let attributes = try unitTable(id.kind)?.attributes(of: id.vectorID) else { return nil }
        return try UnitAttributes.unit(id, attributes)
    }

    /// The unit of a caller's key; nil if there is none.
    func unit(ofKey key: String) throws -> UnitID? {
        try table.value(for: NamespaceKeys.unitKey(key)).flatMap { UnitID(bytes: $0) }
    }

    /// The number of a session; nil if there is none of the name.
    func sessionNumber(_ name: String) throws -> UInt32? {
        guard (1...UnitAdmission.maximumNameBytes).contains(name.utf8.count),
            let bytes = try table.value(for: NamespaceKeys.sessionName(name))
        else { return nil }
        return UInt32(bigEndian: bytes.reversed())
    }

    func session(_ number: UInt32) throws -> SessionRecord {
        guard let bytes = try table.value(for: NamespaceKeys.session(number)) else {
            throw MemoryError.corrupt("session \(number) of \(namespace) has no record")
        }
        return try SessionRecord(decoding: bytes, number: number)
    }

    func sessions() throws -> [(number: UInt32, record: SessionRecord)] {
        var sessions: [(number: UInt32, bytes: [UInt8])] = []
        try table.forEach(prefix: NamespaceKeys.sessions, from: nil) { key, value in
            sessions.append((UInt32(bigEndian: key.dropFirst()), value.withUnsafeBytes { [UInt8]($0) }))
            return true
        }
        return try sessions.map { ($0.number, try SessionRecord(decoding: $0.bytes, number: $0.number)) }
    }

    func sessionCount() throws -> Int {
        var count = 0
        try table.forEach(prefix: NamespaceKeys.sessions, from: nil) { _, _ in
            count += 1
            return true
        }
        return count
    }
}
