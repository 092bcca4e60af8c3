// Loci, Apache License 2.0.

import LociJSON
import LociMemory
import LociText
import TestSupport
import Testing

@testable import LociMCP

/// A server with a database of its own, and what a client asks of it.
struct TestClient {
    let folder: TemporaryFolder
    let store: MemoryStore
    let server: MCPServer

    init(
        _ namespace: String = "default", any: Bool = false, readOnly: Bool = false, in folder: TemporaryFolder? = nil
    ) throws {
        let folder = try folder ?? TemporaryFolder()
        self.folder = folder
        store = try MemoryStore.open(folder.database)
        var options = MCPOptions(try MemoryNamespace(namespace))
        (options.allowsAnyNamespace, options.isReadOnly, options.version) = (any, readOnly, "7")
        server = MCPServer(store, options)
    }

    /// The answer to a line as it is; nil where there is none.
    func send(_ line: String) async throws -> JSONValue? { try await send(Array(line.utf8)) }

    func send(_ bytes: [UInt8]) async throws -> JSONValue? {
        guard let line = await server.answer(to: .message(bytes)) else { return nil }
        #expect(!line.utf8.contains(0x0A))
        return try JSONValue(message: Array(line.utf8))
    }

    /// The answer to a request.
    func request(_ method: String, _ parameters: String = "{}") async throws -> JSONValue {
        let answer = try #require(
            try await send(#"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(parameters)}"#))
        #expect(answer["jsonrpc"] == "2.0" && answer["id"] == 1)
        #expect((answer["result"] == nil) != (answer["error"] == nil))
        return answer
    }

    func result(_ method: String, _ parameters: String = "{}") async throws -> JSONValue {
        let answer = try await request(method, parameters)
        return try #require(answer["result"], "\(answer.line)")
    }

    func code(_ method: String, _ parameters: String = "{}") async throws -> Int? {
        try await request(method, parameters)["error"]?["code"]?.integer
    }

    /// What a tool gives as data.
    func call(_ tool: String, _ arguments: String = "{}") async throws -> JSONValue {
        let result = try await result("tools/call", #"{"name":"\#(tool)","arguments":\#(arguments)}"#)
        #expect(result["isError"] == false, "\(result.line)")
        return try #require(result["structuredContent"])
    }

    /// What a tool gives to be read.
    func text(_ tool: String, _ arguments: String = "{}") async throws -> String {
        let result = try await result("tools/call", #"{"name":"\#(tool)","arguments":\#(arguments)}"#)
        return try #require(result["content"]?.elements?.first?["text"]?.text)
    }

    /// What a tool says is wrong.
    func failure(_ tool: String, _ arguments: String) async throws -> String {
        let result = try await result("tools/call", #"{"name":"\#(tool)","arguments":\#(arguments)}"#)
        #expect(result["isError"] == true, "\(result.line)")
        #expect(result["structuredContent"] == nil)
        return try #require(result["content"]?.elements?.first?["text"]?.text)
    }
}

extension JSONValue {
    /// The texts of a member of all elements.
    func texts(_ name: String) -> [String] { elements?.compactMap { $0[name]?.text } ?? [] }
}
