// Loci, Apache License 2.0.

import Loci
import LociMemory
import LociProtocol
import LociText
import TestSupport
import Testing

@testable import LociServer

/// The commands of memories, one by one.
@Suite struct MemoryCommandTests {
    private static let talk: [(session: String, text: String, speaker: String)] = [
        ("monday", "My sister Ana moved to Porto.", "Alice"),
        ("monday", "Is she happy with the new flat?", "Bob"),
        ("friday", "I adopted a beagle called Rufus.", "Bob"),
        ("friday", "The pasta recipe needs nutmeg.", "Alice"),
    ]

    /// Runs `body` with a server that has a talk in the memory of `acme/alice`.
    private static func run(_ body: @escaping @Sendable (TestServer, TestClient) throws -> Void) async throws {
        try await TestServer.run(embedder: HashingEmbedder(dimension: 64)) { server in
            let client = try server.connect()
            for (place, turn) in talk.enumerated() {
                try client.remember(
                    "acme/alice", turn.session, turn.text, "SPEAKER", turn.speaker, "TIME", "\(1_000 + place)")
            }
            try body(server, client)
        }
    }

    @Test func whatIsRememberedIsRecalled() async throws {
        try await Self.run { _, client in
            let first = try client.call(["MEM.REMEMBER", "acme/alice", "sunday", "The ferry leaves at dawn."])
            #expect(first == .array([.text("id"), .text("t3.1"), .text("new"), .integer(1)]))
            let found = try client.call(["MEM.RECALL", "acme/alice", "Where did Ana move?", "COUNT", "2"]).elements
            #expect(found.count == 2)
            let best = try #require(found.first)
            #expect(
                best.names == [
                    "id", "kind", "session", "speaker", "text", "time", "written", "score", "cosine", "tokens",
                ])
            #expect(best["id"] == .text("t1.1") && best["kind"] == .text("turn") && best["session"] == .text("monday"))
            #expect(best["speaker"] == .text("Alice") && best["text"] == .text(Self.talk[0].text))
            #expect(best["time"] == .text("1000") && best["tokens"] == .integer(9))
            // In version 3: maps, doubles and truth values.
            guard case .map = try client.call("HELLO 3") else { throw TestFailure("no version 3") }
            guard case .map = try client.call(["MEM.GET", "acme/alice", "t1.1"]) else { throw TestFailure("no map") }
            let again = try client.call(["MEM.REMEMBER", "acme/alice", "sunday", "The ferry leaves at dawn."])
            #expect(again["new"] == .boolean(true) && again["duplicate_of"] == .text("t3.1"))
            let explained = try client.call([
                "mem.recall", "acme/alice", "Where did Ana move?", "count", "1", "explain",
            ]).elements
            #expect(explained.count == 1 && explained.first?["time"] == .double(1_000))
            #expect(explained.first?["stages"]?.names.prefix(2) == ["dense", "lexical"])
            guard case .double? = explained.first?["stages"]?["dense"] else { throw TestFailure("no parts") }
        }
    }

    @Test func recallsHaveOptions() async throws {
        try await Self.run { _, client in
            func ids(_ question: String, _ options: String...) throws -> [String] {
                let reply = try client.call(["MEM.RECALL", "acme/alice", question] + options)
                if reply.isError { throw TestFailure("\(reply)") }
                return reply.elements.compactMap { $0["id"]?.string }
            }
            #expect(try ids("beagle", "STAGES", "lexical") == ["t2.1"])
            #expect(try ids("Who has a beagle?", "UNIT", "session", "COUNT", "1") == ["s2.1"])
            #expect(try ids("Ana", "BUDGET", "9", "STAGES", "lexical") == ["t1.1"])
            #expect(try ids("Ana", "BUDGET", "8", "STAGES", "lexical") == [])
            #expect(try ids("anything", "SINCE", "1002", "UNTIL", "1970-01-01T00:16:42Z") == ["t2.1"])
            #expect(try ids("Ana", "ASOF", "2001-01-01") == [])
            #expect(try ids("Ana", "INORDER", "COUNT", "4") == ["t1.1", "t1.2", "t2.1", "t2.2"])
            try client.remember("acme/alice", "trip", "A note on trains.", "META", "{\"topic\":\"travel\"}")
            #expect(try ids("Ana", "FILTER", ".meta.topic == \"travel\"") == ["t3.1"])
            _ = try client.call("MEM.ARCHIVE acme/alice t2.1")
            #expect(try ids("beagle", "STAGES", "lexical") == [])
            #expect(try ids("beagle", "STAGES", "lexical", "ARCHIVED") == ["t2.1"])
        }
    }

    @Test func allOfAUnitIsKept() async throws {
        try await Self.run { _, client in
            let reply = try client.call([
                "MEM.REMEMBER", "acme/alice", "monday", "Ana moves a lot.", "KIND", "summary", "KEY", "k-1", "TIME",
                "2026-05-01T10:00:00Z", "IMPORTANCE", "0.75", "PIN", "EXPIRES", "2100-01-01", "FROM", "2", "t1.1",
                "t1.2",
                "META", "{\"a\":[1]}",
            ])
            #expect(reply["id"] == .text("m1.1"))
            let unit = try client.call("MEM.GET acme/alice KEY k-1")
            #expect(
                unit.names == [
                    "id", "kind", "session", "text", "key", "time", "written", "importance", "pinned", "expires",
                    "from",
                    "metadata",
                ])
            #expect(unit["kind"] == .text("summary") && unit["importance"] == .text("0.75"))
            #expect(unit["pinned"] == .integer(1) && unit["from"] == .array([.text("t1.1"), .text("t1.2")]))
            #expect(unit["time"] == .text("1777629600") && unit["metadata"] == .text("{\"a\":[1]}"))
            #expect(try client.call("MEM.GET acme/alice m1.1") == unit)
            #expect(try client.call("MEM.GET acme/alice m1.2") == .null)
            #expect(try client.call("MEM.GET acme/alice KEY nosuch") == .null)
            // Under a key that is known, nothing is stored again.
            let again = ["MEM.REMEMBER", "acme/alice", "monday", "Ana moves a lot.", "KEY", "k-1"]
            #expect(try client.call(again)["new"] == .integer(0))
            let other = try client.call(["MEM.REMEMBER", "acme/alice", "monday", "Something else.", "KEY", "k-1"])
            #expect(other.string?.hasPrefix("ERR the key \"k-1\" is that of unit m1.1") == true)
            let near = try client.call([
                "MEM.REMEMBER", "acme/alice", "late", Self.talk[2].text, "SPEAKER", "Bob", "SIMILARITY", "0.9",
            ])
            #expect(near["duplicate_of"] == .text("t2.1") && near["similar"]?["id"] == .text("t2.1"))
            #expect(isNear(near["similar"]?["cosine"], 1, within: 0.01))
        }
    }

    @Test func manyAreRememberedOrNone() async throws {
        try await Self.run { _, client in
            let lines = [
                "{\"text\": \"one\", \"key\": \"1\"}",
                "{\"text\": \"two\", \"session\": \"s\"}\n\n{\"text\": \"three\"}",
            ]
            let reply = try client.call(["MEM.MREMEMBER", "new"] + lines)
            #expect(reply.elements.map { $0["id"]?.string } == ["t1.1", "t2.1", "t1.2"])
            let again = try client.call(["MEM.MREMEMBER", "new", lines[0], "{\"text\": \"four\"}"])
            #expect(again.elements.map { $0["new"] } == [.integer(0), .integer(1)])
            for (line, reason) in [
                ("{\"text\": \"\"}", "ERR line 2: its text cannot be used: it is empty"),
                ("{\"text\": 5}", "ERR line 2: text: "),
                ("{\"txt\": \"a\"}", "ERR line 2: txt: there is no such member"),
                ("nonsense", "ERR line 2: "),
                ("{\"text\": \"a\", \"supersedes\": \"t9.9\"}", "ERR there is no unit t9.9"),
                ("{\"text\": \"a\", \"from\": [\"t9.9\"]}", "ERR line 2: its provenance cannot be used"),
                ("{\"text\": \"a\", \"vector\": [1, 2]}", "ERR line 2: its vector cannot be used: it has 2 numbers"),
            ] {
                let refused = try client.call(["MEM.MREMEMBER", "new", "{\"text\": \"good\"}", line])
                #expect(refused.string?.hasPrefix(reason) == true, "\(line): \(refused)")
            }
            #expect(try client.call("MEM.INFO new")["units"]?["turn"] == .integer(4))
            #expect(try client.call(["MEM.MREMEMBER", "none", " \n"]) == .array([]))
            #expect(try client.call("MEM.INFO none").isError)
        }
    }

    @Test func unitsAreLookedAt() async throws {
        try await Self.run { server, client in
            func ids(_ line: String) throws -> [String] {
                try client.call("MEM.LIST acme/alice " + line).elements.compactMap { $0["id"]?.string }
            }
            #expect(try ids("") == ["t1.1", "t1.2", "t2.1", "t2.2"])
            #expect(try ids("SESSION friday") == ["t2.1", "t2.2"])
            #expect(try ids("AFTER t1.1 COUNT 2") == ["t1.2", "t2.1"])
            #expect(try ids("KIND session") == ["s1.1", "s2.1"])
            #expect(try client.call("MEM.SESSIONS acme/alice") == .array([.text("monday"), .text("friday")]))
            let info = try client.call("MEM.INFO acme/alice")
            #expect(
                info.names == [
                    "namespace", "model", "dimension", "sessions", "units", "archived_or_expiring", "links", "bytes",
                ])
            #expect(info["model"] == .text("hashing-64-v1") && info["dimension"] == .integer(64))
            #expect(info["units"] == .array([.text("turn"), .integer(4), .text("session"), .integer(2)]))
            try client.remember("b", "s", "x")
            #expect(try client.call("MEM.NAMESPACES") == .array([.text("acme/alice"), .text("b")]))
            // It is the memory of the library, too.
            let store = MemoryStore(server.database, embedder: nil)
            #expect(try store.memory("acme/alice").units().map(\.text) == Self.talk.map(\.text))
        }
    }

    @Test func unitsAreChanged() async throws {
        try await Self.run { _, client in
            let changed = try client.call([
                "MEM.UPDATE", "acme/alice", "t2.1", "TEXT", "I adopted a parrot.", "IMPORTANCE", "1", "TIME", "", "PIN",
                "META",
                "{\"a\":1}",
            ])
            #expect(changed["text"] == .text("I adopted a parrot.") && changed["speaker"] == .text("Bob"))
            #expect(changed["version"] == .integer(2) && changed["time"] == nil && changed["pinned"] == .integer(1))
            #expect(changed["metadata"] == .text("{\"a\":1}") && changed["importance"] == .text("1"))
            let found = try client.call(["MEM.RECALL", "acme/alice", "Who has a parrot?", "COUNT", "1"])
            #expect(found.elements.first?["id"] == .text("t2.1"))
            #expect(try client.call(["MEM.UPDATE", "acme/alice", "t2.1", "META", ""])["metadata"] == nil)
            #expect(try client.call("MEM.UNPIN acme/alice t2.1")["pinned"] == nil)
            #expect(try client.call("MEM.PIN acme/alice t2.1")["pinned"] == .integer(1))
            #expect(try client.call("MEM.ARCHIVE acme/alice t2.1")["archived"] != nil)
            #expect(try client.call("MEM.UNARCHIVE acme/alice t2.1")["archived"] == nil)
            #expect(try client.call("MEM.UPDATE acme/alice t2.1 ARCHIVE UNPIN EXPIRES 4e9")["version"] == .integer(8))
            #expect(try client.call("MEM.PIN acme/alice t9.1").string == "ERR there is no unit t9.1 in this namespace")
            let newer = try client.remember(
                "acme/alice", "monday", "Ana moved to Braga.", "SUPERSEDES", "t1.1")
            let chain = try client.call("MEM.HISTORY acme/alice t1.1").elements
            #expect(chain.map { $0["id"]?.string } == ["t1.1", newer])
            #expect(chain.first?["superseded_by"] == .text(newer) && chain.last?["supersedes"] == .text("t1.1"))
            #expect(
                try client.call(["MEM.REMEMBER", "acme/alice", "x", "y", "SUPERSEDES", "t1.1"]).string
                    == "ERR unit t1.1 has been superseded by \(newer) already; supersede that one")
        }
    }

    @Test func unitsAreForgotten() async throws {
        try await Self.run { server, client in
            func ids() throws -> [String] {
                try client.call("MEM.LIST acme/alice").elements.compactMap { $0["id"]?.string }
            }
            #expect(
                try client.call("MEM.FORGET acme/alice ID t1.1 t9.9").string
                    == "ERR there is no unit t9.9 in this namespace")
            #expect(try ids().count == 4)
            #expect(try client.call("MEM.FORGET acme/alice ID t1.1 t1.1") == .integer(1))
            #expect(try client.call("MEM.FORGET acme/alice BEFORE 1002") == .integer(1))
            #expect(try client.call("MEM.FORGET acme/alice EXPIRED") == .integer(0))
            try client.remember("acme/alice", "late", "gone soon", "EXPIRES", "1000")
            #expect(try client.call("MEM.FORGET acme/alice EXPIRED") == .integer(1))
            #expect(try client.call("MEM.FORGET acme/alice SESSION friday") == .integer(2))
            #expect(try client.call("MEM.FORGET acme/alice SESSION friday").isError)
            #expect(try ids() == [])
            #expect(try client.call("MEM.FORGET acme/alice ALL") == .integer(0))
            #expect(try client.call("MEM.NAMESPACES") == .array([]))
            #expect(try client.call("MEM.FORGET acme/alice ALL").isError)
            #expect(try server.database.check() == [])
        }
    }

    @Test func whatCannotBeUsedIsRefused() async throws {
        try await Self.run { server, client in
            let long = String(repeating: "x", count: 32_769)
            let cases: [([String], String)] = [
                (["MEM.REMEMBER", "a", "s"], "ERR wrong number of arguments for 'mem.remember' command"),
                (["MEM.REMEMBER", "", "s", "t"], "ERR \"\" cannot name a namespace: it is empty"),
                (["MEM.REMEMBER", "a//b", "s", "t"], "ERR \"a//b\" cannot name a namespace"),
                (["MEM.REMEMBER", "a", "", "t"], "ERR unit 0: its session cannot be used: it is empty"),
                (["MEM.REMEMBER", "a", "s", " \n"], "ERR unit 0: its text cannot be used: it is empty"),
                (
                    ["MEM.REMEMBER", "a", "s", long],
                    "ERR unit 0: its text cannot be used: 32769 bytes, and 32768 is the limit"
                ),
                (["MEM.REMEMBER", "a", "s", String(repeating: "\u{1}", count: 32_000)], "ERR "),
                (["MEM.REMEMBER", "a", "s", "t", "COLOUR", "x"], "ERR there is no option 'COLOUR' in MEM.REMEMBER"),
                (["MEM.REMEMBER", "a", "s", "t", "KEY"], "ERR KEY has no value in MEM.REMEMBER"),
                (["MEM.REMEMBER", "a", "s", "t", "KIND", "x"], "ERR KIND is 'x'; it must be one of turn, session"),
                (["MEM.REMEMBER", "a", "s", "t", "KIND", "session"], "ERR unit 0: its kind cannot be used"),
                (["MEM.REMEMBER", "a", "s", "t", "TIME", "noon"], "ERR TIME is 'noon'; write 2026-05-01T10:00:00Z"),
                (["MEM.REMEMBER", "a", "s", "t", "TIME", "nan"], "ERR TIME is 'nan'"),
                (["MEM.REMEMBER", "a", "s", "t", "TIME", "1.7e12"], "ERR unit 0: its time cannot be used"),
                (["MEM.REMEMBER", "a", "s", "t", "IMPORTANCE", "2"], "ERR unit 0: its importance cannot be used"),
                (["MEM.REMEMBER", "a", "s", "t", "IMPORTANCE", "nan"], "ERR IMPORTANCE is 'nan'; it must be a number"),
                (["MEM.REMEMBER", "a", "s", "t", "SUPERSEDES", "x"], "ERR 'x' is no unit, such as t1.2"),
                (["MEM.REMEMBER", "a", "s", "t", "SUPERSEDES", "t1.1"], "ERR unit t1.1 would supersede itself"),
                (["MEM.REMEMBER", "a", "s", "t", "SUPERSEDES", "t5.1"], "ERR there is no unit t5.1"),
                (
                    ["MEM.REMEMBER", "a", "s", "t", "FROM", "2", "t1.1"],
                    "ERR FROM is '2'; it must be the number of units"
                ),
                (["MEM.REMEMBER", "a", "s", "t", "FROM", "1", "t1.1"], "ERR unit 0: its provenance cannot be used"),
                (["MEM.REMEMBER", "a", "s", "t", "META", "[1]"], "ERR invalid attributes"),
                (["MEM.REMEMBER", "a", "s", "t", "SIMILARITY", "2"], "ERR SIMILARITY is 2.0"),
                (
                    ["MEM.REMEMBER", "a", "s", "t", "VALUES", "2", "1", "0"],
                    "ERR unit 0: its vector cannot be used: it has 2"
                ),
                (["MEM.REMEMBER", "a", "s", "t", "VALUES", "2", "1"], "ERR invalid vector specification"),
                (["MEM.RECALL", "a", "x"], "ERR there is no namespace \"a\""),
                (["MEM.RECALL", "acme/alice", ""], "ERR the question is empty"),
                (["MEM.RECALL", "acme/alice", long], "ERR unit 0: its text cannot be used"),
                (["MEM.RECALL", "acme/alice", "x", "COUNT", "0"], "ERR COUNT is '0'; it must be from 1 to 1000"),
                (["MEM.RECALL", "acme/alice", "x", "BUDGET", "x"], "ERR BUDGET is 'x'"),
                (["MEM.RECALL", "acme/alice", "x", "UNIT", "x"], "ERR UNIT is 'x'"),
                (["MEM.RECALL", "acme/alice", "x", "STAGES", "warp"], "ERR a stage is warp; it must be one of dense"),
                (["MEM.RECALL", "acme/alice", "x", "STAGES", "context"], "ERR the row of stages is context"),
                (["MEM.RECALL", "acme/alice", "x", "FILTER", ".a =="], "ERR syntax error in FILTER expression near"),
                (["MEM.RECALL", "acme/alice", "x", "SINCE", "5", "UNTIL", "4"], "ERR SINCE is after UNTIL"),
                (["MEM.RECALL", "acme/alice", "x", "LIMIT", "5"], "ERR there is no option 'LIMIT' in MEM.RECALL"),
                (
                    ["MEM.RECALL", "acme/alice", "x", "VALUES", "1", "5"],
                    "ERR unit 0: its vector cannot be used: it has 1"
                ),
                (["MEM.GET", "acme/alice", "x"], "ERR 'x' is no unit"),
                (["MEM.GET", "a", "t1.1"], "ERR there is no namespace"),
                (["MEM.GET", "acme/alice", "NAME", "x"], "ERR there is no option 'NAME' in MEM.GET"),
                (["MEM.LIST", "acme/alice", "COUNT", "-1"], "ERR COUNT is '-1'"),
                (["MEM.LIST", "acme/alice", "SESSION", "x"], "ERR there is no session \"x\""),
                (["MEM.UPDATE", "acme/alice", "t9.9", "TEXT", "x"], "ERR there is no unit t9.9"),
                (["MEM.UPDATE", "acme/alice", "t1.1", "TEXT", ""], "ERR unit 0: its text cannot be used"),
                (
                    ["MEM.UPDATE", "acme/alice", "s1.1", "TEXT", "x"],
                    "ERR unit 0: its text cannot be used: the text of a session"
                ),
                // What its record says of its turns is not for clients.
                (
                    ["MEM.UPDATE", "acme/alice", "s1.1", "META", #"{"first":1e300}"#],
                    "ERR unit 0: its change cannot be used: the text of a session"
                ),
                (
                    ["MEM.UPDATE", "acme/alice", "s1.1", "IMPORTANCE", "7"],
                    "ERR unit 0: its change cannot be used: the text of a session"
                ),
                (
                    ["MEM.UPDATE", "acme/alice", "s1.1", "ARCHIVE"],
                    "ERR unit 0: its change cannot be used: the text of a session"
                ),
                (["MEM.UPDATE", "a", "t1.1", "PIN"], "ERR there is no namespace \"a\""),
                (["MEM.UPDATE", "acme/alice", "t1.1", "NAP", "1"], "ERR there is no option 'NAP' in MEM.UPDATE"),
                (["MEM.FORGET", "acme/alice", "ID"], "ERR what is to be forgotten?"),
                (["MEM.FORGET", "acme/alice", "ALL", "x"], "ERR what is to be forgotten?"),
                (["MEM.FORGET", "acme/alice", "BEFORE", "x"], "ERR BEFORE is 'x'"),
                (["MEM.FORGET", "acme/alice", "SESSION", "monday", "x"], "ERR there is no option 'x' in MEM.FORGET"),
                (["MEM.FORGET", "acme/alice", "ID", "s1.1"], "ERR there is no unit s1.1"),
                (["MEM.FORGET", "acme/alice", "SESSION", long], "ERR there is no session"),
                (["MEM.HISTORY", "acme/alice", "t9.9"], "ERR there is no unit t9.9"),
                (["MEM.INFO", "a"], "ERR there is no namespace \"a\""),
            ]
            for (words, reason) in cases {
                let reply = try client.call(words)
                let shown = words.map { $0.prefix(20) }.joined(separator: " ")
                #expect(reply.isError && reply.string?.hasPrefix(reason) == true, "\(shown): \(reply)")
            }
            // Bytes that are no text, and vectors that are none.
            let head = ["MEM.REMEMBER", "a", "s", "t"].map { Array($0.utf8) }
            for place in 1...3 {
                var words = head
                words[place] = [0xFF, 0x41]
                #expect(try client.call(words).string?.hasSuffix("is not UTF-8") == true)
            }
            for (value, reason) in [
                (Float.nan, "it has a number that is not finite"), (0, "it is zero"), (3e38, ""),
            ] {
                let vector = blob([Float](repeating: value, count: 64))
                let reply = try client.call(head + [Array("FP32".utf8), vector])
                #expect(reply.isError && reply.string?.hasSuffix(reason) == true, "\(reply)")
            }
            // Nothing of it is there.
            #expect(try client.call("MEM.NAMESPACES") == .array([.text("acme/alice")]))
            #expect(try client.call("KEYS *").elements.count == 2)
            #expect(try client.call("MEM.LIST acme/alice").elements.count == 4)
            #expect(try server.database.check() == [])
        }
    }

    @Test func vectorsMayBeGiven() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            #expect(
                try client.call(["MEM.REMEMBER", "a", "s", "text"]).string
                    == "ERR unit 0: its vector cannot be used: none is given, and the store has no embedder")
            try client.remember("a", "s", "first", "VALUES", "2", "1", "0")
            try client.remember("a", "s", "second", "VALUES", "2", "0", "1")
            let vector = blob([0, 1])
            let words = ["MEM.RECALL", "a", "question", "COUNT", "1", "STAGES", "dense", "FP32"].map { Array($0.utf8) }
            #expect(try client.call(words + [vector]).elements.first?["id"] == .text("t1.2"))
            #expect(try client.call(["MEM.RECALL", "a", "first"]).elements.first?["id"] == .text("t1.1"))
            #expect(try client.call(["MEM.UPDATE", "a", "t1.1", "TEXT", "third"]).isError)
            #expect(try client.call("MEM.UPDATE a t1.1 TEXT third VALUES 2 1 1")["text"] == .text("third"))
            #expect(try client.call("MEM.INFO a")["model"] == .text("given"))
        }
    }

    @Test func vectorsOfAnotherModelAreRefused() async throws {
        try await Self.run { server, client in
            let other = MemoryStore(server.database, embedder: try HashingEmbedder(dimension: 32))
            _ = try other.memory("b")
            let text = "a fact"
            try server.database.write { transaction in
                // As another program with another model does it.
                let memory = try other.memory("b")
                let changes = MemoryTransaction(transaction)
                let unit = NewUnit(session: "s", text: text, vector: [Float](repeating: 1, count: 32))
                _ = try memory.remember(memory.prepare([unit]), vectors: [], in: changes)
                try changes.finish()
            }
            for words in [
                ["MEM.REMEMBER", "b", "s", "x"], ["MEM.RECALL", "b", "x"], ["MEM.UPDATE", "b", "t1.1", "TEXT", "x"],
            ] {
                let reply = try client.call(words)
                #expect(
                    reply.string?.hasPrefix(
                        "ERR the vectors of \"b\" are by the model hashing-32-v1, and not by hashing-64-v1") == true,
                    "\(reply)")
            }
            // What needs no vectors goes on.
            #expect(try client.call("MEM.PIN b t1.1")["pinned"] == .integer(1))
            #expect(try client.call("MEM.RECALL b fact STAGES lexical").elements.count == 1)
            #expect(try client.call("MEM.FORGET b ALL") == .integer(1))
        }
    }
}
