// Loci, Apache License 2.0.

import LociAttributes

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One line of a JSON lines file of vectors: `{"id": ..., "vector": [...], "attributes": {...}}`, or `"vectors": [[...], ...]` for a
/// row of several; other keys are passed over.
struct JSONLine: Decodable {
    /// The bytes of the identifier, or nil when the line has none.
    var identifier: [UInt8]?
    /// One at least.
    var vectors: [[Float]]
    /// As they stand in the line, or nil when it has none.
    var attributes: Attributes?

    private enum CodingKeys: String, CodingKey {
        case id, vector, vectors
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        identifier = container.contains(.id) ? try container.decode(JSONIdentifier.self, forKey: .id).bytes : nil
        guard container.contains(.vectors) else {
            var elements = try container.nestedUnkeyedContainer(forKey: .vector)
            vectors = [try JSONLine.vector(of: &elements)]
            return
        }
        guard !container.contains(.vector) else {
            throw DecodingError.dataCorruptedError(
                forKey: .vectors, in: container, debugDescription: "A line has either vector or vectors.")
        }
        var rows = try container.nestedUnkeyedContainer(forKey: .vectors)
        vectors = []
        while !rows.isAtEnd {
            var elements = try rows.nestedUnkeyedContainer()
            vectors.append(try JSONLine.vector(of: &elements))
        }
        guard !vectors.isEmpty else {
            throw DecodingError.dataCorruptedError(
                forKey: .vectors, in: container, debugDescription: "There must be one vector at least.")
        }
    }

    private static func vector(of elements: inout any UnkeyedDecodingContainer) throws -> [Float] {
        var vector: [Float] = []
        vector.reserveCapacity(elements.count ?? 0)
        // Element by element: decoding [Float] at once takes three times as long.
        while !elements.isAtEnd {
            vector.append(try JSONLine.float(in: &elements))
        }
        return vector
    }

    /// The decoder refuses numbers too small for a float as well as those too large; only the latter are wrong.
    private static func float(in elements: inout any UnkeyedDecodingContainer) throws -> Float {
        do {
            return try elements.decode(Float.self)
        } catch {
            let wide = Float(try elements.decode(Double.self))
            guard wide.isFinite else { throw error }
            return wide
        }
    }

    /// Reads a line, without its end.
    ///
    /// - Returns: nil for a line that is blank.
    /// - Throws: `badJSON`.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, _ decoder: JSONDecoder, path: String, line: Int
    ) throws(VectorFileError) -> JSONLine? {
        guard bytes.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return nil }
        do {
            var decoded = try decoder.decode(JSONLine.self, from: Data(bytes))
            decoded.attributes = try Attributes(member: "attributes", of: bytes.bytes)
            return decoded
        } catch {
            throw .badJSON(path: path, line: line, reason: reason(error))
        }
    }

    /// What is wrong with a line, in words for a message.
    private static func reason(_ error: any Error) -> String {
        if let error = error as? AttributesError { return "attributes: " + "\(error)".prefix { $0 != "\n" } }
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .keyNotFound(let key, _):
            return "the key \"\(key.stringValue)\" is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return place(context) + context.debugDescription
        case .dataCorrupted(let context):
            let cause = context.underlyingError.map { ": \($0)" } ?? ""
            return place(context) + context.debugDescription + cause
        @unknown default:
            return "\(error)"
        }
    }

    private static func place(_ context: DecodingError.Context) -> String {
        guard let key = context.codingPath.first else { return "" }
        let index = context.codingPath.dropFirst().compactMap { $0.intValue.map { "[\($0)]" } }.joined()
        return "\(key.stringValue)\(index): "
    }
}

/// An identifier in JSON: a string, an integer, or `{"base64": "..."}` for bytes that are not UTF-8.
struct JSONIdentifier: Decodable {
    var bytes: [UInt8]

    private enum CodingKeys: String, CodingKey {
        case base64
    }

    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: CodingKeys.self) {
            let text = try container.decode(String.self, forKey: .base64)
            guard let data = Data(base64Encoded: text) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .base64, in: container, debugDescription: "The text is not base64.")
            }
            bytes = [UInt8](data)
            return
        }
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            bytes = Array(text.utf8)
        } else if let number = try? container.decode(Int64.self) {
            bytes = Array(String(number).utf8)
        } else if let number = try? container.decode(UInt64.self) {
            bytes = Array(String(number).utf8)
        } else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "An id is a string or an integer of 64 bits.")
        }
    }
}
