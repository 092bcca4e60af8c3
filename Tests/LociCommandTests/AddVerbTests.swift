// Loci, Apache License 2.0.

import Foundation
import Testing

/// `loci add`: vectors of files.
@Suite struct AddVerbTests {
    private static func lines(_ rows: [(id: String?, vector: String)]) -> String {
        rows.map { row in
            "{" + (row.id.map { "\"id\": \"\($0)\", " } ?? "") + "\"vector\": [\(row.vector)]}\n"
        }.joined()
    }

    /// A database with the vectors a = (0, 0) and b = (3, 4), as they were given.
    private func small() throws -> TestFolder {
        let folder = try TestFolder()
        try folder.write(Self.lines([("a", "0, 0"), ("b", "3, 4")]), to: "two.jsonl")
        try folder.succeed("build", "d.loci", "c", "--from", "two.jsonl", "--originals", "float32")
        return folder
    }

    private func vectors(_ folder: TestFolder) throws -> String {
        try folder.succeed("export", "d.loci", "c", "--to", "out.jsonl", "--quiet")
        return try folder.text("out.jsonl")
    }

    @Test func aNewCollectionGrowsCommitByCommit() throws {
        let folder = try Fixture.copy()
        let run = try folder.succeed("add", "new.loci", "a", "--from", "queries.fvecs", "--batch", "20", "--json")
        #expect(run.output == #"{"committed":20}"# + "\n" + #"{"committed":40}"# + "\n" + #"{"committed":50}"# + "\n")
        #expect(run.error.isEmpty)
        let query = ["a", "--queries", "queries.fvecs", "--row", "7", "--k", "1", "--json"]
        let found = try CommandRun(["query", "new.loci"] + query, in: folder)
        #expect(found.output.contains(#""id":"7""#), "\(found.output)")
        #expect(try folder.succeed("check", "new.loci").output == "ok: no fault found in 1 collection\n")
        let info = try folder.succeed("info", "new.loci", "a", "--json").json()
        #expect(info["count"] as? Int == 50 && info["unused_slots"] as? Int == 0)
    }

    @Test func theResultIsALine() throws {
        let folder = try Fixture.copy()
        let all = try folder.succeed("add", "test.loci", "points", "--from", "queries.fvecs", "--threads", "1")
        #expect(all.output.hasPrefix("added 50 vectors to points and replaced 0 in "), "\(all.output)")
        #expect(all.output.hasSuffix(": 2,450 now\n") && all.error.isEmpty)
        #expect(try folder.succeed("get", "test.loci", "points", "--id", "2449").output.hasPrefix(#"{"id":"2449","#))
        #expect(try folder.succeed("check", "test.loci").output == "ok: no fault found in 1 collection\n")
    }

    /// From a scan to a graph, in which the true neighbours are found.
    @Test func aLargeFileIsFound() throws {
        let folder = try Fixture.copy()
        try folder.succeed(
            "add", "new.loci", "a", "--from", "base.fvecs", "--batch", "700", "--degree", "12", "--build-window", "24",
            "--quiet")
        let info = try folder.succeed("info", "new.loci", "a", "--json").json()
        #expect(info["index"] as? String == "graph" && info["count"] as? Int == 2_400)
        let json = try folder.succeed(
            "query", "new.loci", "a", "--queries", "queries.fvecs", "--ground-truth", "truth.ivecs", "--window", "80",
            "--json"
        ).json()
        #expect((json["recall"] as? Double ?? 0) > 0.95)
        #expect(try folder.succeed("check", "new.loci").output == "ok: no fault found in 1 collection\n")
    }

    @Test func identifiersComeFromLinesOrFromJSONOrFollowOn() throws {
        let folder = try small()
        try folder.write(Self.lines([(nil, "1, 1"), (nil, "2, 2")]), to: "unnamed.jsonl")
        try folder.write("x\n41\n", to: "ids.txt")
        try folder.succeed("add", "d.loci", "c", "--from", "unnamed.jsonl")
        try folder.succeed("add", "d.loci", "c", "--from", "unnamed.jsonl", "--ids", "ids.txt")
        try folder.succeed("add", "d.loci", "c", "--from", "unnamed.jsonl", "--batch", "1")
        try folder.write(Self.lines([("y", "5, 5")]), to: "named.jsonl")
        try folder.succeed("add", "d.loci", "c", "--from", "named.jsonl")
        let expected = ["a": 0, "b": 3, "0": 1, "1": 2, "x": 1, "41": 2, "42": 1, "43": 2, "y": 5]
        for (id, first) in expected {
            let run = try folder.succeed("get", "d.loci", "c", "--id", id)
            #expect(run.output.hasPrefix("{\"id\":\"\(id)\",\"vector\":[\(first),"), "\(run.output)")
        }
        #expect(try folder.succeed("info", "d.loci", "c", "--json").json()["count"] as? Int == expected.count)
    }

