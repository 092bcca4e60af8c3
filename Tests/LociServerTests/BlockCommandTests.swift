// Loci, Apache License 2.0.

import Loci
import LociMemory
import LociProtocol
import LociText
import TestSupport
import Testing

@testable import LociServer

/// The commands of blocks, one by one.
@Suite struct BlockCommandTests {
    private static let texts = [
        "Alice: My sister Ana moved to Porto.", "Bob: Is she happy with the flat?", "Bob: I adopted a beagle.",
        "Alice: The pasta needs nutmeg.", "Bob: And the ferry leaves at dawn.",
    ]

    /// Runs `body` with a server that has a talk, cut into blocks of two.
    private static func run(_ body: @escaping @Sendable (TestServer, TestClient) throws -> Void) async throws {
        try await TestServer.run(embedder: HashingEmbedder(dimension: 64)) { server in
            let client = try server.connect()
            let reply = try client.call(["BLK.APPEND", "talk", "monday", "5", "TEXTS"] + texts + ["BLOCK", "2"])
            #expect(reply["stream"] == .text("monday"), "\(reply)")
            #expect(reply["from"] == .integer(0) && reply["to"] == .integer(5))
            #expect(reply["blocks"] == .array([.integer(1), .integer(2), .integer(3)]))
            try body(server, client)
        }
    }

    private static func blob(_ floats: [Float]) -> [UInt8] {
        floats.flatMap { number in withUnsafeBytes(of: number.bitPattern.littleEndian) { [UInt8]($0) } }
    }

    private static func words(_ words: String...) -> [[UInt8]] { words.map { Array($0.utf8) } }

