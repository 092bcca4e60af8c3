// Loci, Apache License 2.0.

import Foundation
import TestSupport
import Testing

/// `loci set`, and attributes in the lines that `loci add` reads and `loci get` and `loci export` write.
@Suite struct AttributesVerbTests {
    private static let lines =
        #"{"id": "a", "vector": [0, 1], "attributes": { "year": 12345678901234567890, "t": "é" }}"# + "\n"
        + #"{"vector": [3, 4], "attributes": null}"# + "\n" + #"{"id": "c", "attributes": {}, "vector": [5, 6]}"# + "\n"
        + #"{"vector": [7, 8], "attributes": {"a":{"b":[1,{"c":"]}"}]}}}"# + "\n"
    private static let printed =
        #"{"id":"a","vector":[0,1],"attributes":{ "year": 12345678901234567890, "t": "é" }}"# + "\n"
        + #"{"id":"1","vector":[3,4]}"# + "\n" + #"{"id":"c","vector":[5,6],"attributes":{}}"# + "\n"
        + #"{"id":"3","vector":[7,8],"attributes":{"a":{"b":[1,{"c":"]}"}]}}}"# + "\n"

    private func database() throws -> TestFolder {
        let folder = try TestFolder()
        try folder.write(Self.lines, to: "v.jsonl")
        try folder.succeed("add", "d.loci", "a", "--from", "v.jsonl", "--quantization", "float32")
        return folder
    }

    private func get(_ folder: TestFolder, _ ids: String...) throws -> String {
        try CommandRun(["get", "d.loci", "a"] + ids.flatMap { ["--id", $0] }, in: folder).output
    }

    @Test func linesAreTakenAndGivenBack() throws {
        let folder = try database()
        #expect(try get(folder, "a", "1", "c", "3") == Self.printed)
        let info = try folder.succeed("info", "d.loci", "a", "--json").json()
        #expect(info["with_attributes"] as? Int == 3)
        #expect(try folder.succeed("info", "d.loci", "a").output.contains("with attributes  3\n"))
        try folder.succeed("export", "d.loci", "a", "--to", "out.jsonl")
        try folder.succeed("get", "d.loci", "a", "--id", "a", "--output", "one.jsonl")
        let one = try folder.text("one.jsonl")
        #expect(one.hasPrefix(#"{"id": "a", "vector": ["#), "\(one)")
        #expect(one.hasSuffix(#"], "attributes": { "year": 12345678901234567890, "t": "é" }}"# + "\n"), "\(one)")
        try folder.succeed("add", "e.loci", "a", "--from", "out.jsonl", "--quantization", "float32")
        try folder.succeed("export", "e.loci", "a", "--to", "again.jsonl")
        #expect(try folder.bytes("again.jsonl") == folder.bytes("out.jsonl"))
        #expect(try folder.succeed("check", "d.loci").output == "ok: no fault found in 1 collection\n")
        // A file without places for them has none.
        try folder.succeed("export", "d.loci", "a", "--to", "out.npy")
    }

    @Test func aStreamIsTakenToo() throws {
        let folder = try TestFolder()
        let pipe = Pipe.unshared()
        let run = try RunningCommand(
            ["add", "d.loci", "a", "--from", "-", "--quantization", "float32", "--json"], in: folder,
            standardInput: pipe)
        try pipe.fileHandleForWriting.write(contentsOf: Data(Self.lines.utf8))
        try pipe.fileHandleForWriting.close()
        #expect(try run.wait().status == 0)
        #expect(try get(folder, "a", "c").contains("12345678901234567890"))
        #expect(try folder.succeed("info", "d.loci", "a", "--json").json()["with_attributes"] as? Int == 3)
    }

