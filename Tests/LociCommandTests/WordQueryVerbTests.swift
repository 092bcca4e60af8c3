// Loci, Apache License 2.0.

import Foundation
import Testing

/// `loci query --text`, and indexes of the kind text.
@Suite struct WordQueryVerbTests {
    private func database() throws -> TestFolder {
        let folder = try TestFolder()
        let glosses = [
            "a train that runs at night", "the night before", "train of thought", "blade runner", "trains, at night",
        ]
        let lines = glosses.enumerated().map {
            #"{"id": "g\#($0)", "vector": [\#($0), 1], "attributes": {"gloss": "\#($1)", "n": \#($0)}}"#
        }
        try folder.write(lines.joined(separator: "\n") + "\n", to: "v.jsonl")
        try folder.succeed(
            "add", "d.loci", "a", "--from", "v.jsonl", "--quantization", "float32", "--index", "gloss:text")
        return folder
    }

    @Test func wordsAreFound() throws {
        let folder = try database()
        try expectGolden(folder.succeed("query", "d.loci", "a", "--text", "night train").output, "query-text.txt")
        func ids(_ arguments: String...) throws -> [String] {
            let run = try CommandRun(["query", "d.loci", "a", "--json"] + arguments, in: folder)
            let matches = try run.json()["matches"] as? [[String: Any]] ?? []
            return matches.compactMap { $0["id"] as? String }
        }
        #expect(try ids("--text", "night train", "--k", "1") == ["g0"])
        #expect(try ids("--text", "-night train", "--field", "gloss") == ["g2"])
        #expect(try ids("--text", #""at night""#, "--filter", ".n > 2", "--k1", "0", "--b", "1") == ["g4"])
        let object = try folder.succeed("query", "d.loci", "a", "--text", "blade", "--json", "--k1", "2").output
        #expect(
            object
                == #"{"text":"blade","k":10,"k1":2,"b":0.75,"matches":[{"id":"g3","score":1.745704}]}"# + "\n")
        let none = try folder.succeed("query", "d.loci", "a", "--text", "zebra")
        #expect(none.output == "" && none.error == "loci: nothing has these words\n")
    }

    @Test func textFieldsAreTold() throws {
        let folder = try database()
        #expect(
            try folder.succeed("info", "d.loci", "a").output.contains(
                "indexes          gloss (text)\n  gloss          5 documents, 17 words, 13 of them different\n"))
        let info = try folder.succeed("info", "d.loci", "a", "--json").json()
        let index = try #require((info["indexes"] as? [[String: Any]])?.first)
        #expect(index["terms"] as? Int == 13 && index["language"] as? String == "none")
        let indexes = try folder.succeed("index", "d.loci", "a", "--add", "n:number", "--json")
        #expect(
            indexes.output == #"[{"field":"gloss","kind":"text","rows":5,"language":"none","keeps_diacritics":false,"#
                + #""documents":5,"words":17},{"field":"n","kind":"number","rows":5}]"# + "\n")
        #expect(try folder.succeed("check", "d.loci").output == "ok: no fault found in 1 collection\n")
    }

    #if Stemming
    @Test func languagesAreDeclared() throws {
        let folder = try database()
        let made = try folder.succeed("index", "d.loci", "a", "--drop", "gloss", "--add", "gloss:text:english")
        #expect(made.output.contains("gloss  text, english"))
        let found = try folder.succeed("query", "d.loci", "a", "--text", "run", "--json").json()
        #expect((found["matches"] as? [[String: Any]])?.count == 1)
        try folder.succeed("add", "d.loci", "a", "--from", "v.jsonl", "--upsert", "--index", "gloss:text:english")
        let run = try CommandRun(["add", "d.loci", "a", "--from", "v.jsonl", "--index", "gloss:text"], in: folder)
        #expect(run.status == 1 && run.error.contains("made with gloss:text:english"))
    }
    #endif

    @Test func whatIsWrongIsRefused() throws {
        let folder = try database()
        for (arguments, status, message) in [
            (["--text", "a", "--field", "n"], 1, "has no index of words on n"),
            (["--text", "\"a"], 1, "a quotation mark begins a phrase"),
            (["--text", "a", "--row", "3"], 2, "--row is for vectors"),
            (["--text", "a", "--vector", "1 2"], 2, "make one search with --hybrid"),
            (["--text", "a", "--output", "o.jsonl"], 2, "--output is for vectors"),
            (["--text", "a", "--b", "2"], 2, "b is 2.0, allowed is 0 to 1"),
            (["--vector", "1 2", "--k1", "2"], 2, "need --text"),
        ] {
            let run = try CommandRun(["query", "d.loci", "a"] + arguments, in: folder)
            #expect(run.status == Int32(status), "\(arguments): \(run.error)")
            #expect(run.error.contains(message), "\(arguments): \(run.error)")
        }
        for (option, message) in [
            ("x:text:klingon", "none, arabic, armenian"), ("x:tex", "field:kind"), (":text", "field"),
        ] {
            let run = try CommandRun(["index", "d.loci", "a", "--add", option], in: folder)
            #expect(run.status == 2 && run.error.contains(message), "\(run.error)")
        }
        try folder.succeed("index", "d.loci", "a", "--add", "m:text")
        let run = try CommandRun(["query", "d.loci", "a", "--text", "a"], in: folder)
        #expect(run.status == 1 && run.error.contains(#"on "gloss", "m"; say which"#), "\(run.error)")
    }
}
