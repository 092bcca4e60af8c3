// Loci, Apache License 2.0.

import Foundation
import Testing

/// The verb that says when commits are on the disk.
@Suite struct DurabilityVerbTests {
    @Test func showsAndSets() throws {
        let folder = try Fixture.copy()
        let full = "full: each commit is synced\n"
        #expect(try folder.succeed("durability", "test.loci").output == full)
        let run = try folder.succeed("durability", "test.loci", "periodic")
        #expect(run.output == "periodic: commits are synced every 1 s\n" && run.error.isEmpty)
        #expect(try folder.succeed("durability", "test.loci").output == run.output)
        let json = try folder.succeed("durability", "test.loci", "periodic", "--interval", "0.25", "--json")
        #expect(json.output == "{\"mode\":\"periodic\",\"interval_seconds\":0.250}\n")
        #expect(
            try folder.succeed("durability", "test.loci").output == "periodic: commits are synced every 250 ms\n")
        let info = try folder.succeed("info", "test.loci", "--json").json()
        #expect((info["durability"] as? [String: Any])?["interval_seconds"] as? Double == 0.25)
        #expect(info["readers"] as? Int == 0)
        #expect(info["oldest_reader_commit"] is NSNull)
        try folder.succeed("build", "test.loci", "more", "--from", "queries.fvecs")
        #expect(try folder.succeed("check", "test.loci").output == "ok: no fault found in 2 collections\n")
        #expect(!folder.exists("test.loci-sync"))
        #expect(
            try folder.succeed("durability", "test.loci", "full", "--json").output
                == "{\"mode\":\"full\",\"interval_seconds\":null}\n")
        #expect(try folder.succeed("durability", "test.loci").output == full)
    }

    @Test func refusals() throws {
        let folder = try Fixture.copy()
        let before = try folder.bytes("test.loci")
        for arguments in [
            ["test.loci", "half"], ["test.loci", "--interval", "1"], ["test.loci", "full", "--interval", "1"],
            ["test.loci", "periodic", "--interval", "0.001"], ["test.loci", "periodic", "--interval", "3601"],
            ["test.loci", "periodic", "--interval", "nan"], [],
        ] {
            let run = try CommandRun(["durability"] + arguments, in: folder)
            #expect(run.status == 2 && run.output.isEmpty, "\(arguments): \(run.error)")
        }
        for arguments in [["none.loci"], ["none.loci", "full"], ["base.fvecs", "periodic"]] {
            let run = try CommandRun(["durability"] + arguments, in: folder)
            #expect(run.status == 1 && run.output.isEmpty && run.errorLines.count == 1, "\(arguments)")
        }
        #expect(try folder.bytes("test.loci") == before)
        #expect(!folder.exists("none.loci"))
    }
}
