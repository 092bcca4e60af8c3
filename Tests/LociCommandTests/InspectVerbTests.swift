// Loci, Apache License 2.0.

import Foundation
import Loci
import LociJSON
import Testing

@testable import LociCommand

/// `loci inspect`: the terminal, JSON, and what stands in a page. How a page behaves is tested in a browser (Tests/Inspect).
@Suite struct InspectVerbTests {
    /// Without sizes, which depend on the pages of the machine, and the widths of columns, which depend on sizes.
    private static func constant(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.hasPrefix("file") { return "file …" }
            return String(line)
                .replacing(/[0-9.,]+ k?M?B(, [0-9,]+ bytes a vector)?( +[0-9.]+ % +[█▏▎▍▌▋▊▉]+)?/) { _ in "…" }
                .replacing(/[ ]{2,}/) { _ in "  " }
                .replacing(/─+/) { _ in "─" }
        }.joined(separator: "\n")
    }

    @Test func tables() throws {
        let folder = try Fixture.copy()
        try folder.succeed("build", "test.loci", "few", "--from", "queries.fvecs", "--metric", "cosine")
        let points = try folder.succeed("inspect", "test.loci", "points", "--threads", "1")
        try expectGolden(Self.constant(points.output), "inspect-graph.txt")
        #expect(points.error == "")
        try expectGolden(Self.constant(folder.succeed("inspect", "test.loci", "few").output), "inspect-scan.txt")
        try expectGolden(Self.constant(folder.succeed("inspect", "test.loci").output), "inspect-database.txt")
    }

    @Test func memories() throws {
        let folder = try Self.memory()
        let one = try folder.succeed("inspect", "agent.loci", "acme/alice")
        try expectGolden(Self.constant(one.output), "inspect-memory.txt")
        try folder.write("{\"vector\": [0.5, 1]}\n{\"vector\": [0.25, 3]}\n", to: "two.jsonl")
        try folder.succeed("build", "agent.loci", "two", "--from", "two.jsonl")
        try expectGolden(Self.constant(folder.succeed("inspect", "agent.loci").output), "inspect-memories.txt")
        let json = try folder.succeed("inspect", "agent.loci", "--json").json()
        #expect((json["collections"] as? [[String: Any]])?.map { $0["name"] as? String } == ["two"])
        let memory = try #require((json["memories"] as? [[String: Any]])?.first)
        #expect(memory["namespace"] as? String == "acme/alice" && memory["first"] as? Double == 1_777_593_600)
        #expect((memory["sessions"] as? [[String: Any]])?.map { $0["turns"] as? Int } == [2, 1])
        let turns = try #require(memory["turns"] as? [String: Any])
        #expect((turns["info"] as? [String: Any])?["count"] as? Int == 3)
    }

    /// A memory of three turns in two sessions.
    private static func memory() throws -> TestFolder {
        let folder = try TestFolder()
        try folder.write(
            """
            {"session": "monday", "text": "My sister Ana moved to Porto.", "speaker": "Alice", "time": "2026-05-01T00:00:00Z"}
            {"session": "monday", "text": "Is she happy </script><script>alert(1)</script>?", "speaker": "Bob", "time": "2026-05-01T00:01:00Z"}
            {"session": "friday", "text": "I have a beagle called Rufus.", "speaker": "Bob", "time": "2026-05-05T09:30:00Z"}

            """, to: "turns.jsonl")
        try folder.succeed("remember", "agent.loci", "acme/alice", "--from", "turns.jsonl", "--model", "hashing")
        return folder
    }

    @Test func jsonAgreesWithOthers() throws {
        let folder = try Fixture.copy()
        let json = try folder.succeed("inspect", "test.loci", "points", "--json", "--recall-sample", "300").json()
        let points = try #require((json["collections"] as? [[String: Any]])?.first)
        let info = try #require(points["info"] as? [String: Any])
        let shown = try folder.succeed("info", "test.loci", "points", "--json").json()
        #expect(info["bytes_on_disk"] as? Int == shown["bytes_on_disk"] as? Int)
        let graph = try #require(points["graph"] as? [String: Any])
        let degrees = try #require((graph["out_degrees"] as? [String: Any])?["counts"] as? [Int])
        #expect(degrees.reduce(0, +) == 2_400 && graph["unreached"] as? Int == 0)
        let recall = try #require(points["recall"] as? [String: Any])
        let curve = try #require(recall["curve"] as? [[String: Any]])
        #expect(curve.compactMap { $0["window"] as? Int } == [10, 20, 40, 64, 80, 160, 320])
        #expect(recall["queries"] as? Int == 300)
        // Chance is the seed's alone.
        let again = try folder.succeed(
            "inspect", "test.loci", "points", "--json", "--recall-sample", "300", "--threads", "1")
        #expect(try again.json() as NSDictionary == json as NSDictionary)
        let other = try folder.succeed(
            "inspect", "test.loci", "points", "--json", "--recall-sample", "300", "--seed", "7")
        #expect(try other.json() as NSDictionary != json as NSDictionary)
    }

    /// The JSON in a page.
    private func data(of page: String) throws -> [String: Any] {
        let start = try #require(page.range(of: "<script type=\"application/json\" id=\"data\">"))
        let end = try #require(page.range(of: "</script>", range: start.upperBound..<page.endIndex))
        let text = Data(page[start.upperBound..<end.lowerBound].utf8)
        return try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
    }

    @Test func page() throws {
        let folder = try Fixture.copy()
        let run = try folder.succeed(
            "inspect", "test.loci", "points", "--html", "a.html", "--query", "7", "--sample", "900")
        #expect(run.output == "" && run.error.hasPrefix("loci: wrote a.html, "))
        let page = try folder.text("a.html")
        #expect(page.hasPrefix("<!doctype html>") && page.contains("default-src 'none'"))
        // Nothing is left to be filled in, and nothing leads elsewhere.
        #expect(!page.contains("{{") && !page.contains("src=") && !page.contains("url("))
        #expect(page.ranges(of: "://").count == page.ranges(of: "http://www.w3.org/2000/svg").count)
        let subject = try #require((try data(of: page)["subjects"] as? [[String: Any]])?.first)
        let map = try #require(subject["map"] as? [String: Any])
        #expect((map["ids"] as? [String])?.count == 900 && map["total"] as? Int == 2_400)
        let paths = try #require(subject["paths"] as? [String: Any])
        let recorded = try #require(paths["recorded"] as? [[String: Any]])
        #expect(
            recorded.count == 201 && recorded[0]["label"] as? String == "7" && recorded[0]["asked"] as? Bool == true)
        let vertices = try #require((paths["vertices"] as? [String: Any])?["ids"] as? [String])
        let found = try #require((recorded[0]["found"] as? [[Any]])?.first?.first as? Int)
        #expect(vertices[found] == "7" && subject["graph_data"] == nil)
        try folder.succeed(
            "inspect", "test.loci", "points", "--html", "b.html", "--query", "7", "--sample", "900", "--threads", "1")
        #expect(try folder.text("b.html") == page)
        try folder.succeed("inspect", "test.loci", "points", "--html", "c.html")
        let all = try #require((try data(of: folder.text("c.html"))["subjects"] as? [[String: Any]])?.first)
        #expect(all["graph_data"] is [String: Any])
        #expect(((all["paths"] as? [String: Any])?["recorded"] as? [Any])?.isEmpty == true)
    }

    /// No text of a user ends an element, or begins one.
    @Test func hostileTexts() throws {
        let folder = try TestFolder()
        let texts = [
            "</script><script>alert(1)</script>", "<!--", "{{script}}", "\"'&<b>", "\u{2028}\u{202E}x", "\\u003c",
        ]
        let lines = try texts.enumerated().map { place, text in
            let row: [String: Any] = [
                "id": text, "vector": [Double(place), 1.0], "attributes": [text: text, "n": [text: [text]]],
            ]
            return String(decoding: try JSONSerialization.data(withJSONObject: row), as: UTF8.self) + "\n"
        }
        try folder.write(lines.joined(), to: "rows.jsonl")
        let name = "</title><script>x</script>"
        try folder.succeed("add", "test.loci", name, "--from", "rows.jsonl")
        try folder.succeed("inspect", "test.loci", name, "--html", "a.html", "--query", texts[0])
        let page = try folder.text("a.html")
        #expect(!page.contains("alert(1)</script>") && !page.contains("<!--<") && !page.contains("</title><script>"))
        // The script, the data, and the arrays.
        let blobs = page.ranges(of: "class=\"blob\"").count
        #expect(page.ranges(of: "</script>").count == 2 + blobs)
        let subject = try #require((try data(of: page)["subjects"] as? [[String: Any]])?.first)
        let map = try #require(subject["map"] as? [String: Any])
        #expect(Set(map["ids"] as? [String] ?? []) == Set(texts) && subject["name"] as? String == name)
        let fields = try #require(map["fields"] as? [[String: Any]])
        #expect(Set(fields.compactMap { $0["name"] as? String }) == Set(texts + ["n"]))
        let memory = try Self.memory()
        try memory.succeed(
            "inspect", "agent.loci", "acme/alice", "--html", "a.html", "--question", "</script><b>Where is Ana?")
        let other = try memory.text("a.html")
        #expect(!other.contains("alert(1)</script>") && !other.contains("</script><b>"))
        let told = try #require(
            ((try data(of: other)["subjects"] as? [[String: Any]])?.first)?["memory"] as? [String: Any])
        let recall = try #require((told["recalls"] as? [[String: Any]])?.first)
        #expect(recall["question"] as? String == "</script><b>Where is Ana?" && (recall["place"] as? [Any])?.count == 2)
        let passages = (recall["answer"] as? [String: Any])?["passages"] as? [[String: Any]]
        #expect(passages?.contains { $0["id"] as? String == "t1.1" } == true)
    }

    @Test func refusals() throws {
        let folder = try Fixture.copy()
        for (arguments, said) in [
            (["--query", "1"], "--query is shown on a page: give --html"),
            (["--question", "Who?"], "--question is shown on a page: give --html"),
            (["--color-by", "x"], "--color-by is shown on a page: give --html"),
            (["--sample", "0"], "--sample is 0; it must be from 1 to 20000"),
            (["--sample", "20001"], "--sample is 20001; it must be from 1 to 20000"),
            (["--recall-sample", "0"], "--recall-sample is 0; it must be from 1 to 1000000"),
            (["--html", "a.html", "--json"], "give either --html or --json"),
        ] {
            let run = try CommandRun(["inspect", "test.loci", "points"] + arguments, in: folder)
            #expect(run.status == 2 && run.error.contains(said), "\(run.error)")
        }
        let all = try folder.loci("inspect", "test.loci", "--html", "a.html", "--query", "1")
        #expect(all.status == 2 && all.error.contains("--query is of one collection or memory: name it"))
        for (arguments, said) in [
            (["nobody"], "nobody"),
            (
                ["points", "--html", "a.html", "--question", "Who?"],
                "--question is of a memory, and \"points\" is a collection"
            ),
            (
                ["points", "--html", "a.html", "--query", "nobody"],
                "--query \"nobody\" is neither 16 numbers nor an identifier"
            ),
            (
                ["points", "--html", "a.html", "--color-by", "year"],
                "--color-by \"year\" is no field of the vectors on the map; they have no attributes"
            ),
            (["points", "--html", "missing/a.html"], "missing/a.html"),
        ] {
            let run = try CommandRun(["inspect", "test.loci"] + arguments, in: folder)
            #expect(run.status == 1 && run.error.contains(said), "\(run.error)")
            #expect(!folder.exists("a.html"))
        }
    }

    @Test func emptyDatabases() throws {
        let folder = try TestFolder()
        try folder.write("{\"vector\": [1, 2]}\n", to: "one.jsonl")
        try folder.succeed("build", "test.loci", "a", "--from", "one.jsonl")
        try folder.succeed("inspect", "test.loci", "a", "--html", "one.html")
        try folder.succeed("remove", "test.loci", "a", "--id", "0")
        #expect(try folder.succeed("inspect", "test.loci", "a").output.contains("vectors     0 × "))
        try folder.succeed("inspect", "test.loci", "a", "--html", "none.html")
        let subject = try #require((try data(of: folder.text("none.html"))["subjects"] as? [[String: Any]])?.first)
        #expect(subject["map"] == nil && subject["info"] is [String: Any])
        try folder.succeed("drop", "test.loci", "a")
        let lines = try folder.succeed("inspect", "test.loci").output.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasSuffix("/test.loci") && lines[1].hasPrefix("size  "))
        try folder.succeed("inspect", "test.loci", "--html", "empty.html")
        #expect((try data(of: folder.text("empty.html"))["subjects"] as? [Any])?.isEmpty == true)
    }
}

