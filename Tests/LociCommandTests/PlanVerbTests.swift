// Loci, Apache License 2.0.

import Foundation
import Testing

/// `loci build --recall` and `--max-bytes-per-vector`.
@Suite struct PlanVerbTests {
    @Test func theTableAndTheReason() throws {
        let folder = try Fixture.copy()
        let run = try folder.succeed(
            "build", "test.loci", "planned", "--from", "base.fvecs", "--recall", "0.9", "--degree", "12",
            "--build-window", "24")
        try expectGolden(run.error, "plan-recall.txt")
        #expect(run.output.contains("graph of degree 12") && run.output.split(separator: "\n").count == 1)
        let info = try folder.succeed("info", "test.loci", "planned", "--json").json()
        let window = try #require(info["search_window"] as? Int)
        #expect(run.error.contains("stored window \(window) in planned"))
        let found = try folder.succeed(
            "query", "test.loci", "planned", "--queries", "queries.fvecs", "--ground-truth", "truth.ivecs", "--json"
        ).json()
        #expect(found["window"] as? Int == window && (found["recall"] as? Double ?? 0) > 0.85)
        #expect(try folder.succeed("check", "test.loci").output.hasPrefix("ok"))
    }

    @Test func withinBytes() throws {
        let folder = try Fixture.copy()
        let arguments = [
            "build", "p.loci", "a", "--from", "base.fvecs", "--max-bytes-per-vector", "145", "--build-window", "24",
            "--replace",
        ]
        let run = try CommandRun(arguments + ["--threads", "1"], in: folder)
        #expect(run.status == 0, "\(run.error)")
        try expectGolden(run.error, "plan-bytes.txt")
        let again = try CommandRun(arguments + ["--json", "--quiet", "--threads", "3"], in: folder)
        #expect(again.status == 0 && again.error.isEmpty, "\(again.error)")
        let json = try again.json()
        #expect((json["bytes_per_vector"] as? Double ?? 1_000) <= 145)
        #expect(json["tuning"] is NSNull)
        let plan = try #require(json["plan"] as? [String: Any])
        #expect(plan["quantization"] as? String == json["quantization"] as? String)
        #expect(plan["degree"] as? Int == json["degree"] as? Int)
        #expect(plan["k"] as? Int == 10 && plan["sample"] as? Int == 2_160 && plan["queries"] as? Int == 240)
        #expect((plan["goal"] as? [String: Any])?["max_bytes_per_vector"] as? Int == 145)
        #expect(run.error.contains(try #require(plan["reason"] as? String)))
        let candidates = try #require(plan["candidates"] as? [[String: Any]])
        #expect(candidates.count == 5 && candidates.contains { ($0["curve"] as? [Any])?.isEmpty == true })
        #expect(plan["point"] is [String: Any])
    }

    @Test func nothingReachesIt() throws {
        let folder = try Fixture.copy()
        let run = try folder.loci(
            "build", "new.loci", "a", "--from", "base.fvecs", "--recall", "0.99", "--max-bytes-per-vector", "60",
            "--degree", "12", "--build-window", "24")
        #expect(run.status == 1 && run.output.isEmpty && !folder.exists("new.loci"))
        try expectGolden(run.error, "plan-shortfall.txt")
    }

    @Test func aSmallCollection() throws {
        let folder = try Fixture.copy()
        let run = try folder.succeed("build", "new.loci", "a", "--from", "queries.fvecs", "--recall", "0.8", "--k", "3")
        #expect(run.output.contains("scanned") && !run.error.contains("stored window"))
        #expect(run.error.contains("recall@3"))
    }
}
