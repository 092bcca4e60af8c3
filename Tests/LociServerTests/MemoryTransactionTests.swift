// Loci, Apache License 2.0.

import Loci
import LociMemory
import LociProtocol
import LociText
import Synchronization
import TestSupport
import Testing

@testable import LociServer

/// Memories in transactions that many commands share, and the vectors that are made before.
@Suite struct MemoryTransactionTests {
    /// What a server has in its memories, apart from times.
    private static func contents(_ server: TestServer) throws -> [String] {
        let store = MemoryStore(server.database, embedder: nil)
        return try store.namespaces().flatMap { namespace -> [String] in
            let memory = try store.memory(namespace.description)
            let info = try memory.info()
            let units = try UnitKind.allCases.flatMap { try memory.units($0) }
            return [
                "\(namespace) \(info.model) \(info.sessions) \(info.units.sorted { $0.key.rawValue < $1.key.rawValue }) "
                    + "\(info.hidden) \(try memory.sessions())"
            ]
                + units.map {
                    "\(namespace) \($0.id) \($0.session) \($0.spokenText) \($0.key ?? "") \($0.version) "
                        + "\($0.archived == nil) \($0.supersedes.map(String.init) ?? "") \($0.metadata?.json ?? "")"
                }
        }
    }

    private static let accepted: [[String]] = [
        ["MEM.REMEMBER", "a", "s", "first", "KEY", "k"], ["MEM.REMEMBER", "a", "s", "second", "SPEAKER", "Bob"],
        ["MEM.REMEMBER", "b", "s", "other"], ["MEM.REMEMBER", "a", "t", "third", "SUPERSEDES", "t1.1"],
        ["MEM.MREMEMBER", "b", "{\"text\": \"x\"}", "{\"text\": \"y\"}"], ["MEM.PIN", "a", "t1.2"],
        ["VADD", "set", "VALUES", "2", "1", "0", "e"], ["MEM.FORGET", "b", "ID", "t1.1"],
        ["MEM.REMEMBER", "a", "s", "fourth"],
    ]

    private static var refused: [[String]] {
        let wide = String(repeating: "\u{1}", count: 32_000)
        return [
            ["MEM.REMEMBER", "new", "s", "x", "SUPERSEDES", "t9.9"],
            ["MEM.REMEMBER", "new", "s", wide],
            ["MEM.REMEMBER", "new", "s", "x", "VALUES", "64"] + [String](repeating: "3e38", count: 64),
            ["MEM.REMEMBER", "a", "new", wide],
            ["MEM.REMEMBER", "a", "new", "x", "KIND", "summary", "VALUES", "64"]
                + [String](repeating: "3e38", count: 64),
            ["MEM.REMEMBER", "a", "new", "x", "SUPERSEDES", "t9.9"],
            ["MEM.REMEMBER", "a", "new", "x", "FROM", "1", "t9.9"],
            ["MEM.REMEMBER", "a", "new", "x", "VALUES", "2", "1", "0"],
            [
                "MEM.MREMEMBER", "a", "{\"text\": \"good\", \"session\": \"new\"}",
                "{\"text\": \"bad\", \"supersedes\": \"t9.9\"}",
            ],
            [
                "MEM.MREMEMBER", "new", "{\"text\": \"one\"}", "{\"text\": \"two\", \"supersedes\": \"t1.1\"}",
                "{\"text\": \"three\", \"supersedes\": \"t1.1\"}",
            ],
            ["MEM.MREMEMBER", "a", "{\"text\": \"good\", \"key\": \"z\"}", "{\"text\": \"other\", \"key\": \"z\"}"],
            ["MEM.PIN", "a", "t9.9"], ["MEM.FORGET", "a", "ID", "t1.2", "t9.9"], ["MEM.FORGET", "new", "ALL"],
            ["MEM.FORGET", "a", "SESSION", "new"], ["DEL", "memory/a:turn"], ["DEL", "set", "memory/a:turn"],
        ]
    }

