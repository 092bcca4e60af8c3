// Loci, Apache License 2.0.

import Foundation
import Testing

/// `loci query --hybrid` and `loci query --group-by`.
@Suite struct RankingQueryVerbTests {
    private func database() throws -> TestFolder {
        let folder = try TestFolder()
        let glosses = [
            "a train that runs at night", "the night before", "train of thought", "blade runner", "trains, at night",
        ]
        let lines = glosses.enumerated().map {
            #"{"id": "g\#($0)", "vector": [\#($0), 1], "attributes": {"gloss": "\#($1)", "kind": "\#($0 % 2 == 0 ? "even" : "odd")"}}"#
        }
        let others = [#"{"id": "x", "vector": [9, 1], "attributes": {"kind": 7}}"#, #"{"id": "y", "vector": [0, 1]}"#]
        try folder.write((lines + others).joined(separator: "\n") + "\n", to: "v.jsonl")
        try folder.succeed(
            "add", "d.loci", "a", "--from", "v.jsonl", "--quantization", "float32", "--index", "gloss:text")
        return folder
    }

    @Test func vectorsAndWordsAreRankedTogether() throws {
        let folder = try database()
        let query = ["query", "d.loci", "a", "--vector", "1 1", "--text", "night train"]
        try expectGolden(folder.succeed(query + ["--hybrid", "rrf"]).output, "query-hybrid.txt")
        func ids(_ arguments: String...) throws -> [String] {
            let matches = try folder.succeed(query + ["--json"] + arguments).json()["matches"] as? [[String: Any]] ?? []
            return matches.compactMap { $0["id"] as? String }
        }
        // By the words alone, then by what the vector says of the others.
        #expect(try ids("--hybrid", "weighted", "--weights", "0 1").prefix(2) == ["g0", "g2"])
        #expect(try ids("--hybrid", "weighted", "--weights", "1,0", "--k", "1") == ["g1"])
        let all = try ids("--hybrid", "rrf")
        #expect(all.count == 7)
        #expect(try ids("--hybrid", "rrf", "--k", "2", "--offset", "3") == Array(all[3..<5]))
        #expect(try ids("--hybrid", "rrf", "--offset", "7") == [])
        #expect(try Set(ids("--hybrid", "rrf", "--filter", #".kind == "odd""#, "--depth", "1")) == ["g1", "g3"])
        let object = try folder.succeed(query + ["--hybrid", "rrf", "--k", "1", "--json"]).output
        #expect(
            object == #"{"text":"night train","hybrid":"rrf","k":1,"offset":0,"matches":[{"id":"g0","score":0.032522,"#
                + #""distance":1,"words":1.077413}]}"# + "\n")
    }

    @Test func neighboursAreGrouped() throws {
        let folder = try database()
        let query = ["query", "d.loci", "a", "--vector", "1 1", "--group-by", "kind"]
        try expectGolden(folder.succeed(query + ["--per-group", "2"]).output, "query-groups.txt")
        let object = try folder.succeed(query + ["--k", "2", "--json"]).output
        #expect(
            object
                == #"{"group_by":"kind","k":2,"per_group":1,"groups":[{"value":"odd","neighbors":[{"id":"g1","distance":0}]},"#
                + #"{"value":"even","neighbors":[{"id":"g0","distance":1}]}]}"# + "\n")
        let none = try folder.succeed(["query", "d.loci", "a", "--vector", "1 1", "--group-by", ".no.such"])
        #expect(none.output == "" && none.error == "loci: no neighbour has a value in this field\n")
    }

    @Test func whatIsWrongIsRefused() throws {
        let folder = try database()
        let vector = ["--vector", "1 2"]
        let hybrid = vector + ["--text", "a", "--hybrid", "rrf"]
        for (arguments, status, message) in [
            (vector + ["--hybrid", "rrf"], 2, "--hybrid needs --text"),
            (["--text", "a", "--hybrid", "rrf"], 2, "--hybrid needs one vector"),
            (hybrid + ["--within", "2"], 2, "--hybrid has no use for --within"),
            (hybrid + ["--weights", "1 2"], 2, "--weights needs --hybrid weighted"),
            (vector + ["--text", "a", "--hybrid", "weighted", "--weights", "1"], 2, "takes two numbers"),
            (vector + ["--text", "a", "--hybrid", "weighted", "--weights", "0 0"], 2, "one of them above 0"),
            (vector + ["--depth", "5"], 2, "--depth needs --hybrid"),
            (hybrid + ["--depth", "0"], 2, "--depth is 0; it must be from 1"),
            (hybrid + ["--group-by", "kind"], 2, "--hybrid has no use for --group-by"),
            (vector + ["--per-group", "2"], 2, "--per-group needs --group-by"),
            (vector + ["--group-by", "kind", "--per-group", "0"], 2, "--per-group is 0; it must be from 1"),
            (vector + ["--group-by", "kind", "--offset", "2"], 2, "--group-by has no use for --offset"),
            (vector + ["--group-by", "a b"], 1, "a b"),
            (["--queries", "v.jsonl", "--group-by", "kind"], 2, "--group-by needs one vector"),
        ] {
            let run = try CommandRun(["query", "d.loci", "a"] + arguments, in: folder)
            #expect(run.status == Int32(status), "\(arguments): \(run.error)")
            #expect(run.error.contains(message), "\(arguments): \(run.error)")
        }
    }
}
