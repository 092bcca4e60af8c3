// Loci, Apache License 2.0.

import LociJSON

/// A message of JSON-RPC 2.0 that came.
enum Message {
    /// To be answered.
    case request(id: JSONValue, method: String, parameters: JSONValue)
    /// Never answered, whatever it is.
    case notification(method: String)
    /// An answer. The server asks nothing, so it is nobody's.
    case answer
    /// No message, and what is to be said about it.
    case bad(id: JSONValue, MCPError)

    init(_ value: JSONValue) {
        guard value.members != nil else {
            self = .bad(id: .null, .badRequest(reason: "it is \(value.kind), and must be an object"))
            return
        }
        let given = value["id"]
        let id = given.flatMap { Self.isIdentifier($0) ? $0 : nil } ?? .null
        func bad(_ reason: String) -> Message { .bad(id: id, .badRequest(reason: reason)) }
        guard value["jsonrpc"]?.text == "2.0" else {
            self = bad("its jsonrpc must be \"2.0\"")
            return
        }
        guard let member = value["method"] else {
            let isAnswer = given != nil && (value["result"] != nil || value["error"] != nil)
            self = isAnswer ? .answer : bad("it has no method")
            return
        }
        guard let method = member.text else {
            self = bad("its method must be a string, and is \(member.kind)")
            return
        }
        guard given != nil else {
            self = .notification(method: method)
            return
        }
        guard !id.isNull else {
            self = bad("its id must be a string or a number")
            return
        }
        let parameters = value["params"] ?? .object([])
        guard parameters.members != nil else {
            self = .bad(id: id, .badParameters(reason: "params must be an object, and is \(parameters.kind)"))
            return
        }
        self = .request(id: id, method: method, parameters: parameters)
    }

    private static func isIdentifier(_ value: JSONValue) -> Bool { value.text != nil || value.number != nil }

    static func answer(_ id: JSONValue, result: JSONValue) -> JSONValue {
        .object([("jsonrpc", "2.0"), ("id", id), ("result", result)])
    }

    static func answer(_ id: JSONValue, error: MCPError) -> JSONValue {
        let error = JSONValue.object([("code", .integer(error.code)), ("message", .string(error.description))])
        return .object([("jsonrpc", "2.0"), ("id", id), ("error", error)])
    }
}
