// Loci, Apache License 2.0.

import Loci
import LociJSON
import LociMemory

/// What was found in a database, or in one of its collections and memories.
struct InspectionFindings {
    let path: String
    /// Bytes of the file.
    let bytes: Int
    /// The number of the commit that all is of.
    let commit: Int
    let options: InspectionOptions
    let map: MapOptions?
    var collections: [CollectionFindings] = []
    var memories: [MemoryFindings] = []

    /// A JSON object.
    var json: JSONValue {
        .object([
            ("path", .string(path)), ("bytes_on_disk", .integer(bytes)), ("commit", .integer(commit)),
            ("seed", seed), ("collections", .array(collections.map { .object($0.members) })),
            ("memories", .array(memories.map { .object($0.members) })),
        ])
    }

    var seed: JSONValue { Int(exactly: options.seed).map { .integer($0) } ?? .string(String(options.seed)) }

    /// For a terminal.
    /// - Parameter isSingle: Whether one thing was asked for, which is told at length.
    func text(isSingle: Bool) -> String {
        if isSingle {
            return (collections.map { InspectionReport($0.inspection).text } + memories.map(\.text))
                .joined(separator: "\n")
        }
        var parts = [CollectionReport.block([("file", path), ("size", Format.bytes(bytes))])]
        if !collections.isEmpty { parts.append(InspectionReport.table(collections)) }
        if !memories.isEmpty { parts.append(MemoryFindings.table(memories)) }
        return parts.joined(separator: "\n")
    }
}

/// What was found in a collection.
struct CollectionFindings {
    let name: String
    let inspection: CollectionInspection
    /// For a page.
    let drawing: MapDrawing?

    /// Members of a JSON object.
    var members: [(String, JSONValue)] {
        [("name", .string(name))] + InspectionReport(inspection).members
    }
}

/// What a memory answered to a question.
struct AnsweredQuestion {
    let question: String
    let recall: Recall
    /// Where the question's vector is on the map; nil where it has none.
    let place: [Float]?
}

/// What was found in a memory.
struct MemoryFindings {
    let namespace: String
    let inspection: MemoryInspection
    /// The collection of its turns; nil where there are none.
    let turns: CollectionFindings?
    let recalls: [AnsweredQuestion]

    private var info: Memory.Info { inspection.info }
    private var units: [(UnitKind, Int)] {
        UnitKind.allCases.compactMap { kind in info.units[kind].map { (kind, $0) } }
    }
    private var first: Double? { inspection.sessions.compactMap(\.first).min() }
    private var last: Double? { inspection.sessions.compactMap(\.last).max() }

    /// Members of a JSON object.
    var members: [(String, JSONValue)] {
        [
            ("namespace", .string(namespace)), ("model", .string(info.model)), ("dimension", .integer(info.dimension)),
            ("units", .object(units.map { ("\($0.0)", .integer($0.1)) })),
            ("archived_or_expiring", .integer(info.hidden)), ("bytes_on_disk", .integer(info.bytes)),
            ("first", first.map { .number($0) } ?? .null), ("last", last.map { .number($0) } ?? .null),
            (
                "sessions",
                .array(
                    inspection.sessions.map { session in
                        .object([
                            ("name", .string(session.name)), ("turns", .integer(session.turns)),
                            ("first", session.first.map { .number($0) } ?? .null),
                            ("last", session.last.map { .number($0) } ?? .null),
                        ])
                    })
            ),
            (
                "links",
                .object([
                    ("count", .integer(info.edges)),
                    ("weights", .array(inspection.weights.map { .integer($0) })),
                ])
            ),
            ("turns", turns.map { .object($0.members) } ?? .null),
        ]
    }

    /// For a terminal: what it has, when, how it is linked, and how its turns are searched.
    var text: String {
        var lines = [
            ("memory", namespace), ("model", "\(info.model), \(Format.count(info.dimension)) numbers a vector"),
            ("units", units.map { "\(Format.count($0.1)) \($0.0)" }.joined(separator: ", ")),
            ("sessions", Format.count(inspection.sessions.count)),
        ]
        if let first, let last {
            lines.append(("from", CalendarTime.text(first)))
            lines.append(("until", CalendarTime.text(last)))
        }
        lines.append(("turns a session", Sparkline.bars(inspection.sessions.map(\.turns), columns: 48)))
        if info.hidden > 0 { lines.append(("archived", "\(Format.count(info.hidden)), or to be forgotten")) }
        lines.append(("links", Format.count(info.edges)))
        if info.edges > 0 { lines.append(("  by weight", Sparkline.bars(inspection.weights) + "  0 to 1")) }
        lines.append(("size", Format.bytes(info.bytes)))
        let turns = turns.map { "\n" + InspectionReport($0.inspection).text } ?? ""
        return CollectionReport.block(lines) + turns
    }

    /// Many memories, as a table.
    static func table(_ memories: [MemoryFindings]) -> String {
        var table = TextTable([
            .text("memory"), .number("sessions"), .number("turns"), .number("others"), .number("links"),
            .text("from"), .text("until"), .number("size"),
        ])
        for memory in memories {
            let turns = memory.info.units[.turn] ?? 0
            let others = memory.units.reduce(0) { $0 + ($1.0 == .turn || $1.0 == .session ? 0 : $1.1) }
            table.add([
                memory.namespace, Format.count(memory.inspection.sessions.count), Format.count(turns),
                Format.count(others), Format.count(memory.info.edges), MemoryReport.time(memory.first),
                MemoryReport.time(memory.last), Format.bytes(memory.info.bytes),
            ])
        }
        return table.rendered()
    }
}
