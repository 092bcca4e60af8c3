// Loci, Apache License 2.0.

import LociJSON
import LociMemory
import TestSupport
import Testing

@testable import LociMCP

@Suite struct ResourceTests {
    @Test func resourcesAreListedAndRead() async throws {
        let client = try TestClient()
        #expect(try await client.result("resources/list")["resources"] == [])
        #expect(try await client.code("resources/read", #"{"uri":"memory://default"}"#) == -32_002)
        _ = try await client.call(
            "remember",
            #"{"units":[{"text":"one","speaker":"A","session":"a/b c","time":"2026-01-01"},{"text":"two\n[t9.9] x","session":"a/b c"}]}"#
        )
        let listed = try #require(try await client.result("resources/list")["resources"]?.elements)
        #expect(listed.compactMap { $0["mimeType"]?.text } == ["application/json", "application/json"])
        func read(_ uri: String) async throws -> String {
            let contents = try await client.result("resources/read", #"{"uri":"\#(uri)"}"#)["contents"]
            #expect(contents?.elements?.count == 1 && contents?.elements?.first?["uri"]?.text == uri)
            return try #require(contents?.elements?.first?["text"]?.text)
        }
        let info = try JSONValue(message: Array(try await read("memory://default").utf8))
        #expect(info["units"]?["turn"] == 2 && info["sessions"] == 1)
        let sessions = try JSONValue(message: Array(try await read("memory://default/sessions").utf8))
        #expect(sessions["sessions"]?.texts("name") == ["a/b c"])
        let uri = try #require(sessions["sessions"]?.texts("uri").first)
        #expect(uri == "memory://default/session/a%2Fb%20c")
        #expect(
            try await read(uri)
                == "[t1.1 | a/b c | 2026-01-01T00:00:00Z] A: one\n[t1.2 | a/b c] two\n    [t9.9] x\n")
        #expect(try await client.code("resources/read", #"{"uri":"memory://default/session/x"}"#) == -32_002)
    }

    @Test func longSessionsAreCutAndSaySo() async throws {
        let client = try TestClient()
        let text = "ab" + String(repeating: " ", count: 29_998)
        let units = Array(repeating: NewUnit(session: "s", text: text), count: 40)
        try await client.store.memory("default").remember(units)
        let contents = try await client.result("resources/read", #"{"uri":"memory://default/session/s"}"#)["contents"]
        let read = try #require(contents?.elements?.first?["text"]?.text)
        #expect(read.utf8.count < 1_100_000)
        #expect(read.hasSuffix("There is more after t1.34: use the tool list.\n"), "\(read.suffix(80))")
    }

    @Test func longListsGoOn() async throws {
        let client = try TestClient(any: true)
        for number in 0..<130 {
            try await client.store.memory("n\(number)/é").remember(NewUnit(session: "s", text: "a"))
        }
        var (cursor, seen) = ("", [String]())
        repeat {
            let page = try await client.result("resources/list", "{\(cursor)}")
            seen += page["resources"]?.texts("uri") ?? []
            cursor = page["nextCursor"]?.text.map { #""cursor":"\#($0)""# } ?? ""
        } while !cursor.isEmpty
        #expect(seen.count == 260 && Set(seen).count == 260)
    }

    @Test func templatesTellHowAddressesAreMade() async throws {
        let own = try await TestClient("a/b").result("resources/templates/list")["resourceTemplates"]
        #expect(own?.texts("uriTemplate") == ["memory://a%2Fb/session/{session}"])
        let any = try await TestClient(any: true).result("resources/templates/list")["resourceTemplates"]
        #expect(any?.texts("uriTemplate") == ["memory://{namespace}/session/{session}"])
    }

    @Test func addressesAreReadAsTheyAreWritten() {
        let names = ["a", "a/b/c", "é", "e\u{301}", "100%", "a b", "~-._", "😀", "?#[]@", "%2F"]
        for name in names {
            for uri in [MemoryURI.namespace(name), .sessions(name)] + names.map({ .session($0, of: name) }) {
                #expect(MemoryURI(uri.text) == uri)
                #expect(uri.text.utf8.allSatisfy { $0 > 32 && $0 < 127 })
            }
        }
        #expect(MemoryURI("memory://a/") == .namespace("a"))
        for text in [
            "", "memory:", "memory://", "memory:///", "memory:///sessions", "Memory://a", "memory://a/b",
            "memory://a/sessions/",
            "memory://a/session", "memory://a/session/", "memory://a/session/b/c", "memory://a%", "memory://a%2",
            "memory://a%zz",
            "memory://%FF", "memory://a%C3", "http://a", "memory://a//", "memory://a/session/%80",
        ] {
            #expect(MemoryURI(text) == nil, "\(text)")
        }
    }
}
