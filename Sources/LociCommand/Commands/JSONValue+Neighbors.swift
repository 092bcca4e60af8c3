// Loci, Apache License 2.0.

import Loci
import LociJSON

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension JSONValue {
    /// An identifier as files have it: a string, or `{"base64": "…"}` for bytes that are not UTF-8.
    static func identifier(_ id: VectorID) -> JSONValue {
        if let text = String(validating: id.bytes, as: UTF8.self) { return .string(text) }
        return .object([("base64", .string(Data(id.bytes).base64EncodedString()))])
    }

    /// The neighbours of a query, nearest first.
    static func neighbors(_ neighbors: [Neighbor]) -> JSONValue {
        .array(neighbors.map { .object([("id", .identifier($0.id)), ("distance", .float($0.distance))]) })
    }
}