    @Test func aRowThatIsThereEndsTheAddUnlessItMayReplace() throws {
        let folder = try small()
        try folder.write(
            Self.lines([("n", "1, 1"), ("o", "1, 2"), ("b", "9, 9"), ("p", "1, 3")]), to: "four.jsonl")
        let before = try vectors(folder)
        let whole = try folder.loci("add", "d.loci", "c", "--from", "four.jsonl")
        let reason =
            "loci: four.jsonl, row 2: the collection \"c\" has a vector \"b\" already; replace it (upsert), or use another "
            + "identifier; "
        #expect(whole.status == 1 && whole.error == reason + "nothing was changed\n" && whole.output.isEmpty)
        #expect(try vectors(folder) == before)

        let replacing = try folder.succeed("add", "d.loci", "c", "--from", "four.jsonl", "--upsert", "--batch", "2")
        #expect(replacing.output.hasPrefix("added 3 vectors to c and replaced 1 in "), "\(replacing.output)")
        #expect(replacing.output.hasSuffix(": 5 now\n"))
        #expect(try folder.succeed("get", "d.loci", "c", "--id", "b").output == #"{"id":"b","vector":[9,9]}"# + "\n")

        try folder.succeed("remove", "d.loci", "c", "--id", "n", "--id", "o")
        let some = try folder.loci("add", "d.loci", "c", "--from", "four.jsonl", "--batch", "2", "--json")
        #expect(some.status == 1 && some.error == reason + "2 rows were committed before\n")
        #expect(some.output == #"{"committed":2}"# + "\n")
        try folder.succeed("get", "d.loci", "c", "--id", "n", "--id", "o")
    }

    @Test func aNewCollectionTakesEveryOption() throws {
        let folder = try Fixture.copy()
        let options = [
            "--metric", "cosine", "--quantization", "lvq8", "--degree", "8", "--build-window", "16", "--alpha", "1.1",
            "--seed", "5", "--originals", "float16",
        ]
        let add = ["add", "new.loci", "a", "--from", "queries.fvecs", "--json"]
        #expect(try CommandRun(add + options, in: folder).status == 0)
        let json = try folder.succeed("info", "new.loci", "a", "--json").json()
        #expect(json["metric"] as? String == "cosine" && json["quantization"] as? String == "lvq8")
        #expect(json["degree"] as? Int == 8 && json["build_window"] as? Int == 16 && json["alpha"] as? Double == 1.1)
        #expect(json["seed"] as? Int == 5 && json["originals"] as? String == "float16")
        // What it was made with may be said again, and nothing else.
        #expect(try CommandRun(add + options, in: folder).status == 0)
        let others = ["ip", "lvq4", "9", "17", "1.2", "6", "none"]
        let values = ["cosine", "lvq8", "8", "16", "1.1", "5", "float16"]
        for (index, other) in others.enumerated() {
            let run = try CommandRun(add + [options[2 * index], other], in: folder)
            #expect(run.status == 1 && run.output.isEmpty)
            #expect(
                run.error == "loci: \(options[2 * index]) is \(other), but the collection \"a\" was made with "
                    + "\(values[index]); leave the option out, or use another collection\n")
        }
        #expect(try folder.succeed("info", "new.loci", "a", "--json").json()["count"] as? Int == 100)
    }

    @Test(arguments: [
        ["--from", "none.fvecs"], ["--from", "far.jsonl", "--originals", "float16"],
        ["--from", "far.jsonl", "--degree", "2"],
        ["--from", "zero.jsonl", "--metric", "cosine"],
    ])
    func anAddThatFailsLeavesNoDatabase(arguments: [String]) throws {
        let folder = try TestFolder()
        try folder.write(Self.lines([(nil, "1, 1"), (nil, "1, 70000")]), to: "far.jsonl")
        try folder.write(Self.lines([(nil, "1, 1"), (nil, "0, 0")]), to: "zero.jsonl")
        let names = try folder.names
        let run = try CommandRun(["add", "new.loci", "a"] + arguments, in: folder)
        #expect(run.status != 0 && run.errorLines.count == 1, "\(run.error)")
        #expect(try folder.names == names)
        // What was committed stays.
        guard arguments[1] == "far.jsonl", arguments[2] == "--originals" else { return }
        let some = try CommandRun(["add", "new.loci", "a", "--batch", "1"] + arguments, in: folder)
        #expect(some.status == 1 && some.error.hasSuffix("; 1 row was committed before\n"), "\(some.error)")
        #expect(try folder.succeed("info", "new.loci", "a", "--json").json()["count"] as? Int == 1)
    }

    @Test func aNameThatNoCollectionCanHaveIsRefused() throws {
        let folder = try small()
        for name in ["", "a\nb", String(repeating: "x", count: 256)] {
            let run = try folder.loci("add", "new.loci", name, "--from", "two.jsonl")
            #expect(run.status == 1)
            #expect(run.errorLines.count == 1 && run.error.contains("cannot name a collection"), "\(run.error)")
            #expect(!folder.exists("new.loci") && !folder.exists("new.loci-lock"))
        }
    }
}
