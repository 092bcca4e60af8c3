// Loci, Apache License 2.0.

import Foundation
import Synchronization
import TestServer
import TestSupport
import Testing

/// Verbs that talk to a server.
@Suite struct RemoteVerbTests {
    private static let hello = "%2\r\n$6\r\nserver\r\n$4\r\nfake\r\n$7\r\nversion\r\n$3\r\n1.2\r\n"

    /// A server whose collection `points` has 7 vectors, and which answers what no other script does.
    private static func server(
        _ script: @escaping @Sendable ([String]) -> ScriptedServer.Action? = { _ in nil }
    ) throws -> ScriptedServer {
        try ScriptedServer { words in
            if let action = script(words) { return action }
            switch words[0] {
            case "HELLO": return .send(hello)
            case "VCARD": return .send(words[1] == "points" ? ":7\r\n" : ":0\r\n")
            case "VDIM": return .send(":16\r\n")
            case "VINFO": return .send("%3\r\n+quant-type\r\n+int8\r\n+vector-dim\r\n:16\r\n+hnsw-m\r\n:16\r\n")
            case "DBSIZE": return .send(":3\r\n")
            case "INFO":
                let text = "# Server\r\nredis_version:8.0\r\nuptime_in_seconds:125\r\nused_memory_human:1.5M\r\n"
                return .send("$\(text.utf8.count)\r\n\(text)\r\n")
            case "VADD": return .send("#t\r\n")
            case "VSIM" where words.contains("WITHSCORES"):
                return .send("%2\r\n$1\r\na\r\n,0.75\r\n$3\r\nb c\r\n,0.5\r\n")
            case "VSIM": return .send("*2\r\n$1\r\n5\r\n$1\r\n9\r\n")
            default: return .send("-ERR unknown command '\(words[0])'\r\n")
            }
        }
    }

    private static func address(_ server: ScriptedServer) -> String { "redis://127.0.0.1:\(server.port)" }

    /// The words of a request without its vector.
    private static func plain(_ request: [String]) -> [String] {
        request.count > 3 && request[2] == "FP32" ? Array(request[..<3] + request[4...]) : request
    }

