// Loci, Apache License 2.0.

import Foundation
import Testing

/// `loci tune`, and what the other verbs make of it.
@Suite struct TuneVerbTests {
    @Test func tableAndInfo() throws {
        let folder = try Fixture.copy()
        let run = try folder.succeed(
            "tune", "test.loci", "points", "--sample", "300", "--recall", "0.999", "--threads", "1", "--plot",
            "plot.svg")
        // Without the speed, which depends on the machine.
        let table = run.output.replacing(/(\d\.\d{4}) +[\d,]+/) { "\($0.1) …" }
        try expectGolden(table, "tune.txt")
        #expect(run.error.hasPrefix("loci: stored window ") && run.errorLines.count == 1, "\(run.error)")
        #expect(try folder.text("plot.svg").contains("points, 2,400 × 16"))
        let info = try folder.succeed("info", "test.loci", "points").output.split(separator: "\n")
        try expectGolden(info.filter { $0.hasPrefix("search window") }.joined(separator: "\n") + "\n", "info-tuned.txt")
        #expect(try folder.succeed("check", "test.loci").output.hasPrefix("ok"))
    }

    @Test func windowsOfRecalls() throws {
        let folder = try Fixture.copy()
        let before = try folder.succeed("info", "test.loci", "points", "--json").json()
        #expect(before["search_window"] as? Int == 64)
        #expect(before["tuning"] is NSNull)
        let json = try folder.succeed(
            "tune", "test.loci", "points", "--queries", "queries.fvecs", "--recall", "0.999", "--json", "--quiet"
        ).json()
        let window = try #require(json["window"] as? Int)
        #expect(json["collection"] as? String == "points")
        #expect(json["k"] as? Int == 10)
        #expect(json["target"] as? Double == 0.999)
        #expect(json["queries"] as? Int == 50)
        #expect((json["recall"] as? Double ?? 0) >= 0.999)
        let curve = try #require(json["curve"] as? [[String: Any]])
        #expect(curve.contains { $0["window"] as? Int == window })
        #expect(curve.allSatisfy { ($0["queries_per_second"] as? Double ?? 0) > 0 && $0["recall"] is Double })

        let info = try folder.succeed("info", "test.loci", "points", "--json").json()
        #expect(info["search_window"] as? Int == window)
        let tuning = try #require(info["tuning"] as? [String: Any])
        #expect(tuning["k"] as? Int == 10)
        #expect(tuning["recall"] as? Double == json["recall"] as? Double)
        #expect((tuning["curve"] as? [Any])?.isEmpty == false)

        let searches: [([String], Int)] = [
            ([], window), (["--recall", "0.999"], window), (["--recall", "0.5"], 1), (["--window", "90"], 90),
        ]
        for (options, expected) in searches {
            let query = try CommandRun(
                ["query", "test.loci", "points", "--queries", "queries.fvecs", "--json"] + options, in: folder)
            #expect(try query.json()["window"] as? Int == expected, "\(options)")
        }
        let bench = try folder.succeed(
            "bench", "test.loci", "points", "--queries", "queries.fvecs", "--ground-truth", "truth.ivecs", "--recall",
            "0.999", "--json")
        #expect(try bench.json()["window"] as? Int == window)
        let more = try folder.loci(
            "query", "test.loci", "points", "--queries", "queries.fvecs", "--recall", "0.9", "--k", "20")
        #expect(more.status == 1 && more.error.contains("run loci tune with --k 20 --recall 0.9"), "\(more.error)")
    }

    @Test func aCollectionThatIsScanned() throws {
        let folder = try Fixture.copy()
        try folder.succeed("build", "small.loci", "s", "--from", "queries.fvecs")
        let run = try folder.loci("tune", "small.loci", "s", "--sample", "10")
        #expect(run.status == 1 && run.error.contains("nothing to tune"), "\(run.error)")
        #expect(run.errorLines.count == 1 && run.output.isEmpty)
    }
}