    @Test func whatIsAppendedIsOpened() async throws {
        try await Self.run { server, client in
            let reply = try client.call(["BLK.OPEN", "talk", "TEXT", "Where did Ana move?", "BLOCKS", "1", "BEST", "1"])
            #expect(reply.names == ["members", "spans", "blocks", "best"])
            let block = try #require(reply["blocks"]?.elements.first)
            #expect(
                block.names == [
                    "block", "stream", "from", "to", "stingy", "reason", "score", "similarity", "words", "weight",
                    "member_scores", "texts",
                ])
            #expect(block["block"] == .integer(1) && block["to"] == .integer(2) && block["reason"] == .text("chosen"))
            #expect(block["texts"] == .array(Self.texts[..<2].map { .text($0) }))
            #expect(reply["spans"]?.elements.first?["to"] == .integer(2) && reply["members"] == .integer(2))
            #expect(reply["best"]?.elements.first?["position"] == .integer(0))
            #expect(reply["best"]?.elements.first?["text"] == .text(Self.texts[0]))
            // As the library opens it.
            let store = try BlockStore(server.database, name: "talk", embedder: HashingEmbedder(dimension: 64))
            let own = try store.read { try $0.stored(1) }
            #expect(own.positions == 0..<2 && own.stream == "monday")
            // In version 3: maps and doubles.
            _ = try client.call("HELLO 3")
            guard case .map = try client.call(["BLK.OPEN", "talk", "TEXT", "beagle"]) else {
                throw TestFailure("no map")
            }
            let info = try client.call("BLK.INFO talk")
            #expect(
                info["members"] == .integer(5) && info["blocks"] == .integer(3) && info["block_size"] == .integer(2))
            #expect(info["landmark_policy"] == .text("segments:4") && info["eviction"] == .text("lru"))
            #expect(try client.call("blk.stores") == .array([.text("talk")]))
        }
    }

    @Test func openingsHaveOptions() async throws {
        try await Self.run { (_, client) throws in
            let more = ["BLK.APPEND", "talk", "friday", "2", "TEXTS", "Ana likes Porto a lot.", "Nothing else."]
            #expect(try client.call(more)["blocks"] == .array([.integer(4)]))
            func blocks(_ options: String...) throws -> [Int] {
                let reply = try client.call(["BLK.OPEN", "talk", "TEXT", "Porto"] + options)
                if reply.isError { throw TestFailure("\(reply)") }
                return reply["blocks"]?.elements.compactMap {
                    if case .integer(let number)? = $0["block"] { Int(number) } else { nil }
                } ?? []
            }
            #expect(try blocks("BLOCKS", "2", "LEXICAL", "1") == [1, 4])
            #expect(try blocks("STREAM", "friday") == [4])
            #expect(try blocks("MEMBERS", "2", "STREAM", "monday", "WINDOW", "2") == [3])
            #expect(try blocks("BLOCKS", "2", "STREAM", "monday", "SINKS", "1", "WINDOW", "1") == [1, 3])
            #expect(try blocks("BYTES", "100000", "AGGREGATION", "MEAN", "LANDMARKSCORE", "sum").count == 4)
            #expect(try blocks("WEIGHING", "stick-breaking", "SCALE", "4", "REACH", "0", "CANDIDATES", "2").count == 4)
        }
    }

    /// Vectors, payloads and landmarks that are given, as bytes.
    @Test func membersAreGivenAsBytes() async throws {
        try await TestServer.run(embedder: HashingEmbedder(dimension: 64)) { server in
            let client = try server.connect()
            let vectors: [Float] = [1, 0, 0, 1, 0.5, 0.5]
            let payload: [UInt8] = [0, 10, 13, 255, 7, 8]
            let append =
                Self.words("BLK.APPEND", "raw", "s", "3", "FP32") + [Self.blob(vectors)] + Self.words("PAYLOAD")
                + [payload] + Self.words("GIVEN", "2") + [Self.blob([1, 0, 0, 1])] + Self.words("GIVEN", "1")
                + [Self.blob([1, 1])]
                + Self.words(
                    "LANDMARKS", "given", "BLOCK", "2", "MEMBERVECTORS", "float32", "METRIC", "IP", "QUANTIZATION",
                    "float32")
            #expect(try client.call(append)["blocks"] == .array([.integer(1), .integer(2)]))
            #expect(try client.call("BLK.INFO raw")["model"] == .text("given"))
            let block = try client.call("BLK.BLOCK raw 1 WITHVECTORS WITHPAYLOAD")
            #expect(
                block.names == [
                    "block", "stream", "from", "to", "landmarks", "bytes", "pinned", "texts", "vectors", "payload",
                ])
            #expect(block["landmarks"] == .integer(2) && block["texts"] == .array([]))
            #expect(block["vectors"] == .bulk(Self.blob(Array(vectors[..<4]))))
            #expect(block["payload"] == .bulk(Array(payload[..<4])))
            let query = Self.words("BLK.OPEN", "raw", "FP32") + [Self.blob([0, 1])]
            let opening = try client.call(query + Self.words("BLOCKS", "1", "WITHPAYLOAD", "WITHVECTORS"))
            #expect(opening["blocks"]?.elements.first?["payload"] == .bulk(Array(payload[..<4])))
            #expect(opening["blocks"]?.elements.first?["similarity"] == .text("1"))
            // Several queries: a block matters if it does to one of them.
            let two = try client.call("BLK.OPEN raw VALUES 2 0 1 VALUES 2 3 0 BLOCKS 1")
            #expect(two["blocks"]?.elements.first?["similarity"] == .text("3"))
            // Texts have words alone where vectors were given.
            #expect(try client.call(["BLK.OPEN", "raw", "TEXT", "anything"])["blocks"] == .array([]))
            let text = try client.call(["BLK.APPEND", "raw", "t", "1", "TEXTS", "x"])
            #expect(text.string?.contains("they have no vectors, and the store has no embedder") == true, "\(text)")
            // Others take the place of members.
            let replacing =
                Self.words("BLK.REPLACE", "raw", "1", "2", "FP32") + [Self.blob([5, 0, 0, 5])]
                + Self.words("GIVEN", "1") + [Self.blob([5, 5])]
            #expect(try client.call(replacing) == .simple("OK"))
            #expect(try client.call("BLK.BLOCK raw 1 WITHPAYLOAD")["payload"] == .text(""))
        }
    }

    @Test func blocksArePinnedListedAndForgotten() async throws {
        try await Self.run { server, client in
            #expect(try client.call("BLK.PIN talk 2") == .simple("OK"))
            #expect(try client.call("BLK.BLOCK talk 2")["pinned"] == .integer(1))
            #expect(try client.call("BLK.UNPIN talk 2") == .simple("OK"))
            #expect(try client.call("BLK.INFO talk")["pinned"] == .integer(0))
            let listed = try client.call("BLK.BLOCKS talk monday FROM 1 COUNT 1").elements
            #expect(listed.count == 1 && listed.first?["block"] == .integer(2))
            #expect(try client.call("BLK.BLOCKS talk monday").elements.count == 3)
            let streams = try client.call("BLK.STREAMS talk").elements
            #expect(streams.count == 1 && streams[0]["stream"] == .text("monday") && streams[0]["to"] == .integer(5))
            #expect(try client.call("BLK.FORGET talk STREAM monday") == .integer(3))
            #expect(try client.call("BLK.STREAMS talk") == .array([]))
            _ = try client.call("BLK.APPEND talk s 1 TEXTS x")
            #expect(try client.call("BLK.FORGET talk ALL") == .integer(1))
            #expect(try client.call("BLK.STORES") == .array([]))
            #expect(try server.database.check() == [])
        }
    }

    @Test func whatIsWrongIsTold() async throws {
        try await Self.run { server, client in
            for (line, part) in [
                ("BLK.APPEND talk s 0 TEXTS", "the number of members is '0'; it must be from 1 to 1000000"),
                ("BLK.APPEND talk s 2 TEXTS one", "TEXTS has fewer than the 2 texts"),
                ("BLK.APPEND talk s 1 FP32 abc", "FP32 has 3 bytes"),
                ("BLK.APPEND talk s 2 VALUES 3 1 2 3", "cannot be shared equally by 2 members"),
                ("BLK.APPEND talk s 1 TEXTS a BLOCK 0", "BLOCK is 0; it must be 1 to 4096"),
                ("BLK.APPEND talk s 1 TEXTS a LANDMARKS best", "LANDMARKS is best; it must be mean"),
                ("BLK.APPEND talk s 1 TEXTS a METRIC l2", "METRIC is l2; it must be cosine or ip"),
                ("BLK.APPEND talk s 1 TEXTS a NONSENSE", "there is no option 'NONSENSE' in BLK.APPEND"),
                ("BLK.APPEND talk s 1 PAYLOAD a", "they have neither vectors nor texts"),
                ("BLK.APPEND talk s 1 TEXTS a GIVEN 2", "GIVEN has no landmarks"),
                ("BLK.APPEND a//b s 1 TEXTS a", "cannot name"), ("BLK.APPEND talk s", "wrong number of arguments"),
                ("BLK.REPLACE talk 1 1 TEXTS a", "there are 1, and block 1 has 2"),
                ("BLK.REPLACE talk 99 1 TEXTS a", "there is no block 99"),
                ("BLK.PIN talk x", "'x' is no number of a block"),
                ("BLK.PIN talk 99", "there is no block 99"), ("BLK.BLOCK talk 99", "there is no block 99"),
                ("BLK.BLOCK talk 1 WITH", "there is no option 'WITH'"),
                ("BLK.BLOCKS talk nosuch", "there is no stream \"nosuch\""),
                ("BLK.FORGET talk STREAM nosuch", "there is no stream \"nosuch\""),
                ("BLK.FORGET talk THIS", "what is to be forgotten?"),
                ("BLK.FORGET nosuch ALL", "there is no store of blocks"),
                ("BLK.INFO nosuch", "there is no store of blocks \"nosuch\""),
                ("BLK.STREAMS nosuch", "there is no store of blocks \"nosuch\""),
                ("BLK.OPEN nosuch TEXT x", "there is no store of blocks \"nosuch\""),
                ("BLK.OPEN talk BLOCKS 3", "the question is empty"),
                ("BLK.OPEN talk TEXT x SINKS 1", "the stream is none; it must be given"),
                ("BLK.OPEN talk TEXT x STREAM nosuch", "there is no stream \"nosuch\""),
                ("BLK.OPEN talk TEXT x AGGREGATION best", "AGGREGATION is best; it must be maximum or mean"),
                ("BLK.OPEN talk VALUES 2 1 0", "a query is 2 numbers; it must be 64 finite numbers"),
                ("BLK.OPEN talk TEXT x LEXICAL 2", "the weight of words is 2.0; it must be 0 to 1"),
            ] {
                let reply = try client.call(line)
                #expect(reply.isError && reply.string?.hasPrefix("ERR ") == true, "\(line): \(reply)")
                #expect(reply.string?.contains(part) == true, "\(line): \(reply)")
            }
            #expect(
                try client.call(["BLK.OPEN", "talk", "TEXT", " \n"]).string?.contains("the question is empty") == true)
            #expect(try client.call("BLK.STORES") == .array([.text("talk")]))
            #expect(try client.call("BLK.INFO talk")["members"] == .integer(5))
        }
    }

    /// What is refused beside others changes nothing, in a pipeline and in a transaction.
    @Test(arguments: [false, true]) func refusedOnesBesideOthersChangeNothing(isTransaction: Bool) async throws {
        let accepted: [[String]] = [
            ["BLK.APPEND", "a", "s", "3", "TEXTS", "one", "two", "three", "BLOCK", "2"],
            ["MEM.REMEMBER", "a", "s", "beside it"], ["BLK.APPEND", "a", "s", "2", "TEXTS", "four", "five"],
            ["BLK.APPEND", "b", "s", "1", "TEXTS", "other"], ["BLK.PIN", "a", "1"],
            ["BLK.REPLACE", "a", "1", "2", "TEXTS", "1", "2"], ["VADD", "set", "VALUES", "2", "1", "0", "e"],
            ["BLK.FORGET", "b", "STREAM", "s"],
        ]
        let refused: [[String]] = [
            ["BLK.APPEND", "new", "s", "1", "VALUES", "2", "0", "0"], ["BLK.APPEND", "a", "s\n", "1", "TEXTS", "x"],
            ["BLK.APPEND", "new", "s", "3", "TEXTS"]
                + [String](repeating: String(repeating: "long ", count: 6_000), count: 3),
            ["BLK.PIN", "a", "99"], ["BLK.FORGET", "a", "STREAM", "nosuch"], ["BLK.FORGET", "new", "ALL"],
            ["BLK.REPLACE", "a", "99", "1", "TEXTS", "x"], ["DEL", "set", "blocks/a:landmarks"],
            ["LOCI.CREATE", "blocks/new:landmarks"],
        ]
        let embedder = try HashingEmbedder(dimension: 64)
        func contents(_ server: TestServer) throws -> [String] {
            try server.database.blockStoreNames().map { name in
                let store = try BlockStore(server.database, name: name.description, embedder: nil)
                let info = try store.info()
                let texts = try store.read { reader in
                    try reader.streams().flatMap { stream in
                        try reader.blocks(of: stream.name).map {
                            "\($0) \(try reader.texts(of: $0)) \(try reader.vectors(of: $0))"
                        }
                    }
                }
                return "\(name) \(info) \(texts)"
            }
        }
        let expected = try await TestServer.run(embedder: embedder) { server in
            let client = try server.connect()
            for words in accepted { #expect(try !client.call(words).isError, "\(words)") }
            return try contents(server)
        }
        #expect(expected.count == 2)
        try await TestServer.run(embedder: embedder) { server in
            let client = try server.connect()
            var commands: [[String]] = []
            for words in accepted { commands += refused + [words] }
            var replies: [Reply]
            if isTransaction {
                replies = try client.pipeline([["MULTI"]] + commands + [["EXEC"]])
                replies = try #require(replies.last).elements
            } else {
                replies = try client.pipeline(commands)
            }
            #expect(replies.count == commands.count)
            for (words, reply) in zip(commands, replies) {
                // What is there only later.
                let isRefused = refused.contains(words) && !(words[0] == "DEL" && reply == .integer(0))
                #expect(reply.isError == isRefused, "\(words.map { $0.prefix(30) }): \(reply)")
            }
            // Bytes of the index are those of the commits, of which there may be more or fewer.
            func withoutBytes(_ texts: [String]) -> [String] {
                texts.map { $0.replacing(#/indexBytes: \d+/#, with: "") }
            }
            #expect(try withoutBytes(contents(server)) == withoutBytes(expected))
            #expect(try server.database.recordTableNames() == ["blocks/a", "blocks/b", "memory/a"])
            #expect(try server.database.check() == [])
        }
    }

    @Test func aTransactionSeesItself() async throws {
        try await TestServer.run(embedder: HashingEmbedder(dimension: 64)) { server in
            let client = try server.connect()
            let other = try server.connect()
            _ = try client.call("MULTI")
            for line in [
                "BLK.APPEND a s 3 TEXTS one two three BLOCK 2", "BLK.INFO a", "BLK.STREAMS a", "BLK.BLOCK a 2",
                "BLK.BLOCKS a s", "BLK.STORES", "BLK.OPEN a TEXT one", "BLK.APPEND a s 1 TEXTS four", "BLK.BLOCK a 2",
            ] {
                #expect(try client.call(line) == .simple("QUEUED"))
            }
            #expect(try other.call("BLK.STORES") == .array([]))
            let replies = try client.call("EXEC").elements
            #expect(replies.count == 9)
            #expect(replies[1]["members"] == .integer(3) && replies[2].elements.first?["to"] == .integer(3))
            #expect(replies[3]["texts"] == .array([.text("three")]) && replies[4].elements.count == 2)
            #expect(replies[5] == .array([.text("a")]))
            #expect(replies[6].string?.contains("cannot be in a transaction that writes") == true)
            #expect(replies[8]["texts"] == .array([.text("three"), .text("four")]))
            // One that only reads is of one moment.
            _ = try client.call("MULTI")
            for line in ["BLK.OPEN a TEXT four BLOCKS 1", "BLK.STORES"] { _ = try client.call(line) }
            let seen = try client.call("EXEC").elements
            #expect(seen[0]["blocks"]?.elements.first?["block"] == .integer(2) && seen[1] == .array([.text("a")]))
        }
    }

    /// Openings write nothing; the next write of the store notes them, and none is lost or noted twice.
    @Test func openingsAreNotedByTheNextWrite() async throws {
        try await Self.run { server, client in
            let commit = try server.database.read { $0.commit }
            for _ in 0..<5 { _ = try client.call("BLK.OPEN talk TEXT beagle BLOCKS 1") }
            #expect(try server.database.read { $0.commit } == commit)
            #expect(try client.call("BLK.PIN talk 99").isError)
            func usages() throws -> Int {
                try server.database.read { view in
                    var count = 0
                    try view.recordTable("blocks/talk").forEach(prefix: [8]) { _, _ in
                        count += 1
                        return true
                    }
                    return count
                }
            }
            #expect(try usages() == 0)
            #expect(try client.call("BLK.PIN talk 1") == .simple("OK"))
            #expect(try usages() == 1)
        }
    }

    @Test func plainCommandsLeaveStoresWhole() async throws {
        try await Self.run { server, client in
            #expect(try client.call("VCARD blocks/talk:landmarks") == .integer(3))
            for line in [
                "DEL blocks/talk:landmarks", "VADD blocks/talk:landmarks VALUES 2 1 0 e",
                "VREM blocks/talk:landmarks e",
                "LOCI.INDEX blocks/talk:landmarks DROP text",
            ] {
                let reply = try client.call(line)
                #expect(reply.string?.contains("belongs to the store of blocks 'talk'") == true, "\(line): \(reply)")
            }
            let reply = try client.call("LOCI.CREATE blocks/other:landmarks")
            #expect(reply.string?.contains("is a name that collections of stores of blocks have") == true, "\(reply)")
            #expect(try client.call("VADD blocks/other VALUES 2 1 0 e") == .integer(1))
            // All keys are all: stores go as wholes.
            let replies = try client.pipeline([
                ["BLK.APPEND", "talk", "s", "1", "TEXTS", "x"], ["FLUSHALL"],
                ["BLK.APPEND", "b", "s", "1", "TEXTS", "y"],
            ])
            #expect(replies.allSatisfy { !$0.isError }, "\(replies)")
            #expect(try client.call("BLK.STORES") == .array([.text("b")]))
            #expect(try server.database.recordTableNames() == ["blocks/b"])
            #expect(try server.database.check() == [])
        }
    }
}
