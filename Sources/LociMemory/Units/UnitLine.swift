// Loci, Apache License 2.0.

import LociAttributes

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A unit as a line of JSON:
///
///     {"session": …, "text": …, "speaker": …, "kind": "turn", "key": …, "time": …, "expires": …, "importance": 0.5, "pinned": false,
///      "vector": […], "from": ["t1.1", …], "supersedes": "t1.1", "metadata": {…}}
///
/// Only the text is needed. Times are seconds since the beginning of 1970, or as RFC 3339 writes them. Unknown members are refused:
/// what is misspelt would be lost in silence.
public enum UnitLine {
    /// The session of a line that names none.
    public static let defaultSession = "default"

    /// Reads a line.
    /// - Parameters:
    ///   - bytes: The line, without its end.
    ///   - line: Its number, for the error.
    /// - Throws: `MemoryError.badLine`.
    public static func unit(_ bytes: RawSpan, line: Int) throws -> NewUnit {
        let text = bytes.withUnsafeBytes { Data($0) }
        do {
            var unit = try JSONDecoder().decode(Line.self, from: text).unit
            unit.metadata = try Attributes(member: "metadata", of: bytes)
            return unit
        } catch let error as DecodingError {
            throw MemoryError.badLine(line: line, reason: reason(error))
        } catch let error as AttributesError {
            throw MemoryError.badLine(line: line, reason: "metadata: " + "\(error)".prefix { $0 != "\n" })
        }
    }

    static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "the member \"\(key.stringValue)\" is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            (context.codingPath.first.map { "\($0.stringValue): " } ?? "") + context.debugDescription
        case .dataCorrupted(let context):
            (context.codingPath.first.map { "\($0.stringValue): " } ?? "") + context.debugDescription
                + (context.underlyingError.map { ": \($0)" } ?? "")
        @unknown default: "\(error)"
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private struct Line: Decodable {
        var unit: NewUnit

        private static let members: Set<String> = [
            "kind", "session", "text", "speaker", "key", "time", "expires", "importance", "pinned", "vector", "from",
            "supersedes", "metadata",
        ]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            if let unknown = container.allKeys.first(where: { !Self.members.contains($0.stringValue) }) {
                throw DecodingError.dataCorruptedError(
                    forKey: unknown, in: container,
                    debugDescription:
                        "there is no such member; there are \(Self.members.sorted().joined(separator: ", "))")
            }
            func value<Value: Decodable>(_ name: String, _ type: Value.Type) throws -> Value? {
                try container.decodeIfPresent(type, forKey: Name(stringValue: name))
            }
            func unitID(_ text: String, _ name: String) throws -> UnitID {
                guard let id = UnitID(text) else {
                    throw DecodingError.dataCorruptedError(
                        forKey: Name(stringValue: name), in: container,
                        debugDescription: "\"\(text)\" is no unit, such as t1.2")
                }
                return id
            }
            let kind = try value("kind", String.self) ?? "turn"
            guard let known = UnitKind(name: kind) else {
                throw DecodingError.dataCorruptedError(
                    forKey: Name(stringValue: "kind"), in: container,
                    debugDescription: "there is no kind \"\(kind)\"; there are "
                        + UnitKind.allCases.filter { $0 != .session }.map(\.description).joined(separator: ", "))
            }
            unit = NewUnit(
                known, session: try value("session", String.self) ?? UnitLine.defaultSession,
                text: try container.decode(String.self, forKey: Name(stringValue: "text")))
            unit.speaker = try value("speaker", String.self)
            unit.key = try value("key", String.self)
            unit.time = try value("time", Moment.self)?.seconds
            unit.expires = try value("expires", Moment.self)?.seconds
            unit.importance = try value("importance", Double.self) ?? unit.importance
            unit.isPinned = try value("pinned", Bool.self) ?? false
            unit.vector = try value("vector", [Float].self)
            unit.provenance = try (value("from", [String].self) ?? []).map { try unitID($0, "from") }
            unit.supersedes = try value("supersedes", String.self).map { try unitID($0, "supersedes") }
        }
    }

    /// A time as a number or as a text.
    private struct Moment: Decodable {
        let seconds: Double

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let seconds = try? container.decode(Double.self) {
                self.seconds = seconds
                return
            }
            let text = try container.decode(String.self)
            guard let time = Timestamp(text) else {
                throw DecodingError.dataCorruptedError(
                    in: container,
                    debugDescription: "\"\(text)\" is no time; write 2026-05-01T10:00:00Z, or seconds since 1970")
            }
            seconds = time.seconds
        }
    }
}