    @Test(arguments: [false, true]) func refusedOnesBesideOthersChangeNothing(isTransaction: Bool) async throws {
        let embedder = try NotingEmbedder()
        let expected = try await TestServer.run(embedder: embedder) { server in
            let client = try server.connect()
            for words in Self.accepted { #expect(try !client.call(words).isError, "\(words)") }
            return try Self.contents(server)
        }
        #expect(expected.count > 8)
        try await TestServer.run(embedder: embedder) { server in
            let client = try server.connect()
            var commands: [[String]] = []
            for words in Self.accepted { commands += Self.refused + [words] }
            let first = try server.database.read { $0.commit }
            var replies: [Reply]
            if isTransaction {
                replies = try client.pipeline([["MULTI"]] + commands + [["EXEC"]])
                replies = try #require(replies.last).elements
            } else {
                replies = try client.pipeline(commands)
            }
            #expect(replies.count == commands.count)
            for (words, reply) in zip(commands, replies) {
                // What is there only later, or no more.
                let isRefused = Self.refused.contains(words) && !(words[0] == "DEL" && reply == .integer(0))
                #expect(reply.isError == isRefused, "\(words.map { $0.prefix(30) }): \(reply)")
            }
            #expect(try Self.contents(server) == expected)
            #expect(
                try server.database.collectionNames() == [
                    "memory/a:session", "memory/a:turn", "memory/b:session", "memory/b:turn", "set",
                ])
            #expect(try server.database.recordTableNames() == ["memory/a", "memory/b"])
            #expect(try server.database.check() == [])
            // All of a pipeline that comes at once shares a commit, or some few where it came in pieces.
            let commits = try server.database.read { $0.commit } - first
            #expect(commits <= (isTransaction ? 1 : 12), "\(commits) commits")
        }
    }

    @Test func aTransactionIsOneCommitAndSeesItself() async throws {
        try await TestServer.run(embedder: HashingEmbedder(dimension: 64)) { server in
            let client = try server.connect()
            let other = try server.connect()
            _ = try client.call("MULTI")
            for line in [
                "MEM.REMEMBER a s first", "MEM.GET a t1.1", "MEM.SESSIONS a", "MEM.LIST a KIND session",
                "MEM.UPDATE a t1.1 TEXT changed", "MEM.INFO a", "MEM.NAMESPACES", "MEM.RECALL a first",
                "MEM.REMEMBER a s second SUPERSEDES t1.1", "MEM.HISTORY a t1.1", "MEM.FORGET a ID t1.1",
                "MEM.REMEMBER a s third SPEAKER Bob", "MEM.UPDATE a t1.3 TEXT unheard",
            ] {
                #expect(try client.call(line) == .simple("QUEUED"))
            }
            #expect(try other.call("MEM.NAMESPACES") == .array([]))
            let replies = try client.call("EXEC").elements
            #expect(replies.count == 13)
            #expect(replies[1]["text"] == .text("first") && replies[2] == .array([.text("s")]))
            #expect(replies[3].elements.first?["text"] == .text("first"))
            #expect(replies[4]["text"] == .text("changed") && replies[4]["version"] == .integer(2))
            #expect(replies[5]["units"]?["turn"] == .integer(1) && replies[5]["sessions"] == .integer(1))
            #expect(replies[6] == .array([.text("a")]))
            #expect(replies[7].string?.contains("cannot be in a transaction that writes") == true)
            #expect(replies[9].elements.count == 2 && replies[10] == .integer(1))
            #expect(replies[12].string?.contains("update t1.3 once more") == true, "\(replies[12])")
            #expect(try other.call("MEM.LIST a").elements.map { $0["id"] } == [.text("t1.2"), .text("t1.3")])
            // One that only reads is of one moment.
            _ = try client.call("MULTI")
            for line in ["MEM.RECALL a second COUNT 1", "MEM.GET a t1.2", "MEM.NAMESPACES"] {
                _ = try client.call(line)
            }
            let seen = try client.call("EXEC").elements
            #expect(seen.count == 3 && seen[0].elements.first?["id"] == .text("t1.2"))
            #expect(seen[1]["text"] == .text("second") && seen[2] == .array([.text("a")]))
            #expect(try client.call(["MEM.UPDATE", "a", "t1.3", "TEXT", "heard"])["text"] == .text("heard"))
            // What spoils a transaction keeps all of it from happening.
            _ = try client.call("MULTI")
            _ = try client.call("MEM.REMEMBER b s x")
            #expect(try client.call("MEM.REMEMBER b s").isError)
            #expect(try client.call("EXEC").string?.hasPrefix("EXECABORT") == true)
            #expect(try client.call("MEM.NAMESPACES") == .array([.text("a")]))
            #expect(try server.database.check() == [])
        }
    }

