// Loci, Apache License 2.0.

import LociAttributes
import LociJSON
import LociMemory

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Units as lines to be read, and as data.
enum UnitReport {
    /// A time as RFC 3339 writes it, to the second, in UTC.
    static func time(_ seconds: Double) -> String {
        // Beyond these no calendar is of use.
        guard abs(seconds) < 2e11 else { return "\(seconds)" }
        return Date(timeIntervalSince1970: seconds.rounded(.down)).ISO8601Format()
    }

    /// One unit: where and when it was said, and what.
    ///
    /// A text that goes over several lines keeps them, and is indented, so that no line of it can be taken for another unit.
    static func line(_ unit: MemoryUnit, text: String? = nil) -> String {
        var place = ["\(unit.id)", unit.session]
        if let seconds = unit.time { place.append(time(seconds)) }
        if let other = unit.supersededBy { place.append("superseded by \(other)") }
        let said = (text ?? unit.spokenText).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return "[\(place.joined(separator: " | "))] " + said.joined(separator: "\n    ")
    }

    static func data(_ unit: MemoryUnit) -> [(String, JSONValue?)] {
        [
            ("id", .string("\(unit.id)")), ("kind", .string("\(unit.id.kind)")), ("session", .string(unit.session)),
            ("speaker", unit.speaker.map { .string($0) }), ("text", .string(unit.text)),
            ("key", unit.key.map { .string($0) }), ("time", unit.time.map { .string(time($0)) }),
            ("written", .string(time(unit.written))), ("importance", .number(unit.importance)),
            ("pinned", unit.isPinned ? true : nil), ("expires", unit.expires.map { .string(time($0)) }),
            ("archived", unit.archived.map { .string(time($0)) }), ("version", .integer(unit.version)),
            ("from", unit.provenance.isEmpty ? nil : .strings(unit.provenance.map(\.description))),
            ("supersedes", unit.supersedes.map { .string("\($0)") }),
            ("superseded_by", unit.supersededBy.map { .string("\($0)") }),
            ("metadata", unit.metadata.flatMap { try? JSONValue(message: $0.utf8) }),
        ]
    }

    /// `1 unit`, `2 units`.
    static func count(_ count: Int, _ noun: String = "unit") -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
