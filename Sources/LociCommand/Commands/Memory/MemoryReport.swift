// Loci, Apache License 2.0.

import Loci
import LociJSON
import LociMemory

/// Units and recalls as tables and as JSON.
enum MemoryReport {
    static func time(_ seconds: Double?) -> String { seconds.map { CalendarTime.text($0) } ?? "" }

    static func json(_ unit: MemoryUnit) -> [(String, JSONValue)] {
        var members: [(String, JSONValue)] = [
            ("id", .string("\(unit.id)")), ("kind", .string("\(unit.id.kind)")), ("session", .string(unit.session)),
        ]
        func add(_ name: String, _ value: JSONValue?) { if let value { members.append((name, value)) } }
        add("speaker", unit.speaker.map { .string($0) })
        add("text", .string(unit.text))
        add("key", unit.key.map { .string($0) })
        add("time", unit.time.map { .number($0) })
        add("written", .number(unit.written))
        if unit.importance != 0.5 { add("importance", .number(unit.importance)) }
        if unit.isPinned { add("pinned", true) }
        add("expires", unit.expires.map { .number($0) })
        add("archived", unit.archived.map { .number($0) })
        if unit.version != 1 { add("version", .integer(unit.version)) }
        if !unit.provenance.isEmpty { add("from", .array(unit.provenance.map { .string("\($0)") })) }
        add("supersedes", unit.supersedes.map { .string("\($0)") })
        add("superseded_by", unit.supersededBy.map { .string("\($0)") })
        add("metadata", unit.metadata.map { .raw($0.json) })
        return members
    }

    static func json(_ recall: Recall) -> JSONValue {
        .object([
            (
                "passages",
                .array(
                    recall.passages.map { passage in
                        var members = json(passage.unit)
                        members.append(("score", .number(passage.score, decimals: 4)))
                        if let cosine = passage.cosine { members.append(("cosine", .number(cosine, decimals: 4))) }
                        members.append(("tokens", .integer(passage.tokens)))
                        members.append(
                            ("stages", .object(parts(passage).map { ("\($0.0)", .number($0.1, decimals: 4)) })))
                        return .object(members)
                    })
            ), ("tokens", .integer(recall.tokens)),
        ])
    }

    /// What stages gave, in the order in which they run.
    private static func parts(_ passage: Recall.Passage) -> [(RecallStage, Double)] {
        RecallStage.allCases.compactMap { stage in passage.parts[stage].map { (stage, $0) } }
    }

    /// A line a passage; with a column for each stage where it is to be explained.
    static func table(_ recall: Recall, explains: Bool) -> String {
        let stages = RecallStage.allCases.filter { stage in recall.passages.contains { $0.parts[stage] != nil } }
        var columns: [TextTable.Column] = [.text("id"), .number("score")]
        if explains { columns += stages.map { .number("\($0)") } }
        columns += [.text("session", limit: 24), .text("time"), .text("text", limit: explains ? 60 : 96)]
        var table = TextTable(columns)
        for passage in recall.passages {
            var cells = ["\(passage.unit.id)", Format.decimal(passage.score, places: 2)]
            if explains {
                cells += stages.map { stage in passage.parts[stage].map { Format.decimal($0, places: 2) } ?? "" }
            }
            cells += [passage.unit.session, time(passage.unit.time), passage.text.replacing("\n", with: " ")]
            table.add(cells)
        }
        return table.rendered()
    }

    static func table(_ units: [MemoryUnit]) -> String {
        var table = TextTable([.text("id"), .text("session", limit: 24), .text("time"), .text("text", limit: 96)])
        for unit in units {
            table.add(["\(unit.id)", unit.session, time(unit.time), unit.spokenText.replacing("\n", with: " ")])
        }
        return table.rendered()
    }
}