    @Test func manyShareACommitAndABatch() async throws {
        let embedder = try NotingEmbedder()
        try await TestServer.run(embedder: embedder) { server in
            let client = try server.connect()
            let first = try server.database.read { $0.commit }
            let replies = try client.pipeline(
                (0..<300).map { ["MEM.REMEMBER", "a", "s\($0 % 7)", "fact number \($0)"] })
            #expect(replies.allSatisfy { $0["new"] == .integer(1) })
            let commits = try server.database.read { $0.commit } - first
            #expect(commits < 60, "\(commits) commits")
            #expect(embedder.batches.reduce(0, +) == 300 && embedder.batches.count < 60)
            let asked = embedder.batches.count
            let found = try client.pipeline(
                (0..<30).map { ["MEM.RECALL", "a", "number \($0)", "STAGES", "lexical,dense"] })
            for (number, reply) in found.enumerated() {
                #expect(reply.elements.first?["text"] == .text("fact number \(number)"))
            }
            #expect(embedder.batches.count - asked <= 15)
            #expect(try server.database.check() == [])
        }
    }

    /// An update in a pipeline finds what the pipeline has remembered: who says it is part of what the vector is made of.
    @Test func anUpdateSeesWhatCameBeforeIt() async throws {
        try await TestServer.run(embedder: HashingEmbedder(dimension: 64)) { server in
            let client = try server.connect()
            let replies = try client.pipeline([
                ["MEM.REMEMBER", "a", "s", "x", "SPEAKER", "Bob"], ["MEM.UPDATE", "a", "t1.1", "TEXT", "y"],
                ["MEM.FORGET", "a", "ALL"], ["MEM.REMEMBER", "a", "s", "z", "KEY", "k"], ["MEM.FORGET", "a", "ALL"],
                ["MEM.REMEMBER", "a", "s", "z", "KEY", "k"], ["MEM.RECALL", "a", "z"], ["PING"],
            ])
            #expect(replies.map(\.isError) == [Bool](repeating: false, count: 8), "\(replies)")
            #expect(replies[1]["text"] == .text("y") && replies[6].elements.count == 1)
        }
    }

    @Test func whatHasNoVectorIsRefusedAlone() async throws {
        let embedder = try NotingEmbedder(refusing: "poison")
        try await TestServer.run(embedder: embedder) { server in
            let client = try server.connect()
            let replies = try client.pipeline([
                ["MEM.REMEMBER", "a", "s", "one"], ["MEM.REMEMBER", "a", "s", "poison"], ["PING"],
                ["MEM.REMEMBER", "a", "s", "two"],
                ["MEM.MREMEMBER", "a", "{\"text\": \"x\"}", "{\"text\": \"poison\"}"],
                ["MEM.REMEMBER", "a", "s", "three"],
            ])
            #expect(replies.map(\.isError) == [false, true, false, false, true, false], "\(replies)")
            #expect(replies[1].string == "ERR no vector is made of poison")
            #expect(try client.call("MEM.LIST a").elements.map { $0["text"]?.string } == ["one", "two", "three"])
            // Where none can be made at all, not each of many is asked for.
            let asked = embedder.batches.count
            let none = try client.pipeline([[String]](repeating: ["MEM.REMEMBER", "a", "s", "poison"], count: 200))
            #expect(none.allSatisfy { $0.isError })
            #expect(embedder.batches.count - asked < 100)
        }
    }

    /// What fails half-way, as on a damaged record, takes nothing with it and leaves nothing behind.
    @Test func damageIsOfOneMemoryAlone() async throws {
        try await TestServer.run(embedder: HashingEmbedder(dimension: 64)) { server in
            let client = try server.connect()
            for name in ["good", "damaged"] { try client.remember(name, "s", "first") }
            try server.database.write { transaction in
                // The statistics of turns, which are read when a turn was stored already.
                try transaction.recordTable("memory/damaged").set([1, 2, 3], for: [7, 1])
            }
            let replies = try client.pipeline([
                ["MEM.REMEMBER", "good", "s", "second"], ["MEM.REMEMBER", "damaged", "t", "second"],
                ["VADD", "set", "VALUES", "2", "1", "0", "e"], ["MEM.REMEMBER", "good", "s", "third"],
            ])
            #expect(replies.map(\.isError) == [false, true, false, false], "\(replies)")
            #expect(replies[1].string?.contains("the memory contradicts itself") == true)
            #expect(try client.call("MEM.LIST good").elements.count == 3)
            #expect(try client.call("MEM.LIST damaged").elements.count == 1)
            #expect(try client.call("MEM.SESSIONS damaged") == .array([.text("s")]))
            #expect(try client.call("VCARD set") == .integer(1))
        }
    }

