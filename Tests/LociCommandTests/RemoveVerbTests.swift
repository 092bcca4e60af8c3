// Loci, Apache License 2.0.

import Foundation
import Testing

/// `loci remove`, and the other verbs on what it leaves.
@Suite struct RemoveVerbTests {
    @Test func removedVectorsAreGone() throws {
        let folder = try Fixture.copy()
        let one = try folder.succeed("remove", "test.loci", "points", "--id", "7", "--id", "9", "--id", "7")
        #expect(one.output.hasPrefix("removed 2 vectors from points in "), "\(one.output)")
        #expect(one.output.hasSuffix(": 2,398 now\n") && one.error.isEmpty)
        try folder.write((10..<35).map { "\($0)\n" }.joined(), to: "ids.txt")
        let many = try folder.succeed("remove", "test.loci", "points", "--ids", "ids.txt", "--batch", "10", "--json")
        #expect(many.output == [10, 20, 25].map { "{\"removed\":\($0)}\n" }.joined())
        let info = try folder.succeed("info", "test.loci", "points", "--json").json()
        #expect(info["count"] as? Int == 2_373 && info["unused_slots"] as? Int == 27)
        let bytes = try #require(info["bytes"] as? [String: Int])
        let arrays = ["codes", "residuals", "sketches", "adjacency", "originals"].compactMap { bytes[$0] }.reduce(0, +)
        #expect(info["unused_bytes"] as? Int == Int(Double(arrays) * 27 / 2_400))
        #expect((info["free_slots"] as? Int).map { (0...27).contains($0) } == true)
        #expect(try folder.loci("get", "test.loci", "points", "--id", "7").status == 1)
        #expect(try folder.succeed("get", "test.loci", "points", "--id", "8").status == 0)
        let found = try folder.succeed(
            "query", "test.loci", "points", "--queries", "queries.fvecs", "--row", "0", "--k", "3000", "--exact",
            "--json")
        let neighbors = try #require(found.json()["neighbors"] as? [[String: Any]])
        #expect(
            Set(neighbors.compactMap { $0["id"] as? String })
                == Set((0..<2_400).filter { $0 != 7 && $0 != 9 && !(10..<35).contains($0) }.map(String.init)))
        let export = try folder.succeed("export", "test.loci", "points", "--to", "out.jsonl")
        #expect(export.error.contains("wrote 2,373 vectors"))
        #expect(try folder.succeed("check", "test.loci").output == "ok: no fault found in 1 collection\n")
    }

    @Test func anUnknownIdentifierIsRefusedBeforeAnythingIsRemoved() throws {
        let folder = try Fixture.copy()
        let run = try folder.loci(
            "remove", "test.loci", "points", "--id", "1", "--id", "x", "--id", "y", "--batch", "1", "--json")
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(
            run.error
                == "loci: the collection \"points\" has no \"x\"; 2 of the 3 identifiers are unknown; nothing was "
                + "changed\n")
        #expect(try folder.succeed("info", "test.loci", "points", "--json").json()["count"] as? Int == 2_400)
        let json = try folder.succeed(
            "remove", "test.loci", "points", "--id", "x", "--id", "1", "--batch", "1", "--json", "--missing-ok")
        #expect(json.output == "{\"removed\":0}\n{\"removed\":1}\n")
        let text = try folder.succeed("remove", "test.loci", "points", "--id", "1", "--id", "2", "--missing-ok")
        #expect(text.output.hasPrefix("removed 1 vector from points in "), "\(text.output)")
        #expect(text.output.hasSuffix(": 2,398 now; 1 of the identifiers were unknown\n"), "\(text.output)")
    }

    /// All verbs that look at a collection, at one that has no vectors.
    @Test(arguments: [false, true]) func anEmptyCollectionWorks(hadGraph: Bool) throws {
        let folder = try Fixture.copy()
        let (file, count) = hadGraph ? ("base.fvecs", 2_400) : ("queries.fvecs", 50)
        try folder.succeed("build", "d.loci", "c", "--from", file, "--degree", "8", "--build-window", "16")
        try folder.write((0..<count).map { "\($0)\n" }.joined(), to: "ids.txt")
        let run = try folder.succeed("remove", "d.loci", "c", "--ids", "ids.txt")
        #expect(run.output.hasSuffix(": 0 now\n"), "\(run.output)")

        let info = try folder.succeed("info", "d.loci", "c", "--json").json()
        #expect(info["count"] as? Int == 0 && info["unused_slots"] as? Int == 0 && info["unused_bytes"] as? Int == 0)
        try folder.succeed("info", "d.loci")
        #expect(try folder.succeed("list", "d.loci", "--names").output == "c\n")
        #expect(try folder.succeed("check", "d.loci").output == "ok: no fault found in 1 collection\n")
        #expect(try folder.loci("get", "d.loci", "c", "--id", "1").error == "loci: the collection \"c\" has no \"1\"\n")
        #expect(try folder.loci("get", "d.loci", "c", "--id", "1", "--output", "o.npy").status == 1)

        for extra in [[], ["--exact"], ["--recall", "0.9"], ["--within", "5"], ["--k", "70000"]] {
            let one = try CommandRun(["query", "d.loci", "c", "--vector", "1 2", "--json"] + extra, in: folder)
            try #require(one.status == 0, "\(one.error)")
            #expect(try (one.json()["neighbors"] as? [Any])?.isEmpty == true)
            let all = try CommandRun(
                ["query", "d.loci", "c", "--queries", "queries.fvecs", "--output", "n.jsonl"] + extra, in: folder)
            #expect(all.status == 0, "\(all.error)")
            #expect(try folder.text("n.jsonl").split(separator: "\n").count == 50)
        }
        try folder.succeed("query", "d.loci", "c", "--vector", "1 2")
        try folder.succeed("query", "d.loci", "c", "--queries", "queries.fvecs")
        try folder.succeed("query", "d.loci", "c", "--queries", "queries.fvecs", "--output", "n.npy")
        let truth = try folder.loci(
            "query", "d.loci", "c", "--queries", "queries.fvecs", "--ground-truth", "truth.ivecs")
        #expect(truth.status == 1 && truth.error == "loci: the collection \"c\" has no vectors; add some first\n")
        #expect(try folder.loci("tune", "d.loci", "c", "--sample", "10").error == truth.error)

        try folder.succeed("export", "d.loci", "c", "--to", "none.jsonl")
        #expect(try folder.bytes("none.jsonl").isEmpty)
        #expect(try folder.loci("export", "d.loci", "c", "--to", "none.npy").error == truth.error)
        #expect(!folder.exists("none.npy"))

        // The next vectors may be of another dimension, and numbers are not given twice.
        try folder.write("{\"vector\": [1, 2]}\n", to: "one.jsonl")
        try folder.succeed("add", "d.loci", "c", "--from", "one.jsonl")
        let found = try folder.succeed("query", "d.loci", "c", "--vector", "1 2", "--json")
        #expect(found.output.contains("\"neighbors\":[{\"id\":\"\(count)\",\"distance\":0}]"), "\(found.output)")
    }
}
