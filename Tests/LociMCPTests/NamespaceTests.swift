// Loci, Apache License 2.0.

import LociJSON
import LociMemory
import TestSupport
import Testing

@testable import LociMCP

/// A call cannot leave the namespace that the server was started for.
@Suite struct NamespaceTests {
    /// Names that a model may try, for a server of `acme/é`.
    private static let others = [
        "acme/bob", "acme", "acme/\u{E9}/x", "acme/e\u{301}", "acme/\u{E9} ", " acme/\u{E9}", "ACME/\u{E9}",
        "acme//\u{E9}",
        "acme/\u{E9}/", "/acme/\u{E9}", "acme/%C3%A9", "acme%2F\u{E9}", "../bob", "acme/\u{E9}:turn",
        "memory/acme/\u{E9}",
        "acme/\u{E9}\u{0}", "*", "", "acme/\u{E9}/../bob",
    ]

    private static let calls = [
        ("remember", #""text":"leak""#), ("recall", #""query":"secret""#), ("forget", #""all":true,"confirm":true"#),
        ("forget", #""ids":["t1.1"]"#), ("list", ""), ("list", #""sessions":true"#), ("list", #""namespaces":true"#),
    ]

    private func folder() async throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let client = try TestClient(any: true, in: folder)
        for name in ["acme/bob", "acme", "acme/\u{E9}/x", "acme/e\u{301}", "acme/\u{E9}"] {
            _ = try await client.call(
                "remember", #"{"text":"the secret of \#(name)","session":"hidden","namespace":"\#(name)"}"#)
        }
        return folder
    }

    @Test(arguments: others)
    func noToolSeesIntoAnother(name: String) async throws {
        let client = try TestClient("acme/\u{E9}", in: try await folder())
        let before = try client.store.namespaces().map { try client.store.memory($0.description).info() }
        let quoted = JSONValue.string(name).line
        for (tool, arguments) in Self.calls {
            let given = arguments.isEmpty ? "" : arguments + ","
            let message = try await client.failure(tool, #"{\#(given)"namespace":\#(quoted)}"#)
            #expect(message.contains("is not served here"), "\(message)")
            #expect(!message.contains("secret of"))
        }
        #expect(try client.store.namespaces().map { try client.store.memory($0.description).info() } == before)
    }

    @Test(arguments: others)
    func noResourceSeesIntoAnother(name: String) async throws {
        let client = try TestClient("acme/\u{E9}", in: try await folder())
        for path in [name, MemoryURI.encoded(name)] {
            for uri in ["memory://\(path)", "memory://\(path)/sessions", "memory://\(path)/session/hidden"] {
                let answer = try await client.request("resources/read", #"{"uri":\#(JSONValue.string(uri).line)}"#)
                // Its own may be reached by a name that is encoded: then it is its own.
                if let text = answer["result"]?["contents"]?.elements?.first?["text"]?.text {
                    #expect(path.contains("%") && MemoryURI.decoded(Array(path.utf8)) == "acme/\u{E9}", "\(uri)")
                    #expect(!text.contains("bob"))
                } else {
                    #expect(answer["error"] != nil)
                    #expect(!answer.line.contains("secret of"))
                }
            }
        }
    }

    @Test func onlyItsOwnIsListed() async throws {
        let client = try TestClient("acme/\u{E9}", in: try await folder())
        #expect(try await client.call("list", #"{"namespaces":true}"#)["namespaces"] == ["acme/\u{E9}"])
        let resources = try await client.result("resources/list")
        #expect(
            resources["resources"]?.texts("uri") == ["memory://acme%2F%C3%A9", "memory://acme%2F%C3%A9/sessions"])
        #expect(try await client.call("recall", #"{"query":"secret","k":100}"#)["passages"]?.elements?.count == 1)
        let own = try await client.call("list", #"{"namespace":"acme/\u00e9"}"#)
        #expect(own["units"]?.texts("text") == ["the secret of acme/\u{E9}"])
    }

    @Test func otherArgumentsNameNoNamespace() async throws {
        let client = try TestClient("acme/\u{E9}", in: try await folder())
        for arguments in [
            #"{"session":"acme/bob"}"#, #"{"session":"../bob/hidden"}"#, #"{"session":"hidden","after":"t99.1"}"#,
        ] {
            let result = try await client.result("tools/call", #"{"name":"list","arguments":\#(arguments)}"#)
            #expect(!result.line.contains("bob:") && !result.line.contains("secret of acme/bob"))
        }
        // One's own namespace twice, so that a reader that takes the last would be deceived.
        let twice =
            #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list","arguments":"#
            + #"{"namespace":"acme/\u00e9","namespace":"acme/bob"}}}"#
        #expect(try await client.send(twice)?["error"]?["code"]?.integer == -32_700)
    }

    @Test func anyNamespaceIsReachedWhereTheOperatorAllowsIt() async throws {
        let client = try TestClient(any: true, in: try await folder())
        #expect(try await client.call("list", #"{"namespaces":true}"#)["total"] == 5)
        #expect(try await client.call("list", #"{"namespace":"acme/bob"}"#)["units"]?.elements?.count == 1)
        #expect(try await client.failure("list", #"{"namespace":"nosuch"}"#).contains("nosuch"))
        #expect(try await client.failure("recall", #"{"query":"a","namespace":"a//b"}"#).contains("a//b"))
        // Its own is empty, and no error.
        #expect(try await client.call("list")["units"] == [])
        #expect(try await client.call("forget", #"{"all":true,"confirm":true,"namespace":"acme"}"#)["forgotten"] == 1)
        #expect(try client.store.namespaces().count == 4)
    }
}
