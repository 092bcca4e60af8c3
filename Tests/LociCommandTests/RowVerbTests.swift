// Loci, Apache License 2.0.

import Foundation
import Testing

/// Rows of several vectors on the command line.
@Suite struct RowVerbTests {
    private static let lines = """
        {"id": "a", "vectors": [[1.0, 0.0], [0.0, 1.0]], "attributes": {"n": 1}}
        {"id": "b", "vector": [0.5, 0.5]}
        {"id": "c", "vectors": [[-1.0, 0.0], [0.0, -1.0], [-1.0, -1.0]]}

        """

    private func database(_ verb: String = "add") throws -> TestFolder {
        let folder = try TestFolder()
        try folder.write(Self.lines, to: "rows.jsonl")
        try folder.succeed(verb, "d.loci", "c", "--from", "rows.jsonl", "--quantization", "float32")
        return folder
    }

    @Test(arguments: ["add", "build"]) func whatIsExportedIsWhatWasAdded(verb: String) throws {
        let folder = try database(verb)
        try folder.succeed("export", "d.loci", "c", "--to", "out.jsonl")
        let lines = verb == "add" ? Self.lines : Self.lines.replacing(#", "attributes": {"n": 1}"#, with: "")
        #expect(try folder.text("out.jsonl") == lines)
        try folder.succeed("add", "e.loci", "c", "--from", "out.jsonl", "--quantization", "float32")
        try folder.succeed("export", "e.loci", "c", "--to", "again.jsonl")
        #expect(try folder.bytes("again.jsonl") == folder.bytes("out.jsonl"))
        #expect(try folder.succeed("check", "d.loci").status == 0)
    }

    @Test func rowsAreGot() throws {
        let folder = try database()
        #expect(
            try folder.succeed("get", "d.loci", "c", "--id", "c", "--id", "b", "--id", "a").output
                == """
                {"id":"c","vectors":[[-1,0],[0,-1],[-1,-1]]}
                {"id":"b","vector":[0.5,0.5]}
                {"id":"a","vectors":[[1,0],[0,1]],"attributes":{"n": 1}}

                """)
        try folder.succeed("get", "d.loci", "c", "--id", "c", "--id", "b", "--output", "some.npy")
        #expect(try folder.bytes("some.npy").count == 128 + 4 * 2 * 4)
    }

    @Test func rowsAreCounted() throws {
        let folder = try database()
        let info = try folder.succeed("info", "d.loci", "c", "--json").json()
        #expect(info["count"] as? Int == 6 && info["rows"] as? Int == 3 && info["with_attributes"] as? Int == 1)
        let lines = try folder.succeed("info", "d.loci", "c").output.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("vectors ") && $0.hasSuffix(" 6") })
        #expect(lines.contains { $0.hasPrefix("rows ") && $0.hasSuffix(" 3") })
        let added = try folder.succeed("add", "d.loci", "c", "--from", "rows.jsonl", "--upsert").output
        #expect(
            added.hasPrefix("added 0 rows to c and replaced 3 in ") && added.hasSuffix(": 3 rows of 6 vectors now\n"))
        let removed = try folder.succeed("remove", "d.loci", "c", "--id", "c").output
        #expect(removed.hasPrefix("removed 1 row from c in ") && removed.hasSuffix(": 2 rows of 3 vectors now\n"))
        #expect(try folder.succeed("info", "d.loci", "c", "--json").json()["count"] as? Int == 3)
    }

    @Test func aRowIsFoundOnce() throws {
        let folder = try database()
        let found = try folder.succeed("query", "d.loci", "c", "--vector", "1 0.1", "--k", "3", "--json").json()
        let neighbors = try #require(found["neighbors"] as? [[String: Any]])
        #expect(neighbors.map { $0["id"] as? String } == ["a", "b", "c"])
    }

    @Test func maxSim() throws {
        let folder = try database()
        try folder.write("{\"vector\": [1, 0]}\n{\"vector\": [0, 1]}\n", to: "query.jsonl")
        let run = try folder.succeed("query", "d.loci", "c", "--queries", "query.jsonl", "--maxsim", "--k", "2")
        try expectGolden(run.output, "query-maxsim.txt")
        let json = try folder.succeed(
            "query", "d.loci", "c", "--queries", "query.jsonl", "--maxsim", "--k", "2", "--json")
        #expect(
            json.output
                == #"{"vectors":2,"k":2,"complete":true,"neighbors":[{"id":"a","distance":0},{"id":"b","distance":1}]}"#
                + "\n")
        for wrong in [["--row", "1"], ["--offset", "2"], ["--threads", "2"]] {
            let run = try CommandRun(
                ["query", "d.loci", "c", "--queries", "query.jsonl", "--maxsim"] + wrong, in: folder)
            #expect(run.status == 2 && run.error.contains("--maxsim needs --queries"), "\(wrong)")
        }
        #expect(try CommandRun(["query", "d.loci", "c", "--vector", "1 2", "--maxsim"], in: folder).status == 2)
    }

    @Test func aRowOfTooManyVectorsIsRefused() throws {
        let folder = try TestFolder()
        let many = "[" + [String](repeating: "[1, 2]", count: 257).joined(separator: ", ") + "]"
        try folder.write("{\"id\": \"x\", \"vectors\": \(many)}\n", to: "many.jsonl")
        let run = try CommandRun(["add", "d.loci", "c", "--from", "many.jsonl"], in: folder)
        #expect(run.status == 1 && run.error.contains("many.jsonl, row 0"))
        #expect(run.error.contains("is of 257 vectors; it must have from 1 to 256"))
        #expect(try CommandRun(["build", "d.loci", "c", "--from", "many.jsonl"], in: folder).status == 1)
    }
}
