// Loci, Apache License 2.0.

import Foundation
import Testing

/// What each verb does when all is well.
@Suite struct VerbTests {
    @Test func buildMakesTheDatabaseAndSaysWhat() throws {
        let folder = try Fixture.copy()
        let run = try folder.succeed("build", "new.loci", "a", "--from", "queries.fvecs", "--metric", "cosine")
        #expect(run.output.hasPrefix("built a in "))
        #expect(run.output.contains("50 × 16, cosine, lvq4x8, scanned"))
        #expect(run.error.isEmpty)
        #expect(folder.exists("new.loci"))
    }

    @Test func buildTakesEveryOption() throws {
        let folder = try Fixture.copy()
        let run = try folder.succeed(
            "build", "new.loci", "a", "--from", "base.fvecs", "--metric", "cosine", "--quantization", "lvq4x8",
            "--degree",
            "8", "--build-window", "16", "--alpha", "1.1", "--threads", "1", "--seed", "5", "--originals", "float16",
            "--json", "--quiet")
        let json = try run.json()
        #expect(json["count"] as? Int == 2400)
        #expect(json["dimension"] as? Int == 16)
        #expect(json["metric"] as? String == "cosine")
        #expect(json["quantization"] as? String == "lvq4x8")
        #expect(json["originals"] as? String == "float16")
        #expect(json["degree"] as? Int == 8)
        #expect(json["build_window"] as? Int == 16)
        #expect(json["alpha"] as? Double == 1.1)
        #expect(json["seed"] as? Int == 5)
        #expect(json["index"] as? String == "graph")
        #expect((json["bytes_on_disk"] as? Int ?? 0) > 0)
        #expect((json["seconds"] as? Double ?? 0) > 0)
    }

    @Test func queryWithinADistance() throws {
        let folder = try Fixture.copy()
        let query = ["query", "test.loci", "points", "--queries", "queries.fvecs", "--row", "3", "--json"]
        func neighbors(_ more: String...) throws -> [Double] {
            let run = try CommandRun(query + more, in: folder)
            try #require(run.status == 0, "\(run.error)")
            let found = try run.json()["neighbors"] as? [[String: Any]]
            return try #require(found).compactMap { $0["distance"] as? Double }
        }
        let nearest = try neighbors("--k", "30", "--exact")
        let within = try neighbors("--within", "\(nearest[19])", "--exact")
        #expect(within == Array(nearest.prefix(20)))
        #expect(try neighbors("--within", "\(nearest[19])").count >= 19)
        #expect(try neighbors("--within", "\(nearest[19])", "--k", "5", "--exact") == Array(nearest.prefix(5)))
        #expect(try neighbors("--within", "0").isEmpty)
        let limited = try CommandRun(query + ["--within", "1e9", "--k", "7"], in: folder)
        #expect(limited.error.contains("7 neighbours or more"), "\(limited.error)")
        for wrong in [["--within", "nan"], ["--within", "1", "--ground-truth", "truth.ivecs"]] {
            #expect(try CommandRun(query + wrong, in: folder).status == 2)
        }
    }