    @Test func queryAsksForOneVector() throws {
        let folder = try TestFolder()
        let server = try Self.server()
        let query = ["query", Self.address(server), "points", "--vector", "1 2 3", "--k", "2"]
        let run = try folder.succeed(
            query + ["--window", "50", "--filter", ".year > 1980", "--exact"])
        #expect(
            run.output == """
                rank  id      score
                ────  ───  ────────
                   1  a    0.750000
                   2  b c  0.500000

                """)
        #expect(server.requests.map(\.first) == ["HELLO", "VCARD", "VSIM"])
        #expect(
            server.requests.last.map(Self.plain) == [
                "VSIM", "points", "FP32", "WITHSCORES", "COUNT", "2", "EF", "50", "FILTER", ".year > 1980", "TRUTH",
            ])
        #expect(
            try folder.succeed(query + ["--json"]).output == """
                {"queries":1,"k":2,"window":null,"exact":false,"neighbors":[{"id":"a","score":0.75},{"id":"b c","score":0.5}]}

                """)
    }

    @Test func queryAsksForAllVectorsOfAFile() throws {
        let folder = try Fixture.copy()
        let server = try Self.server()
        let run = try folder.succeed("query", Self.address(server), "points", "--queries", "queries.fvecs")
        #expect(run.output.hasPrefix("queries  50, k 10, the server's window\nspeed    "))
        #expect(run.output.contains("\nquery  rank  id      score\n"))
        #expect(run.error == "loci: 47 more queries are not shown\n")
        #expect(server.requests.count { $0[0] == "VSIM" } == 50)
        let one = try folder.succeed(
            "query", Self.address(server), "points", "--queries", "queries.fvecs", "--row", "3")
        #expect(one.output.hasPrefix("rank  id"))
        let refused = try Self.server { $0[0] == "VSIM" ? .send("-ERR Vector dimension mismatch\r\n") : nil }
        let failed = try folder.loci("query", Self.address(refused), "points", "--queries", "queries.fvecs")
        #expect(failed.status == 1)
        #expect(
            failed.error == "loci: queries.fvecs, row 0: the server answered: ERR Vector dimension mismatch\n")
    }

    @Test func addSendsRowsAndCountsWhatIsNew() throws {
        let folder = try TestFolder()
        try folder.write(
            """
            {"id": "a", "vector": [1, 2], "attributes": {"year": 1980}}
            {"id": "b", "vector": [3, 4]}
            {"id": "c", "vector": [5, 6]}

            """, to: "rows.jsonl")
        let server = try Self.server { words in words[0] == "VADD" && words[4] == "b" ? .send("#f\r\n") : nil }
        let run = try folder.succeed("add", Self.address(server), "points", "--from", "rows.jsonl", "--batch", "2")
        #expect(run.output.hasPrefix("added 2 vectors to points and replaced 1 in "))
        #expect(run.output.hasSuffix(": 7 now\n"))
        let sent = server.requests.filter { $0[0] == "VADD" }.map(Self.plain)
        #expect(
            sent == [
                ["VADD", "points", "FP32", "a", "SETATTR", #"{"year": 1980}"#], ["VADD", "points", "FP32", "b"],
                ["VADD", "points", "FP32", "c"],
            ])
        let json = try folder.succeed(
            "add", Self.address(server), "points", "--from", "rows.jsonl", "--batch", "2", "--json")
        #expect(json.output == "{\"acknowledged\":2}\n{\"acknowledged\":3}\n")
    }

    @Test func addNumbersRowsOfANewCollection() throws {
        let folder = try Fixture.copy()
        let server = try Self.server()
        try folder.succeed("add", Self.address(server), "new", "--from", "queries.fvecs")
        #expect(server.requests.filter { $0[0] == "VADD" }.map { $0[4] } == (0..<50).map(String.init))
        let refused = try folder.loci("add", Self.address(server), "points", "--from", "queries.fvecs")
        #expect(refused.status == 1 && refused.error.contains("row 0") && refused.error.contains("--ids"))
        let input = Pipe.unshared()
        let adding = try RunningCommand(
            ["add", Self.address(server), "new", "--from", "-"], in: folder, standardInput: input)
        try input.fileHandleForWriting.write(
            contentsOf: Data("{\"id\":\"a\",\"vector\":[1]}\n{\"vector\":[1]}\n".utf8))
        try input.fileHandleForWriting.close()
        let mixed = try adding.wait()
        #expect(mixed.status == 1 && mixed.error.contains("standard input, line 2"), "\(mixed.error)")
        try folder.write("{\"id\":\"a\",\"vectors\":[[1],[2]]}\n", to: "several.jsonl")
        let several = try folder.loci("add", Self.address(server), "new", "--from", "several.jsonl")
        #expect(several.status == 1 && several.error.contains("has 2 vectors"), "\(several.error)")
    }

    @Test func addSaysWhatWasAcknowledgedBeforeItFailed() throws {
        let folder = try Fixture.copy()
        let refusing = try Self.server { words in
            words[0] == "VADD" && words[4] == "12" ? .send("-ERR full\r\n") : nil
        }
        let refused = try folder.loci(
            "add", Self.address(refusing), "new", "--from", "queries.fvecs", "--batch", "10")
        #expect(refused.status == 1)
        // Rows 13 to 19 were on their way with it.
        #expect(
            refused.error
                == "loci: queries.fvecs, row 12: the server answered: ERR full; 19 rows were acknowledged before\n")
        let closing = try Self.server { words in words[0] == "VADD" && words[4] == "12" ? .close : nil }
        let closed = try folder.loci("add", Self.address(closing), "new", "--from", "queries.fvecs", "--batch", "10")
        #expect(closed.status == 1)
        #expect(closed.error.contains("closed the connection"), "\(closed.error)")
        #expect(closed.error.hasSuffix("; 12 rows were acknowledged before\n"), "\(closed.error)")
    }

    @Test func infoShowsWhatTheServerTells() throws {
        let folder = try TestFolder()
        let server = try Self.server()
        #expect(
            try folder.succeed("info", Self.address(server), "points").output == """
                collection  points
                vectors     7
                dimension   16
                quant type  int8
                hnsw m      16
                server      fake 1.2, \(Self.address(server))

                """)
        #expect(
            try folder.succeed("info", Self.address(server)).output == """
                server  fake 1.2, \(Self.address(server))
                keys    3
                uptime  2 min 05 s
                memory  1.5M

                """)
        let collection = try folder.succeed("info", Self.address(server), "points", "--json").json()
        #expect(collection["count"] as? Int == 7 && (collection["info"] as? [String: Any])?["hnsw-m"] as? Int == 16)
        let whole = try folder.succeed("info", Self.address(server), "--json").json()
        #expect(whole["keys"] as? Int == 3 && (whole["info"] as? [String: Any])?["redis_version"] as? String == "8.0")
        let missing = try folder.loci("info", Self.address(server), "nothing")
        #expect(missing.status == 1 && missing.error.contains("has no collection \"nothing\""), "\(missing.error)")
    }

    @Test func benchCountsTheTrueNeighbours() throws {
        let folder = try Fixture.copy()
        let server = try Self.server()
        // Of each query rows 5 and 3 are true, and 5 and 9 are what the server says.
        try folder.write(
            Data((0..<50).flatMap { _ in [2, 5, 3].flatMap { [UInt8($0), 0, 0, 0] } }), to: "truth.ivecs")
        let bench = [
            "bench", Self.address(server), "points", "--queries", "queries.fvecs", "--ground-truth", "truth.ivecs",
            "--windows", "20,40", "--connections", "1,2", "--pipeline", "1,4", "--seconds", "0.05", "--k", "2",
        ]
        let run = try folder.succeed(bench)
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 10)
        #expect(
            lines[0].split(separator: " ").joined(separator: " ")
                == "window connections pipeline recall@2 queries/s p50 µs p95 µs p99 µs client %")
        let asked = server.requests.filter { $0[0] == "VSIM" }.map(Self.plain)
        #expect(
            Set(asked.map { $0.joined(separator: " ") }) == [
                "VSIM points FP32 COUNT 2 EF 20", "VSIM points FP32 COUNT 2 EF 40",
            ])
        // In RESP2: the server is not even greeted, but for the look at the collection.
        #expect(server.requests.count { $0[0] == "HELLO" } == 1)

        func objects(_ more: String...) throws -> [[String: Any]] {
            try folder.succeed(bench + ["--json", "--quiet"] + more).output.split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        }
        #expect(try objects().allSatisfy { $0["recall"] as? Double == 0.5 })
        try folder.write("c\n1\n2\n9\n4\n5\n", to: "ids.txt")
        let objects = try objects("--ids", "ids.txt", "--rate", "200")
        #expect(objects.count == 8)
        #expect(objects.allSatisfy { $0["recall"] as? Double == 1 && $0["rate"] as? Double == 200 })
        #expect(objects.map { $0["connections"] as? Int } == [1, 1, 1, 1, 2, 2, 2, 2])
        #expect(objects.map { $0["pipeline"] as? Int } == [1, 4, 1, 4, 1, 4, 1, 4])
    }

    @Test func whatCannotBeAskedOfAServerIsNamed() throws {
        let folder = try TestFolder()
        let target = ["redis://127.0.0.1:1", "points"]
        for (arguments, names) in [
            (["query"] + target + ["--vector", "1", "--offset", "3"], ["--offset"]),
            (["query"] + target + ["--vector", "1", "--within", "3", "--explain"], ["--within", "--explain"]),
            (["query"] + target + ["--text", "sea"], ["--text"]),
            (["query"] + target + ["--vector", "1", "--text", "sea", "--hybrid", "rrf"], ["--text, --hybrid"]),
            (["add"] + target + ["--from", "-", "--metric", "l2", "--index", "a:number"], ["--metric, --index"]),
            (
                ["bench"] + target + ["--queries", "q", "--ground-truth", "t", "--plot", "p", "--threads", "2"],
                ["--threads, --plot"]
            ),
            (
                ["bench", "a.loci", "points", "--queries", "q", "--ground-truth", "t", "--rate", "2"],
                ["--rate is for servers"]
            ),
            (["bench"] + target + ["--queries", "q", "--ground-truth", "t", "--rate", "0"], ["--rate is 0.0"]),
            (
                ["bench"] + target + ["--queries", "q", "--ground-truth", "t", "--connections", "0"],
                ["--connections is 0"]
            ),
        ] {
            let run = try CommandRun(arguments, in: folder)
            #expect(run.status == 2, "\(arguments): \(run.error)")
            for name in names { #expect(run.error.contains(name), "\(arguments): \(run.error)") }
        }
        #expect(try folder.names.isEmpty)
    }

    @Test func otherVerbsRefuseAnAddress() throws {
        let folder = try TestFolder()
        let target = "redis://me:secret@127.0.0.1:1"
        for arguments in [
            ["build", target, "a", "--from", "x.npy"], ["set", target, "a", "b", "--attributes", "{}"],
            ["index", target, "a"], ["remove", target, "a", "--id", "b"], ["optimize", target, "a"],
            ["drop", target, "a"], ["export", target, "a", "--to", "x.npy"], ["tune", target, "a"],
            ["warm", target], ["list", target], ["get", target, "a", "--id", "b"], ["check", target],
            ["backup", target, "x.loci"], ["restore", "x.loci", target], ["repair", target], ["compact", target],
            ["durability", target],
        ] {
            let run = try CommandRun(arguments, in: folder)
            #expect(run.status == 2, "\(arguments): \(run.error)")
            #expect(run.error.contains("works on a file; give the path of the database"), "\(arguments): \(run.error)")
            #expect(!run.error.contains("secret"), "\(arguments)")
        }
        #expect(try folder.names.isEmpty)
    }

    @Test func addressesThatAreWrongAreRefused() throws {
        let folder = try TestFolder()
        let run = try folder.loci("info", "redis://localhost:x")
        #expect(run.status == 2 && run.error.contains("'x' is no port"), "\(run.error)")
        let unreachable = try folder.loci("query", "redis://127.0.0.1:1", "a", "--vector", "1")
        #expect(unreachable.status == 1)
        #expect(
            unreachable.error.hasPrefix("loci: cannot connect to redis://127.0.0.1:1: Connection refused;"),
            "\(unreachable.error)")
    }
}
