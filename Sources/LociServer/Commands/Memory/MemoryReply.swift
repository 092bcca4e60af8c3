// Loci, Apache License 2.0.

import Loci
import LociMemory

/// What commands of memories answer.
extension ReplyValue {
    /// A unit, by the names that `loci memory units --json` has.
    init(_ unit: MemoryUnit) { self = .map(Self.fields(unit)) }

    private static func fields(_ unit: MemoryUnit) -> [(name: String, value: ReplyValue)] {
        var fields: [(name: String, value: ReplyValue)] = [
            ("id", .text("\(unit.id)")), ("kind", .text("\(unit.id.kind)")), ("session", .text(unit.session)),
        ]
        func add(_ name: String, _ value: ReplyValue?) { if let value { fields.append((name, value)) } }
        add("speaker", unit.speaker.map { .text($0) })
        add("text", .text(unit.text))
        add("key", unit.key.map { .text($0) })
        add("time", unit.time.map { .number($0) })
        add("written", .number(unit.written))
        if unit.importance != 0.5 { add("importance", .number(unit.importance)) }
        if unit.isPinned { add("pinned", .truth(true)) }
        add("expires", unit.expires.map { .number($0) })
        add("archived", unit.archived.map { .number($0) })
        if unit.version != 1 { add("version", .integer(unit.version)) }
        if !unit.provenance.isEmpty { add("from", .list(unit.provenance.map { .text("\($0)") })) }
        add("supersedes", unit.supersedes.map { .text("\($0)") })
        add("superseded_by", unit.supersededBy.map { .text("\($0)") })
        add("metadata", unit.metadata.map { .bytes($0.utf8) })
        return fields
    }

    /// A passage, by the names that `loci recall --json` has.
    init(_ passage: Recall.Passage, explains: Bool) {
        var fields = Self.fields(passage.unit)
        fields.append(("score", .number(passage.score)))
        if let cosine = passage.cosine { fields.append(("cosine", .number(cosine))) }
        fields.append(("tokens", .integer(passage.tokens)))
        if explains {
            // In the order in which they run.
            let parts = RecallStage.allCases.compactMap { stage in passage.parts[stage].map { (stage, $0) } }
            fields.append(("stages", .map(parts.map { ("\($0.0)", .number($0.1)) })))
        }
        self = .map(fields)
    }

    /// What became of a unit, by the names that `loci remember --json` has.
    init(_ remembered: Remembered) {
        var fields: [(name: String, value: ReplyValue)] = [
            ("id", .text("\(remembered.id)")), ("new", .truth(remembered.isNew)),
        ]
        if let twin = remembered.duplicateOf { fields.append(("duplicate_of", .text("\(twin)"))) }
        if let similar = remembered.similar {
            fields.append(
                ("similar", .map([("id", .text("\(similar.id)")), ("cosine", .number(Double(similar.cosine)))])))
        }
        self = .map(fields)
    }

    /// What a namespace has, by the names that `loci memory list --json` has.
    init(_ namespace: MemoryNamespace, _ info: Memory.Info) {
        let units = info.units.sorted { $0.key.rawValue < $1.key.rawValue }
        self = .map([
            ("namespace", .text(namespace.description)), ("model", .text(info.model)),
            ("dimension", .integer(info.dimension)), ("sessions", .integer(info.sessions)),
            ("units", .map(units.map { ("\($0.key)", .integer($0.value)) })),
            ("archived_or_expiring", .integer(info.hidden)), ("links", .integer(info.edges)),
            ("bytes", .integer(info.bytes)),
        ])
    }
}
