// Loci, Apache License 2.0.

import Foundation
import Testing

/// The verbs that copy databases.
@Suite struct CopyVerbTests {
    private func query(_ database: String, in folder: TestFolder) throws -> String {
        try folder.succeed(
            "query", database, "points", "--queries", "queries.fvecs", "--row", "3", "--k", "4", "--window", "80"
        ).output
    }

    @Test func backupMakesADatabaseThatAnswersAlike() throws {
        let folder = try Fixture.copy()
        let run = try folder.succeed("backup", "test.loci", "copy.loci")
        #expect(run.output.hasPrefix("backed up to copy.loci in ") && run.error.isEmpty)
        #expect(try query("copy.loci", in: folder) == query("test.loci", in: folder))
        #expect(try folder.succeed("check", "copy.loci").output == "ok: no fault found in 1 collection\n")
        let again = try folder.loci("backup", "test.loci", "copy.loci")
        #expect(again.status == 1 && again.output.isEmpty)
        #expect(
            again.error == "loci: copy.loci exists already; choose another name, or replace it (--replace)\n")
        let json = try folder.succeed("backup", "test.loci", "copy.loci", "--replace", "--json").json()
        #expect(json.keys.sorted() == ["bytes", "commit", "seconds"])
        #expect(json["bytes"] as? Int == (try folder.bytes("copy.loci").count))
        #expect((json["commit"] as? Int ?? 0) > 1)
        #expect(try folder.names.filter { $0.hasSuffix(".partial") } == [])
    }

    @Test func backupRefusals() throws {
        let folder = try Fixture.copy()
        let before = try folder.bytes("test.loci")
        for (arguments, what) in [
            (["test.loci", "test.loci", "--replace"], "is the database that is to be copied"),
            (["test.loci", "none/copy.loci"], "the folder of none/copy.loci does not exist"),
            (["test.loci", "."], "is no regular file"),
            (["none.loci", "copy.loci"], "no database at none.loci"),
            (["base.fvecs", "copy.loci"], "is not a Loci database"),
        ] {
            let run = try CommandRun(["backup"] + arguments, in: folder)
            #expect(run.status == 1 && run.output.isEmpty && run.errorLines.count == 1, "\(arguments)")
            #expect(run.error.contains(what), "\(arguments): \(run.error)")
        }
        #expect(try folder.loci("backup", "test.loci").status == 2)
        #expect(try folder.bytes("test.loci") == before)
        #expect(!folder.exists("copy.loci"))
    }

    @Test func restoreBringsADatabaseBack() throws {
        let folder = try Fixture.copy()
        try folder.succeed("backup", "test.loci", "backup")
        let answer = try query("test.loci", in: folder)
        try folder.succeed("drop", "test.loci", "points")
        let refused = try folder.loci("restore", "backup", "test.loci")
        #expect(refused.status == 1 && refused.error.contains("test.loci exists already"))
        #expect(try folder.succeed("list", "test.loci").output.isEmpty)
        let run = try folder.succeed("restore", "backup", "test.loci", "--replace")
        #expect(run.output.hasPrefix("restored test.loci in ") && run.error.isEmpty)
        #expect(try query("test.loci", in: folder) == answer)
        let json = try folder.succeed("restore", "backup", "new.loci", "--json").json()
        #expect(json.keys.sorted() == ["bytes", "commit", "seconds"])
        #expect(try query("new.loci", in: folder) == answer)
        let wrong = try folder.loci("restore", "base.fvecs", "test.loci", "--replace")
        #expect(wrong.status == 1 && wrong.error.contains("base.fvecs is not a Loci database"))
        #expect(try query("test.loci", in: folder) == answer)
    }

    @Test func compactMakesTheFileSmaller() throws {
        let folder = try Fixture.copy()
        let answer = try query("test.loci", in: folder)
        try folder.succeed("build", "test.loci", "more", "--from", "base.fvecs", "--quantization", "float32")
        try folder.succeed("drop", "test.loci", "more")
        let before = try folder.bytes("test.loci").count
        let json = try folder.succeed("compact", "test.loci", "--json").json()
        #expect(json.keys.sorted() == ["bytes_after", "bytes_before", "seconds"])
        let after = try folder.bytes("test.loci").count
        #expect(json["bytes_before"] as? Int == before && json["bytes_after"] as? Int == after)
        #expect(after + 2_400 * 64 < before)
        #expect(try query("test.loci", in: folder) == answer)
        let again = try folder.succeed("compact", "test.loci")
        #expect(again.output.hasPrefix("compacted test.loci in ") && again.error.isEmpty)
        let wrong = try folder.loci("compact", "base.fvecs")
        #expect(wrong.status == 1 && wrong.error.contains("is not a Loci database"))
        #expect(try folder.names.filter { $0.hasSuffix(".partial") } == [])
    }
}