    @Test func filtersChooseAmongThem() throws {
        let folder = try TestFolder()
        let lines = (0..<40).map { #"{"vector": [\#($0), 1], "attributes": {"n": \#($0), "tags": ["t\#($0 % 3)"]}}"# }
        try folder.write(lines.joined(separator: "\n"), to: "v.jsonl")
        try folder.succeed("add", "d.loci", "a", "--from", "v.jsonl", "--quantization", "float32")
        let query = ["query", "d.loci", "a", "--vector", "0 1", "--k", "4", "--filter"]
        let found = try CommandRun(query + [#".n > 5 and "t1" in .tags"#, "--explain"], in: folder)
        try expectGolden(found.output, "query-explain.txt")
        let json = try CommandRun(query + [".n >= 38", "--explain", "--json"], in: folder).json()
        #expect((json["neighbors"] as? [[String: Any]])?.compactMap { $0["id"] as? String } == ["38", "39"])
        let explain = try #require(json["explain"] as? [String: Any])
        #expect(explain["method"] as? String == "exact" && explain["matching"] as? Int == 2)
        let next = try CommandRun(query + [".n > 5", "--offset", "2", "--json"], in: folder).json()
        #expect((next["neighbors"] as? [[String: Any]])?.compactMap { $0["id"] as? String } == ["8", "9", "10", "11"])
        let wrong = try CommandRun(query + [".n >"], in: folder)
        #expect(wrong.status == 1 && wrong.error.contains("the filter is not understood: at byte"), "\(wrong.error)")
        let many = try CommandRun(
            ["query", "d.loci", "a", "--queries", "v.jsonl", "--explain"], in: folder)
        #expect(many.error.contains("--explain needs one vector"))
    }

    @Test func upsertsKeepThem() throws {
        let folder = try database()
        try folder.write(
            #"{"id": "a", "vector": [9, 9]}"# + "\n" + #"{"id": "c", "vector": [9, 8], "attributes": {"new": 1}}"#
                + "\n",
            to: "more.jsonl")
        try folder.succeed("add", "d.loci", "a", "--from", "more.jsonl", "--upsert")
        #expect(
            try get(folder, "a", "c")
                == #"{"id":"a","vector":[9,9],"attributes":{ "year": 12345678901234567890, "t": "é" }}"# + "\n"
                + #"{"id":"c","vector":[9,8],"attributes":{"new": 1}}"# + "\n")
    }

    @Test func areSetAndRemoved() throws {
        let folder = try database()
        let set = try folder.succeed("set", "d.loci", "a", "1", "--attributes", "{\"x\":\n1, \"c\": \"\u{85}\"}")
        #expect(set.output.isEmpty && set.error.isEmpty)
        // On one line, and without what a terminal would obey.
        #expect(try get(folder, "1") == #"{"id":"1","vector":[3,4],"attributes":{"x": 1, "c": "\u0085"}}"# + "\n")
        try folder.succeed("set", "d.loci", "a", "1", "--remove")
        #expect(try get(folder, "1") == #"{"id":"1","vector":[3,4]}"# + "\n")
        let unknown = try folder.loci("set", "d.loci", "a", "x", "--remove")
        #expect(unknown.status == 1 && unknown.error == "loci: the collection \"a\" has no \"x\"\n")
    }

    @Test func whatIsWrongIsSaid() throws {
        let folder = try database()
        for arguments in [[], ["--remove", "--attributes", "{}"]] {
            let run = try CommandRun(["set", "d.loci", "a", "1"] + arguments, in: folder)
            #expect(run.status == 2 && run.error.contains("give either --attributes or --remove"))
        }
        for (text, what) in [("[1]", "an array"), ("{\"a\": }", "at byte 6"), ("{\"a\":1,\"a\":2}", "\"a\"")] {
            let run = try folder.loci("set", "d.loci", "a", "1", "--attributes", text)
            #expect(run.status == 2 && run.error.contains("--attributes: ") && run.error.contains(what), "\(run.error)")
            try folder.write("{\"id\": \"n\", \"vector\": [1, 2], \"attributes\": \(text)}\n", to: "bad.jsonl")
            let add = try folder.loci("add", "d.loci", "a", "--from", "bad.jsonl")
            #expect(add.status == 1 && add.errorLines.count == 1 && add.error.contains("line 1"), "\(add.error)")
        }
        #expect(try folder.loci("get", "d.loci", "a", "--id", "n").status == 1)
    }
}
