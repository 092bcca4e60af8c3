// Loci, Apache License 2.0.

import LociJSON
import LociMemory
import TestSupport
import Testing

@testable import LociMCP

@Suite struct ProtocolTests {
    private func initialize(_ version: String) -> String {
        #"{"protocolVersion":"\#(version)","capabilities":{},"clientInfo":{"name":"t","version":"1"}}"#
    }

    @Test(arguments: [
        ("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"), ("2026-07-28", "2025-11-25"), ("1999-01-01", "2025-11-25"), ("", "2025-11-25"),
    ])
    func aKnownVersionIsAgreedOn(asked: String, agreed: String) async throws {
        let result = try await TestClient().result("initialize", initialize(asked))
        #expect(result["protocolVersion"]?.text == agreed)
        #expect(result["serverInfo"]?["name"] == "loci" && result["serverInfo"]?["version"] == "7")
        #expect(result["capabilities"]?.line == #"{"tools":{},"resources":{}}"#)
        #expect(result["instructions"]?.text?.contains("\"default\"") == true)
    }

    @Test func aReadOnlyServerIsNotToldToRemember() async throws {
        let result = try await TestClient(readOnly: true).result("initialize", initialize("2025-06-18"))
        #expect(result["instructions"]?.text?.contains("remember for") == false)
    }

