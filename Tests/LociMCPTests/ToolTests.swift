// Loci, Apache License 2.0.

import LociJSON
import LociMemory
import TestSupport
import Testing

@testable import LociMCP

@Suite struct ToolTests {
    @Test func toolsAreListedWithWhatTheyTake() async throws {
        let tools = try #require(try await TestClient().result("tools/list")["tools"]?.elements)
        #expect(
            tools.compactMap { $0["name"]?.text } == [
                "remember", "recall", "forget", "list", "blocks_append", "blocks_open", "blocks_info",
                "blocks_forget",
            ])
        for tool in tools {
            let schema = try #require(tool["inputSchema"])
            #expect(schema["type"] == "object" && schema["additionalProperties"] == false)
            let properties = try #require(schema["properties"]?.members)
            #expect(properties.allSatisfy { $0.1["type"] != nil && $0.1["description"]?.text?.isEmpty == false })
            #expect(properties.last?.0 == "namespace" && properties.last?.1["enum"] == ["default"])
            #expect(tool["outputSchema"]?["type"] == "object")
            #expect(tool["description"]?.text?.contains("\n") == false)
        }
        #expect(
            tools.map { $0["annotations"]?["readOnlyHint"] } == [false, true, false, true, false, true, true, false])
        #expect(
            tools.map { $0["annotations"]?["destructiveHint"] } == [
                false, false, true, false, false, false, false, true,
            ])
        #expect(tools[1]["inputSchema"]?["required"] == ["query"])
    }

    @Test func aReadOnlyServerHasNoToolsThatChange() async throws {
        let folder = try TemporaryFolder()
        _ = try await TestClient(in: folder).call("remember", #"{"text":"one"}"#)
        let client = try TestClient(readOnly: true, in: folder)
        #expect(
            try await client.result("tools/list")["tools"]?.texts("name")
                == ["recall", "list", "blocks_open", "blocks_info"])
        #expect(try await client.failure("remember", #"{"text":"two"}"#).contains("for reading only"))
        #expect(try await client.failure("forget", #"{"all":true,"confirm":true}"#).contains("for reading only"))
        #expect(try await client.call("list")["units"]?.texts("text") == ["one"])
    }

    @Test func everythingOfAUnitIsKept() async throws {
        let client = try TestClient()
        let given = """
            {"text":"Ana moved to Porto.","session":"monday","speaker":"Alice","key":"k1","time":"2026-05-01T12:00:00+02:00",
            "importance":0.75,"pinned":true,"expires":"2027-01-01","metadata":{"topic":"travel","n":[1,2.5,null]},"namespace":"default"}
            """
        let remembered = try await client.call("remember", given.replacing("\n", with: ""))
        #expect(remembered["units"]?.line == #"[{"id":"t1.1","new":true}]"#)
        let unit = try #require(try await client.call("list")["units"]?.elements?.first)
        #expect(unit["text"] == "Ana moved to Porto." && unit["session"] == "monday" && unit["speaker"] == "Alice")
        #expect(unit["key"] == "k1" && unit["pinned"] == true && unit["importance"]?.number == 0.75)
        #expect(unit["time"] == "2026-05-01T10:00:00Z" && unit["expires"] == "2027-01-01T00:00:00Z")
        // The memory keeps it in the order of its names.
        #expect(unit["metadata"]?.line == #"{"n":[1,2.5,null],"topic":"travel"}"#)
        let again = try await client.call("remember", #"{"text":"Ana moved to Porto.","key":"k1"}"#)
        #expect(again["units"]?.line == #"[{"id":"t1.1","new":false}]"#)
        #expect(try await client.failure("remember", #"{"text":"another","key":"k1"}"#).contains("k1"))
        let twin = try await client.call("remember", #"{"text":"Ana moved to Porto.","speaker":"Alice"}"#)
        #expect(twin["units"]?.elements?.first?["duplicate_of"] == "t1.1")
    }

    @Test func severalUnitsAreRememberedTogetherOrNotAtAll() async throws {
        let client = try TestClient()
        let units = try await client.call(
            "remember",
            #"{"units":[{"text":"one"},{"text":"two","session":"b"},{"text":"so","kind":"summary","from":["t1.1"]}]}"#)
        #expect(units["units"]?.texts("id") == ["t1.1", "t2.1", "m1.1"])
        #expect(try await client.failure("remember", #"{"units":[{"text":"a"},{"text":" "}]}"#).contains("unit 1"))
        #expect(try await client.failure("remember", #"{"units":[{"text":"a"},{}]}"#).contains("units[1].text"))
        #expect(try await client.call("list")["units"]?.texts("text") == ["one", "two"])
    }

    @Test func aUnitTakesThePlaceOfAnother() async throws {
        let client = try TestClient()
        _ = try await client.call("remember", #"{"text":"Ana lives in Lisbon.","time":"2020-01-01"}"#)
        let new = try await client.call("remember", #"{"text":"Ana lives in Porto.","supersedes":"t1.1"}"#)
        #expect(new["units"]?.texts("id") == ["t1.2"])
        let query = #"{"query":"Where does Ana live?"}"#
        #expect(try await client.call("recall", query)["passages"]?.texts("id") == ["t1.2"])
        let text = try await client.text("list")
        #expect(text.contains("[t1.1 | default | 2020-01-01T00:00:00Z | superseded by t1.2] Ana lives in Lisbon."))
        #expect(
            try await client.failure("remember", #"{"text":"x","supersedes":"t1.1"}"#).contains("superseded by t1.2"))
    }

    @Test func passagesAreRecalledWithWhereTheyCameFrom() async throws {
        let client = try TestClient()
        #expect(try await client.text("recall", #"{"query":"anything"}"#) == "Nothing has been remembered yet.")
        #expect(try await client.call("recall", #"{"query":"anything"}"#)["passages"] == [])
        _ = try await client.call(
            "remember",
            #"{"units":[{"text":"My sister Ana\nmoved to Porto.","speaker":"Alice","session":"monday","#
                + #""time":"2026-05-01T10:00:00Z","metadata":{"topic":"family"}},"#
                + #"{"text":"The cat likes tuna.","session":"tuesday","time":"2026-05-05"},"#
                + #"{"text":"Porto won the cup.","session":"tuesday","time":"2026-05-06"}]}"#)
        let first = try await client.text("recall", #"{"query":"Where did Ana move?","k":1}"#)
        #expect(
            first
                == "1 passage, about 9 tokens:\n[t1.1 | monday | 2026-05-01T10:00:00Z] Alice: My sister Ana\n    moved to Porto."
        )
        func ids(_ more: String) async throws -> [String] {
            try await client.call("recall", #"{"query":"Porto",\#(more)}"#)["passages"]?.texts("id") ?? []
        }
        #expect(try await ids(#""k":2"#).count == 2)
        #expect(try await Set(ids(#""from":"2026-05-05""#)) == ["t2.1", "t2.2"])
        #expect(try await ids(#""until":"2026-05-04T00:00:00Z""#) == ["t1.1"])
        #expect(try await ids(#""filter":".meta.topic == \"family\"""#) == ["t1.1"])
        #expect(try await ids(#""in_order":true"#) == ["t1.1", "t2.1", "t2.2"])
        #expect(try await ids(#""as_of":"2020-01-01""#) == [])
        #expect(try await ids(#""budget":5"#).count <= 1)
        #expect(try await ids(#""unit":"session""#).allSatisfy { $0.hasPrefix("s") })
        #expect(try await ids(#""stages":["lexical"]"#).contains("t2.2"))
        let explained = try await client.call("recall", #"{"query":"Porto","explain":true}"#)
        #expect(explained["passages"]?.elements?.first?["stages"]?["lexical"]?.number != nil)
        #expect(try await client.call("recall", #"{"query":"Porto"}"#)["passages"]?.elements?.first?["stages"] == nil)
        #expect(try await client.text("recall", #"{"query":"Porto","explain":true}"#).contains("lexical "))
    }

    @Test func whatIsForgottenIsGone() async throws {
        let client = try TestClient()
        #expect(try await client.failure("forget", #"{"all":true,"confirm":true}"#).contains("there is no namespace"))
        _ = try await client.call(
            "remember",
            #"{"units":[{"text":"a"},{"text":"b"},{"text":"c","session":"x"},{"text":"d","time":"2001-01-01"},"#
                + #"{"text":"e","expires":"2002-01-01"},{"text":"f"}]}"#)
        for (arguments, count) in [
            (#"{"ids":["t1.1","t1.2"]}"#, 2), (#"{"session":"x"}"#, 1), (#"{"before":"2001-01-02"}"#, 1),
            (#"{"expired":true}"#, 1),
        ] {
            #expect(try await client.call("forget", arguments)["forgotten"]?.integer == count, "\(arguments)")
        }
        #expect(try await client.call("list")["units"]?.texts("text") == ["f"])
        #expect(try await client.failure("forget", #"{"all":true}"#).contains("confirm"))
        #expect(try await client.failure("forget", #"{"all":true,"confirm":false}"#).contains("confirm"))
        #expect(try await client.text("forget", #"{"all":true,"confirm":true}"#) == "Forgot 1 unit.")
        #expect(try client.store.namespaces().isEmpty)
    }

    @Test func listsGoOnWhereTheyEnded() async throws {
        let client = try TestClient()
        #expect(try await client.text("list") == "There is nothing.")
        let units = (1...7).map { #"{"text":"unit \#($0)","session":"s\#($0 % 2)"}"# }.joined(separator: ",")
        _ = try await client.call("remember", #"{"units":[\#(units)]}"#)
        var (after, seen) = ("", [String]())
        repeat {
            let page = try await client.call("list", #"{"limit":3\#(after)}"#)
            seen += page["units"]?.texts("text") ?? []
            after = page["next"]?.text.map { #","after":"\#($0)""# } ?? ""
        } while !after.isEmpty
        #expect(seen == [1, 3, 5, 7, 2, 4, 6].map { "unit \($0)" })
        #expect(try await client.call("list", #"{"session":"s0"}"#)["units"]?.elements?.count == 3)
        #expect(try await client.call("list", #"{"kind":"session"}"#)["units"]?.texts("id") == ["s1.1", "s2.1"])
        let sessions = try await client.call("list", #"{"sessions":true,"limit":1}"#)
        #expect(sessions["sessions"] == ["s0"] && sessions["total"] == 2)
        #expect(try await client.call("list", #"{"namespaces":true}"#)["namespaces"] == ["default"])
        #expect(try await client.failure("list", #"{"session":"nosuch"}"#).contains("nosuch"))
        #expect(try await client.failure("list", #"{"after":"m1.1"}"#).contains("after"))
    }

    /// Units of 30 KiB: a list ends long before its limit, and says so.
    @Test func listsEndBeforeTheyFillAContext() async throws {
        let client = try TestClient()
        // Blanks, of which there is nothing to search.
        let text = "ab" + String(repeating: " ", count: 29_998)
        let units = Array(repeating: #"{"text":"\#(text)"}"#, count: 20).joined(separator: ",")
        _ = try await client.call("remember", #"{"units":[\#(units)]}"#)
        let page = try await client.call("list", #"{"limit":1000}"#)
        #expect(page["units"]?.elements?.count == 8 && page["next"] == "t1.8")
    }

    @Test(arguments: [
        ("remember", "{}", "text: it is missing"), ("remember", #"{"text":5}"#, "text: it must be a string"),
        ("remember", #"{"text":""}"#, "empty"), ("remember", #"{"text":"a\u0000"}"#, "zero byte"),
        ("remember", #"{"text":"a","txt":"b"}"#, "txt: there is no such argument"),
        ("remember", #"{"text":"a","vector":[1]}"#, "vector: there is no such argument"),
        ("remember", #"{"text":"a","time":"yesterday"}"#, "time"), ("remember", #"{"text":"a","time":5}"#, "time"),
        ("remember", #"{"text":"a","importance":2}"#, "importance"),
        ("remember", #"{"text":"a","pinned":"yes"}"#, "pinned: it must be true or false"),
        ("remember", #"{"text":"a","kind":"session"}"#, "sessions are made of their turns"),
        ("remember", #"{"text":"a","kind":"nosuch"}"#, "no kind"),
        ("remember", #"{"text":"a","supersedes":"x"}"#, "supersedes"),
        ("remember", #"{"text":"a","supersedes":"t9.9"}"#, "no unit t9.9"),
        ("remember", #"{"text":"a","from":["t9.9"]}"#, "t9.9"), ("remember", #"{"text":"a","from":[]}"#, "from"),
        ("remember", #"{"text":"a","metadata":[1]}"#, "metadata"),
        ("remember", #"{"text":"a","metadata":{"a":1e999}}"#, "metadata"),
        ("remember", #"{"text":"a","session":""}"#, "session"), ("remember", #"{"units":[]}"#, "units"),
        ("remember", #"{"text":"a","units":[{"text":"b"}]}"#, "give either units"),
        ("remember", #"{"units":[5]}"#, "units[0]"), ("remember", #"{"units":[{"text":"a","x":1}]}"#, "units[0].x"),
        ("remember", #"{"units":{"text":"a"}}"#, "units: it must be an array"),
        ("recall", "{}", "query: it is missing"), ("recall", #"{"query":" "}"#, "the question is empty"),
        ("recall", #"{"query":"a","k":0}"#, "k: it is 0"), ("recall", #"{"query":"a","k":101}"#, "k: it is 101"),
        ("recall", #"{"query":"a","k":1.5}"#, "k: it must be a whole number"),
        ("recall", #"{"query":"a","budget":0}"#, "budget"), ("recall", #"{"query":"a","unit":"x"}"#, "unit"),
        ("recall", #"{"query":"a","stages":["x"]}"#, "stages"), ("recall", #"{"query":"a","stages":[]}"#, "stages"),
        ("recall", #"{"query":"a","stages":["recency"]}"#, "stages"),
        ("recall", #"{"query":"a","filter":"x =="}"#, "filter"),
        ("recall", #"{"query":"a","from":"2026-01-02","until":"2026-01-01"}"#, "from"),
        ("recall", #"{"query":"a","as_of":"x"}"#, "as_of"),
        ("forget", "{}", "exactly one"), ("forget", #"{"ids":[]}"#, "ids"), ("forget", #"{"ids":["t9.9"]}"#, "t9.9"),
        ("forget", #"{"ids":["s1.1"]}"#, "s1.1"), ("forget", #"{"ids":[1]}"#, "ids"),
        ("forget", #"{"session":"x","expired":true}"#, "exactly one"), ("forget", #"{"session":"nosuch"}"#, "nosuch"),
        ("forget", #"{"all":"true","confirm":true}"#, "all: it must be true or false"),
        ("list", #"{"limit":0}"#, "limit"), ("list", #"{"limit":1001}"#, "limit"), ("list", #"{"kind":"x"}"#, "kind"),
        ("list", #"{"after":"x"}"#, "after"), ("list", #"{"sessions":true,"namespaces":true}"#, "sessions"),
    ])
    func argumentsThatAreWrongAreToldToTheModel(tool: String, arguments: String, reason: String) async throws {
        let client = try TestClient()
        _ = try await client.call("remember", #"{"text":"there"}"#)
        let message = try await client.failure(tool, arguments)
        #expect(message.contains(reason), "\(message)")
        // Nothing was changed.
        #expect(try await client.call("list")["units"]?.texts("text") == ["there"])
    }

    /// Clients of some languages send what is not given as null.
    @Test func nullsAreAsIfNotGiven() async throws {
        let client = try TestClient()
        _ = try await client.call("remember", #"{"text":"a","session":null,"units":null,"time":null,"metadata":null}"#)
        #expect(try await client.call("recall", #"{"query":"a","k":null}"#)["passages"]?.texts("id") == ["t1.1"])
        let result = try await client.result("tools/call", #"{"name":"list","arguments":null}"#)
        #expect(result["isError"] == false)
    }
}