    @Test func plainCommandsLeaveMemoriesWhole() async throws {
        try await TestServer.run(embedder: HashingEmbedder(dimension: 64)) { server in
            let client = try server.connect()
            try client.remember("a", "s", "first")
            _ = try client.call("VADD set VALUES 2 1 0 e")
            let before = try Self.contents(server)
            #expect(try client.call("KEYS memory/*").elements.count == 2)
            #expect(try client.call("VCARD memory/a:turn") == .integer(1))
            #expect(try client.call("VGETATTR memory/a:turn nosuch") == .null)
            for line in [
                "DEL memory/a:turn", "UNLINK memory/a:session", "DEL set memory/a:turn",
                "VADD memory/a:turn VALUES 2 1 0 e",
                "VREM memory/a:turn e", "VSETATTR memory/a:turn e {}", "LOCI.MREM memory/a:turn e",
                "LOCI.INDEX memory/a:turn DROP text", "LOCI.MADD memory/a:turn 1 FP32 aaaa e",
            ] {
                let reply = try client.call(line)
                #expect(reply.string?.contains("belongs to the memory of 'a'") == true, "\(line): \(reply)")
            }
            for line in ["LOCI.CREATE memory/b:turn", "VADD memory/b/c:qa.2 VALUES 2 1 0 e"] {
                let reply = try client.call(line)
                #expect(reply.string?.contains("is a name that collections of memories have") == true, "\(reply)")
            }
            #expect(try client.call("VADD memory/b VALUES 2 1 0 e") == .integer(1))
            #expect(try client.call("VADD memory/b:other VALUES 2 1 0 e") == .integer(1))
            #expect(try client.call("LOCI.OPTIMIZE memory/a:turn") == .simple("OK"))
            #expect(try client.call("EXISTS set") == .integer(1))
            #expect(try Self.contents(server) == before)
            // All keys are all: memories go as wholes, within a pipeline too.
            let replies = try client.pipeline([
                ["MEM.REMEMBER", "a", "s", "second"], ["MEM.REMEMBER", "b", "s", "x"], ["FLUSHALL"],
                ["MEM.REMEMBER", "a", "s", "third"],
            ])
            #expect(replies.map(\.isError) == [false, false, false, false], "\(replies)")
            #expect(try client.call("MEM.LIST a").elements.map { $0["text"] } == [.text("third")])
            #expect(try client.call("MEM.NAMESPACES") == .array([.text("a")]))
            #expect(try client.call("DBSIZE") == .integer(2))
            #expect(try server.database.check() == [])
        }
    }

    /// Clients that remember and recall at once.
    @Test func acknowledgedUnitsAreThere() async throws {
        try await TestServer.run(embedder: HashingEmbedder(dimension: 64)) { server in
            let rounds = TestSettings.iterations(20)
            let failures = Mutex<[String]>([])
            try await WriteLoadTests.onThreads(4) { thread in
                do {
                    let client = try server.connect()
                    let name = "n\(thread % 2)"
                    for round in 0..<rounds {
                        try client.remember(name, "s\(thread)", "round \(round)", "KEY", "\(thread)-\(round)")
                        let reply = try client.call(["MEM.RECALL", name, "round \(round)"])
                        if reply.elements.isEmpty { throw TestFailure("\(reply)") }
                    }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
            #expect(failures.withLock { $0 } == [])
            let store = MemoryStore(server.database, embedder: nil)
            for thread in 0..<4 {
                let memory = try store.memory("n\(thread % 2)")
                #expect(try memory.units(session: "s\(thread)").map(\.text) == (0..<rounds).map { "round \($0)" })
                #expect(try memory.unit(key: "\(thread)-\(rounds - 1)") != nil)
            }
            #expect(try server.database.check() == [])
        }
    }
}