    @Test(arguments: [
        ("x", -32_700), ("{", -32_700), ("\"", -32_700), ("1", -32_600), ("null", -32_600), ("\"a\"", -32_600),
        ("{}", -32_600), (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32_600), ("[]", -32_600), ("[1]", -32_600),
        (#"{"jsonrpc":"1.0","method":"ping"}"#, -32_600), (#"{"jsonrpc":"2.0"}"#, -32_600),
        (#"{"jsonrpc":"2.0","method":1}"#, -32_600), (#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32_600),
        (#"{"jsonrpc":"2.0","id":1e999,"method":"ping"}"#, -32_600),
    ])
    func whatIsNoRequestIsAnsweredWithoutItsIdentifier(line: String, code: Int) async throws {
        let answer = try #require(try await TestClient().send(line))
        #expect(answer["error"]?["code"]?.integer == code, "\(answer.line)")
        #expect(answer["id"]?.isNull == true)
    }

    @Test(arguments: [
        (#"{"jsonrpc":"1.0","id":3,"method":"ping"}"#, -32_600), (#"{"id":3,"method":"ping"}"#, -32_600),
        (#"{"jsonrpc":"2.0","id":3}"#, -32_600), (#"{"jsonrpc":"2.0","id":3,"method":null}"#, -32_600),
        (#"{"jsonrpc":"2.0","id":3,"method":"ping","params":[]}"#, -32_602),
        (#"{"jsonrpc":"2.0","id":3,"method":"ping","params":null}"#, -32_602),
        (#"{"jsonrpc":"2.0","id":3,"method":"nosuch"}"#, -32_601), (#"{"jsonrpc":"2.0","id":3,"method":""}"#, -32_601),
        (#"{"jsonrpc":"2.0","id":3,"method":"prompts/list"}"#, -32_601),
        (#"{"jsonrpc":"2.0","id":3,"method":"server/discover"}"#, -32_601),
        (#"{"jsonrpc":"2.0","id":3,"method":"notifications/initialized"}"#, -32_601),
        (#"{"jsonrpc":"2.0","id":3,"method":"initialize"}"#, -32_602),
        (#"{"jsonrpc":"2.0","id":3,"method":"initialize","params":{"protocolVersion":1}}"#, -32_602),
        (#"{"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"cursor":"x"}}"#, -32_602),
        (#"{"jsonrpc":"2.0","id":3,"method":"tools/call"}"#, -32_602),
        (#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":1}}"#, -32_602),
        (#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"nosuch"}}"#, -32_602),
        (#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"list","arguments":[]}}"#, -32_602),
        (#"{"jsonrpc":"2.0","id":3,"method":"resources/read"}"#, -32_602),
        (#"{"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"file:///etc/passwd"}}"#, -32_002),
        (#"{"jsonrpc":"2.0","id":3,"method":"resources/list","params":{"cursor":5}}"#, -32_602),
        (#"{"jsonrpc":"2.0","id":3,"method":"resources/list","params":{"cursor":"%G1"}}"#, -32_602),
    ])
    func aRequestThatIsWrongIsAnsweredWithItsIdentifier(line: String, code: Int) async throws {
        let answer = try #require(try await TestClient().send(line))
        #expect(answer["error"]?["code"]?.integer == code, "\(answer.line)")
        #expect(answer["id"] == 3)
        #expect(answer["error"]?["message"]?.text?.contains { $0.isNewline } == false)
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, #"{"jsonrpc":"2.0","method":"nosuch"}"#,
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#,
        #"{"jsonrpc":"2.0","method":"ping","params":[1]}"#, #"{"jsonrpc":"2.0","method":"tools/call"}"#,
        #"{"jsonrpc":"2.0","id":1,"result":{}}"#, #"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}}"#,
    ])
    func notificationsAndAnswersAreNotAnswered(line: String) async throws {
        #expect(try await TestClient().send(line) == nil)
    }

    /// A notification of a tool does nothing, too: nobody would hear what became of it.
    @Test func aNotificationChangesNothing() async throws {
        let client = try TestClient()
        _ = try await client.send(
            #"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"remember","arguments":{"text":"a"}}}"#)
        #expect(try client.store.namespaces().isEmpty)
    }

    @Test(arguments: ["1", "-7", "0", "\"\"", "\"é😀\"", "1.5", "9007199254740993", "\"null\""])
    func identifiersComeBackAsTheyWere(identifier: String) async throws {
        let line = await (try TestClient()).server.answer(
            to: .message(Array(#"{"jsonrpc":"2.0","id":\#(identifier),"method":"ping"}"#.utf8)))
        #expect(line == #"{"jsonrpc":"2.0","id":\#(identifier),"result":{}}"#)
    }

    @Test func arraysAreOfOneVersionOnly() async throws {
        let client = try TestClient()
        let array =
            #"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"ping"},7,"#
            + #"{"jsonrpc":"2.0","id":2,"method":"initialize","params":{"protocolVersion":"2024-11-05"}}]"#
        #expect(try await client.send(array)?["error"]?["code"]?.integer == -32_600)
        _ = try await client.result("initialize", initialize("2025-03-26"))
        let answers = try #require(try await client.send(array)?.elements)
        #expect(answers.count == 3)
        #expect(answers.first?["result"]?.line == "{}")
        #expect(answers.dropFirst().allSatisfy { $0["error"]?["code"]?.integer == -32_600 })
        #expect(try await client.send(#"[{"jsonrpc":"2.0","method":"ping"}]"#) == nil)
        #expect(try await client.send("[]")?["error"]?["code"]?.integer == -32_600)
        let many = "[" + Array(repeating: "1", count: 1_001).joined(separator: ",") + "]"
        #expect(try await client.send(many)?["error"]?["code"]?.integer == -32_600)
        _ = try await client.result("initialize", initialize("2025-06-18"))
        #expect(try await client.send(array)?["error"]?["code"]?.integer == -32_600)
    }

    @Test func aLineThatIsTooLongIsRefused() async throws {
        let line = try #require(await (try TestClient()).server.answer(to: .tooLong))
        let answer = try JSONValue(message: Array(line.utf8))
        #expect(answer["error"]?["code"]?.integer == -32_600 && answer["id"]?.isNull == true)
        #expect(answer["error"]?["message"]?.text?.contains("16777216") == true)
    }

    @Test func longNamesAreNotRepeated() async throws {
        let name = String(repeating: "x", count: 100_000)
        #expect(try await TestClient().request(name).line.utf8.count < 300)
    }
}