@Suite struct InspectPartTests {
    @Test func sparklines() {
        #expect(Sparkline.bars([]) == "" && Sparkline.bars([0, 0]) == "  " && Sparkline.bars([5]) == "█")
        #expect(Sparkline.bars([0, 1, 4, 8, 1_000]) == " ▁▁▁█")
        #expect(Sparkline.bars([1, 2, 3, 4, 5, 6, 7, 8]) == "▂▃▄▅▆▇██")
        #expect(Sparkline.bars([Int](repeating: 1, count: 100), columns: 10) == "██████████")
        #expect(Sparkline.bars([1, 0, 0, 0, 0, 0], columns: 3) == "█  ")
        #expect(
            Sparkline.bar(0) == "" && Sparkline.bar(1, columns: 3) == "███" && Sparkline.bar(0.5, columns: 3) == "█▌")
        #expect(Sparkline.bar(0.0001, columns: 3) == "▏" && Sparkline.bar(7, columns: 2) == "██")
    }

    @Test func templates() {
        #expect(InspectPage.filled("a{{b}}c{{d}}", ["b": "{{d}}", "d": "}}"]) == "a{{d}}c}}")
        #expect(InspectPage.filled("{{x}} {{", ["y": ""]) == "{{x}} {{")
        #expect(InspectPage.inScript("{\"a\":\"</script>\"}") == "{\"a\":\"\\u003c/script>\"}")
    }

    @Test func fields() throws {
        let fields = PointField.fields(of: [
            [("n", .number(1)), ("t", .string("x")), ("m", .number(2))], [("t", .string("y")), ("m", .string("two"))],
            [],
            [("t", .string("x")), ("n", .null), ("l", .list([.bool(true), .object(["b": .null, "a": .number(1)])]))],
        ])
        #expect(fields.map(\.name) == ["n", "t", "m", "l"])
        guard case .numbers(let numbers) = fields[0].values, case .texts(let texts, let places) = fields[1].values,
            case .texts(let mixed, _) = fields[2].values, case .texts(let lists, let last) = fields[3].values
        else {
            Issue.record("other kinds of values")
            return
        }
        #expect(numbers[0] == 1 && numbers[1...].allSatisfy(\.isNaN) && numbers.count == 4)
        #expect(texts == ["x", "y"] && places == [0, 1, PointField.missing, 0])
        #expect(mixed == ["2", "two"] && lists == ["[true,{\"a\":1,\"b\":null}]"])
        #expect(last == [PointField.missing, PointField.missing, PointField.missing, 0])
        // The commonest are kept, and long texts are cut.
        let many = (0..<20).map { point in
            (0...point).map { ("f\($0)", AttributeValue.string(String(repeating: "é", count: 200))) }
        }
        let kept = PointField.fields(of: many)
        #expect(kept.map(\.name) == (0..<16).map { "f\($0)" })
        guard case .texts(let cut, _) = kept[0].values else { return }
        #expect(cut.count == 1 && cut[0].count == 160 && cut[0].hasSuffix("é…"))
        #expect(PointField.fields(of: []).isEmpty && PointField.fields(of: [[], []]).isEmpty)
    }

    @Test func blobs() {
        var blobs = PageBlobs()
        let places = [
            blobs.add([UInt8]([1, 2, 3])), blobs.add([Float(1)]), blobs.add([UInt32(258)]), blobs.add([2.5]),
        ]
        #expect(places.map(\.line) == ["0", "1", "2", "3"])
        let texts = blobs.elements.split(separator: "\n").map { $0.split(separator: ">")[1].split(separator: "<")[0] }
        #expect(texts == ["AQID", "AACAPw==", "AgEAAA==", "AAAAAAAABEA="])
    }
}
