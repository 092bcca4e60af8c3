// Loci, Apache License 2.0.

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A member of a stream as a line of JSON:
///
///     {"stream": …, "text": …, "vector": […]}
///
/// Only the text is needed. Unknown members are refused: what is misspelt would be lost in silence.
public struct MemberLine: Sendable, Equatable {
    /// The stream of a line that names none.
    public static let defaultStream = "default"

    /// The stream.
    public let stream: String
    /// The text.
    public let text: String
    /// The vector, where it is given.
    public let vector: [Float]?

    /// Reads a line.
    /// - Parameters:
    ///   - bytes: The line, without its end.
    ///   - line: Its number, for the error.
    ///   - stream: That of a line that names none.
    /// - Throws: `MemoryError.badLine`.
    public init(_ bytes: RawSpan, line: Int, stream: String = Self.defaultStream) throws {
        do {
            let read = try JSONDecoder().decode(Members.self, from: bytes.withUnsafeBytes { Data($0) })
            (self.stream, text, vector) = (read.stream ?? stream, read.text, read.vector)
        } catch let error as DecodingError {
            throw MemoryError.badLine(line: line, reason: UnitLine.reason(error))
        }
    }

    private struct Members: Decodable {
        let stream: String?
        let text: String
        let vector: [Float]?

        enum CodingKeys: String, CodingKey, CaseIterable { case stream, text, vector }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            let names = try decoder.container(keyedBy: AnyKey.self)
            if let unknown = names.allKeys.first(where: { CodingKeys(stringValue: $0.stringValue) == nil }) {
                throw DecodingError.dataCorruptedError(
                    forKey: unknown, in: names,
                    debugDescription: "there is no such member; there are stream, text, vector")
            }
            stream = try container.decodeIfPresent(String.self, forKey: .stream)
            text = try container.decode(String.self, forKey: .text)
            vector = try container.decodeIfPresent([Float].self, forKey: .vector)
        }
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
