// Loci, Apache License 2.0.

import Foundation
import Testing

/// `loci index`, and `loci add --index`.
@Suite struct IndexVerbTests {
    private func database() throws -> TestFolder {
        let folder = try TestFolder()
        let lines = (0..<40).map {
            #"{"vector": [\#($0), 1], "attributes": {"n": \#($0), "tags": ["t\#($0 % 3)"], "at": "2024-01-\#(10 + $0 % 9)"}}"#
        }
        try folder.write(lines.joined(separator: "\n") + "\n", to: "v.jsonl")
        try folder.succeed(
            "add", "d.loci", "a", "--from", "v.jsonl", "--quantization", "float32", "--index", "n:number", "--index",
            ".tags:keyword")
        return folder
    }

    @Test func indexesAreListedAddedAndDropped() throws {
        let folder = try database()
        try expectGolden(folder.succeed("index", "d.loci", "a").output, "index.txt")
        let added = try folder.succeed("index", "d.loci", "a", "--add", "at:time", "--drop", "n", "--json")
        #expect(
            added.output
                == #"[{"field":"at","kind":"time","rows":40},{"field":"tags","kind":"keyword","rows":40}]"# + "\n")
        #expect(
            try folder.succeed("info", "d.loci", "a").output.contains("indexes          at (time), tags (keyword)\n"))
        let info = try folder.succeed("info", "d.loci", "a", "--json").json()
        #expect((info["indexes"] as? [[String: Any]])?.compactMap { $0["field"] as? String } == ["at", "tags"])
        #expect(try folder.succeed("check", "d.loci").output == "ok: no fault found in 1 collection\n")
        try folder.succeed("index", "d.loci", "a", "--drop", "at", "--drop", "tags")
        let none = try folder.succeed("index", "d.loci", "a")
        #expect(none.output == "" && none.error == "loci: there are no indexes\n")
    }

    @Test func explanationsTellOfThem() throws {
        let folder = try database()
        func source(_ filter: String) throws -> String? {
            let run = try folder.succeed(
                "query", "d.loci", "a", "--vector", "1 1", "--filter", filter, "--explain", "--json")
            return try (run.json()["explain"] as? [String: Any])?["found_by"] as? String
        }
        #expect(try source(".n < 7 and 't1' in .tags") == "indexes")
        #expect(try source(".n < 7 and .at > time('2024-01-12')") == "indexes and attributes")
        #expect(try source(".at > time('2024-01-12')") == "attributes")
    }

    @Test func whatIsWrongIsRefused() throws {
        let folder = try database()
        for (arguments, status, message) in [
            (["index", "d.loci", "a", "--add", "n:keyword"], 1, "has an index on n already"),
            (["index", "d.loci", "a", "--drop", "m"], 1, "has no index on m"),
            (["index", "d.loci", "a", "--add", "n"], 2, "field:kind"),
            (["index", "d.loci", "a", "--add", "m:words"], 2, "field:kind"),
            (["index", "d.loci", "a", "--add", "a b:number"], 1, "names no field"),
            (["index", "d.loci", "b"], 1, "no collection"),
            (["add", "d.loci", "a", "--from", "v.jsonl", "--index", "n:keyword"], 1, "--index is n:keyword"),
        ] {
            let run = try CommandRun(arguments, in: folder)
            #expect(run.status == Int32(status), "\(arguments): \(run.error)")
            #expect(run.error.contains(message), "\(arguments): \(run.error)")
        }
    }
}
