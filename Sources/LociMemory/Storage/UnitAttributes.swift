// Loci, Apache License 2.0.

import LociAttributes

/// A unit as the attributes of its vector.
///
///     text          the text, or who said it and the text, of which words are searched
///     session       the caller's name of the session
///     key           the caller's own name
///     time          when it happened; written, expires, archived: seconds since the beginning of 1970
///     importance    a number from 0 to 1; left out at 0.5
///     pinned        true
///     from          the units that it was made of, as text
///     version       left out at 1
///     supersedes, supersededBy    a unit, as text
///     meta          the caller's object
enum UnitAttributes {
    /// The field whose words are searched.
    static let text = "text"
    /// The field of the time that something happened.
    static let time = "time"
    /// The field of the time that a unit was written.
    static let written = "written"
    /// The field that only units have which do not count any more.
    static let archived = "archived"
    /// The field of the time that a unit is forgotten.
    static let expires = "expires"

    static let standardImportance = 0.5

    static func encoded(_ unit: MemoryUnit) throws -> Attributes {
        var members: [String: AttributeValue] = [
            text: unit.speaker.map { .list([.string($0), .string(unit.text)]) } ?? .string(unit.text),
            "session": .string(unit.session), written: .number(unit.written),
        ]
        members["key"] = unit.key.map { .string($0) }
        members[time] = unit.time.map { .number($0) }
        members[expires] = unit.expires.map { .number($0) }
        members[archived] = unit.archived.map { .number($0) }
        if unit.importance != standardImportance { members["importance"] = .number(unit.importance) }
        if unit.isPinned { members["pinned"] = .bool(true) }
        if unit.version != 1 { members["version"] = .number(Double(unit.version)) }
        if !unit.provenance.isEmpty { members["from"] = .list(unit.provenance.map { .string("\($0)") }) }
        members["supersedes"] = unit.supersedes.map { .string("\($0)") }
        members["supersededBy"] = unit.supersededBy.map { .string("\($0)") }
        if let metadata = unit.metadata, let value = metadata[] { members["meta"] = value }
        return try Attributes(members)
    }

    /// - Throws: `MemoryError.corrupt`.
    static func unit(_ id: UnitID, _ attributes: Attributes) throws -> MemoryUnit {
        guard case .object(let members)? = attributes[] else {
            throw MemoryError.corrupt("unit \(id): its attributes are no object")
        }
        func fault(_ field: String) -> MemoryError { .corrupt("unit \(id): its \(field) cannot be read") }
        func number(_ field: String) throws -> Double? {
            switch members[field] {
            case nil: return nil
            case .number(let value)?: return value
            default: throw fault(field)
            }
        }
        func string(_ field: String) throws -> String? {
            switch members[field] {
            case nil: return nil
            case .string(let value)?: return value
            default: throw fault(field)
            }
        }
        func unitID(_ field: String) throws -> UnitID? {
            guard let text = try string(field) else { return nil }
            guard let id = UnitID(text) else { throw fault(field) }
            return id
        }
        var provenance: [UnitID] = []
        if case .list(let values)? = members["from"] {
            provenance = try values.map { value in
                guard case .string(let text) = value, let id = UnitID(text) else { throw fault("from") }
                return id
            }
        }
        let (speaker, text) = try spoken(members[text], fault("text"))
        guard let session = try string("session"), let written = try number(written) else { throw fault("session") }
        guard let version = Int(exactly: try number("version") ?? 1), version > 0 else { throw fault("version") }
        var metadata: Attributes?
        if case .object(let value)? = members["meta"] { metadata = try Attributes(value) }
        return MemoryUnit(
            id: id, session: session, text: text, speaker: speaker, key: try string("key"), time: try number(time),
            written: written, importance: try number("importance") ?? standardImportance,
            isPinned: members["pinned"] == .bool(true), expires: try number(expires), provenance: provenance,
            version: version, supersedes: try unitID("supersedes"),
            supersededBy: try unitID("supersededBy"), archived: try number(archived), metadata: metadata)
    }

    private static func spoken(
        _ value: AttributeValue?, _ fault: MemoryError
    ) throws -> (speaker: String?, text: String) {
        switch value {
        case .string(let text)?: return (nil, text)
        case .list(let parts)?:
            guard parts.count == 2, case .string(let speaker) = parts[0], case .string(let text) = parts[1] else {
                throw fault
            }
            return (speaker, text)
        default: throw fault
        }
    }
}