    @Test func queryPassesOverAnOffset() throws {
        let folder = try Fixture.copy()
        func json(_ arguments: String...) throws -> [String: Any] {
            let run = try CommandRun(
                ["query", "test.loci", "points", "--queries", "queries.fvecs", "--exact", "--json"] + arguments,
                in: folder)
            try #require(run.status == 0, "\(run.error)")
            return try run.json()
        }
        func ids(_ json: [String: Any]) throws -> [String] {
            try #require(json["neighbors"] as? [[String: Any]]).compactMap { $0["id"] as? String }
        }
        let all = try ids(json("--row", "3", "--k", "2400"))
        let next = try json("--row", "3", "--k", "7", "--offset", "5")
        #expect(try ids(next) == Array(all[5..<12]))
        #expect(next["offset"] as? Int == 5 && next["k"] as? Int == 7 && next["queries"] as? Int == 1)
        #expect(next["queries_per_second"] == nil)
        #expect(try ids(json("--row", "3", "--offset", "2395")) == Array(all[2395...]))
        #expect(try ids(json("--row", "3", "--offset", "2400")).isEmpty)
        #expect(try ids(json("--row", "3", "--within", "0", "--offset", "1")).isEmpty)
        // Of many queries; and rows in a file.
        try folder.succeed(
            "query", "test.loci", "points", "--queries", "queries.fvecs", "--offset", "2398", "--k", "3", "--exact",
            "--output", "rows.ivecs")
        let bytes = try folder.bytes("rows.ivecs")
        #expect(bytes.count == 50 * 16)
        let row = bytes.dropFirst(3 * 16).prefix(16).withUnsafeBytes { buffer in
            (0..<4).map { Int32(littleEndian: buffer.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self)) }
        }
        #expect(row == [3, Int32(all[2398]), Int32(all[2399]), -1])
        let text = try folder.succeed(
            "query", "test.loci", "points", "--queries", "queries.fvecs", "--offset", "9", "--k", "2")
        #expect(text.output.hasPrefix("query  rank  id"), "\(text.output)")
        for wrong in [["--offset=-1"], ["--offset", "1", "--threads", "1"], ["--offset", "1000001"]] {
            let query = ["query", "test.loci", "points", "--queries", "queries.fvecs"]
            #expect(try CommandRun(query + wrong, in: folder).status == 2)
        }
    }

    /// Vectors that took the slots of others are told by their identifiers; what is no number is refused.
    @Test func queryWritesIdentifiersThatAreNumbers() throws {
        let folder = try Fixture.copy()
        try folder.succeed("build", "d.loci", "a", "--from", "queries.fvecs")
        try folder.write((0..<20).map { "\($0)\n" }.joined(), to: "ids.txt")
        try folder.succeed("remove", "d.loci", "a", "--ids", "ids.txt")
        let query = ["query", "d.loci", "a", "--queries", "queries.fvecs", "--k", "1", "--exact", "--output"]
        #expect(try CommandRun(query + ["n.ivecs"], in: folder).status == 0)
        let found = try folder.bytes("n.ivecs").withUnsafeBytes { buffer in
            (20..<50).map { Int32(littleEndian: buffer.loadUnaligned(fromByteOffset: 8 * $0 + 4, as: Int32.self)) }
        }
        #expect(found == Array(20..<50))
        for (id, vector) in [("07", 100), ("2147483648", 200), ("x", 300)] {
            let numbers = [String](repeating: "\(vector)", count: 16).joined(separator: ", ")
            try folder.write(#"{"id": "\#(id)", "vector": [\#(numbers)]}"# + "\n", to: "v.jsonl")
            try folder.succeed("add", "d.loci", "a", "--from", "v.jsonl")
            let run = try CommandRun(
                ["query", "d.loci", "a", "--vector", numbers, "--k", "1", "--output", "none.npy"], in: folder)
            #expect(run.status == 1 && run.error.contains("\"\(id)\" is no whole number"), "\(run.error)")
            #expect(run.error.hasSuffix("; write .jsonl\n") && !folder.exists("none.npy"))
        }
    }

    @Test func warmSaysHowMuchIsRead() throws {
        let folder = try Fixture.copy()
        let file = try folder.succeed("info", "test.loci", "--json").json()["bytes_on_disk"] as? Int ?? 0
        let json = try folder.succeed("warm", "test.loci", "points", "--json").json()
        #expect(json["collections"] as? [String] == ["points"])
        let bytes = json["bytes"] as? Int ?? 0
        // The last chunks of arrays may share a page.
        #expect(bytes % 4096 == 0 && bytes > file / 2 && bytes <= file + 6 * 4096, "\(bytes) of \(file)")
        let all = try folder.succeed("warm", "test.loci")
        #expect(
            all.output.hasPrefix("the system reads ") && all.output.hasSuffix(" of 1 collection\n"), "\(all.output)")
        let missing = try folder.loci("warm", "test.loci", "nothing")
        #expect(missing.status == 1 && missing.error.contains("nothing"))
    }

    @Test func buildIsTheSameOnAnyNumberOfThreads() throws {
        let folder = try Fixture.copy()
        for (name, threads) in [("one.loci", "1"), ("three.loci", "3")] {
            try folder.succeed(
                "build", name, "a", "--from", "base.fvecs", "--degree", "8", "--build-window", "16", "--threads",
                threads
            )
        }
        #expect(try folder.bytes("one.loci") == folder.bytes("three.loci"))
    }

    @Test func replaceReplaces() throws {
        let folder = try Fixture.copy()
        try folder.succeed("build", "test.loci", "points", "--from", "queries.fvecs", "--replace")
        #expect(try folder.succeed("info", "test.loci", "points", "--json").json()["count"] as? Int == 50)
        try folder.succeed("build", "test.loci", "other", "--from", "queries.fvecs", "--replace")
        #expect(try folder.succeed("list", "test.loci", "--names").output == "other\npoints\n")
        #expect(try folder.succeed("check", "test.loci").output == "ok: no fault found in 2 collections\n")
    }

    @Test func identifiersComeFromALineEachOrFromJSON() throws {
        let folder = try TestFolder()
        try folder.write(
            #"{"id": "a", "vector": [0, 0]}"# + "\n" + #"{"id": {"base64": "/wA="}, "vector": [3, 4]}"# + "\n",
            to: "v.jsonl")
        try folder.write("first\r\nsecond", to: "ids.txt")
        try folder.succeed("build", "d.loci", "own", "--from", "v.jsonl", "--originals", "float32")
        try folder.succeed("build", "d.loci", "given", "--from", "v.jsonl", "--ids", "ids.txt")
        let own = try folder.succeed("query", "d.loci", "own", "--vector", "3,4", "--k", "2", "--exact", "--json")
        #expect(own.output.contains(#""neighbors":[{"id":{"base64":"/wA="},"distance":0},{"id":"a","distance":25}]"#))
        let given = try folder.succeed("query", "d.loci", "given", "--vector", "3 4", "--k", "1")
        #expect(given.output.contains("second"))

        try folder.succeed("export", "d.loci", "own", "--to", "out.jsonl")
        #expect(
            try folder.text("out.jsonl")
                == folder.text("v.jsonl").replacingOccurrences(of: "0, 0", with: "0.0, 0.0")
                .replacingOccurrences(of: "3, 4", with: "3.0, 4.0"))
        let note = try folder.succeed("export", "d.loci", "given", "--to", "out.npy")
        #expect(note.error.contains("without their identifiers"))
        #expect(note.output.isEmpty)
        #expect(try folder.succeed("export", "d.loci", "own", "--to", "q.fvecs", "--quiet").error.isEmpty)
    }

    @Test func recallAgainstTruthIsHigh() throws {
        let folder = try Fixture.copy()
        let json = try folder.succeed(
            "query", "test.loci", "points", "--queries", "queries.fvecs", "--ground-truth", "truth.ivecs", "--json",
            "--window", "80"
        ).json()
        #expect((json["recall"] as? Double ?? 0) > 0.95)
        #expect((json["queries_per_second"] as? Double ?? 0) > 0)
        #expect((json["queries_per_processor_second"] as? Double ?? 0) > 0)
        #expect(json["k"] as? Int == 10)
        #expect(json["window"] as? Int == 80)
        #expect(json["queries"] as? Int == 50)
        let latency = try #require(json["latency_us"] as? [String: Double])
        #expect(Set(latency.keys) == ["p50", "p95", "p99"])
        #expect(json["results"] == nil)
    }

    @Test(arguments: ["l2", "ip", "cosine"])
    func exactSearchOfOriginalsIsTheTruth(metric: String) throws {
        let folder = try Fixture.copy()
        try folder.succeed("generate", "--count", "1500", "--dimension", "16", "--clusters", "12", "--to", "some.npy")
        try folder.succeed(
            "build", "f.loci", "a", "--from", "some.npy", "--metric", metric, "--quantization", "float32")
        try folder.succeed(
            "truth", "--from", "some.npy", "--queries", "queries.fvecs", "--metric", metric, "--output", "t.npy")
        let json = try folder.succeed(
            "query", "f.loci", "a", "--queries", "queries.fvecs", "--ground-truth", "t.npy", "--exact", "--json"
        ).json()
        #expect(json["recall"] as? Double == 1)
        #expect(json["exact"] as? Bool == true)
    }

    @Test func neighboursAreWrittenAsRowsAndAsLines() throws {
        let folder = try Fixture.copy()
        for file in ["n.ivecs", "n.npy", "n.jsonl"] {
            let run = try folder.succeed(
                "query", "test.loci", "points", "--queries", "queries.fvecs", "--exact", "--output", file)
            #expect(run.output.contains("speed"))
            #expect(!run.output.contains("rank"))
        }
        let lines = try folder.text("n.jsonl").split(separator: "\n")
        #expect(lines.count == 50)
        let last = try #require(try JSONSerialization.jsonObject(with: Data(lines[49].utf8)) as? [String: Any])
        #expect(last["query"] as? Int == 49)
        let neighbors = try #require(last["neighbors"] as? [[String: Any]])
        let ids = neighbors.compactMap { ($0["id"] as? String).flatMap(Int32.init) }
        #expect(ids.count == 10)
        // Rows are identifiers here: the last row of the matrix is the same ten.
        let bytes = try folder.bytes("n.ivecs")
        #expect(bytes.count == 50 * 44)
        let row = bytes.suffix(40).withUnsafeBytes { source in
            (0..<10).map { Int32(littleEndian: source.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self)) }
        }
        #expect(row == ids)
        #expect(try folder.bytes("n.npy").suffix(40) == bytes.suffix(40))
        // What was written can be the ground truth of another run.
        let json = try folder.succeed(
            "query", "test.loci", "points", "--queries", "queries.fvecs", "--exact", "--ground-truth", "n.npy", "--json"
        ).json()
        #expect(json["recall"] as? Double == 1)
    }

    @Test func fewQueriesAreInTheJSONObject() throws {
        let folder = try Fixture.copy()
        try folder.succeed(
            "generate", "--count", "3", "--skip", "9000", "--dimension", "16", "--clusters", "12", "--to", "few.npy")
        let json = try folder.succeed(
            "query", "test.loci", "points", "--queries", "few.npy", "--k", "2", "--json"
        ).json()
        let results = try #require(json["results"] as? [[String: Any]])
        #expect(results.map { $0["query"] as? Int } == [0, 1, 2])
        #expect(results.allSatisfy { ($0["neighbors"] as? [Any])?.count == 2 })
        let one = try folder.succeed(
            "query", "test.loci", "points", "--queries", "few.npy", "--row", "1", "--k", "2", "--json"
        ).json()
        let neighbors = try #require(one["neighbors"] as? [[String: Any]])
        let same = try #require(results[1]["neighbors"] as? [[String: Any]])
        #expect(neighbors.map { $0["id"] as? String } == same.map { $0["id"] as? String })
    }

    @Test func kBeyondTheCollectionIsCapped() throws {
        let folder = try Fixture.copy()
        try folder.succeed("build", "small.loci", "s", "--from", "queries.fvecs")
        let run = try folder.succeed(
            "query", "small.loci", "s", "--queries", "queries.fvecs", "--row", "0", "--k", "100", "--json")
        #expect(run.error == "loci: k 100 is more than the collection holds; 50 are returned\n")
        #expect(try (run.json()["neighbors"] as? [Any])?.count == 50)
        let truth = try folder.loci(
            "truth", "--from", "queries.fvecs", "--queries", "queries.fvecs", "--k", "60", "--output", "t.ivecs")
        #expect(truth.status == 0)
        #expect(truth.errorLines.first == "loci: k 60 is more than the file holds; 50 are written")
    }

    @Test func benchMeasuresEachWindow() throws {
        let folder = try Fixture.copy()
        let run = try folder.succeed(
            "bench", "test.loci", "points", "--queries", "queries.fvecs", "--ground-truth", "truth.ivecs", "--windows",
            "5,10,40", "--passes", "2", "--plot", "plot.svg", "--json")
        let lines = try run.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(lines.map { $0["window"] as? Int } == [5, 10, 40])
        let recalls = lines.compactMap { $0["recall"] as? Double }
        #expect(recalls.count == 3 && recalls == recalls.sorted() && recalls[2] > 0.9)
        #expect(lines.allSatisfy { $0["threads"] as? Int == 1 && ($0["latency_us"] as? [String: Any])?.count == 3 })
        #expect(try folder.text("plot.svg").contains("points, 2,400 × 16"))
        let table = try folder.succeed(
            "bench", "test.loci", "points", "--queries", "queries.fvecs", "--ground-truth", "truth.ivecs")
        #expect(table.output.split(separator: "\n").count == 2 + 11)
        #expect(table.error.isEmpty)
    }

    @Test func generatedRowsDoNotDependOnHowManyAreSkipped() throws {
        let folder = try TestFolder()
        let shape = ["--dimension", "3", "--clusters", "2", "--seed", "9"]
        for (name, count, skip) in [("all.fvecs", "10", "0"), ("end.fvecs", "4", "6")] {
            let arguments = ["generate", "--count", count, "--skip", skip, "--to", name] + shape
            #expect(try CommandRun(arguments, in: folder).status == 0)
        }
        #expect(try folder.bytes("end.fvecs") == folder.bytes("all.fvecs").suffix(4 * 16))
    }

    @Test func infoOfADatabaseAndOfACollection() throws {
        let folder = try Fixture.copy()
        let database = try folder.succeed("info", "test.loci", "--json").json()
        #expect((database["path"] as? String)?.hasSuffix("test.loci") == true)
        #expect((database["bytes_on_disk"] as? Int ?? 0) > 0)
        let collections = try #require(database["collections"] as? [[String: Any]])
        #expect(collections.map { $0["name"] as? String } == ["points"])
        let collection = try folder.succeed("info", "test.loci", "points", "--json").json()
        for field in ["count", "dimension", "metric", "quantization", "bytes_on_disk", "bytes_per_vector"] {
            #expect(collection[field] != nil, "\(field)")
        }
    }

    @Test func dropDrops() throws {
        let folder = try Fixture.copy()
        #expect(try folder.succeed("drop", "test.loci", "points").output == "dropped points\n")
        #expect(try folder.succeed("list", "test.loci").output.isEmpty)
        #expect(try folder.succeed("check", "test.loci").output == "ok: no fault found in 0 collections\n")
    }

    @Test func versionAndHelpAreResults() throws {
        let folder = try TestFolder()
        #expect(try folder.succeed("--version").output == "0.1.0\n")
        for arguments in [["--help"], [], ["help", "build"], ["build", "--help"]] {
            let run = try CommandRun(arguments, in: folder)
            #expect(run.status == 0 && run.output.contains("USAGE: loci") && run.error.isEmpty, "\(arguments)")
        }
    }
}
