// Loci, Apache License 2.0.

import Foundation
import TestSupport
import Testing

@Suite struct RepairVerbTests {
    /// The fixture, with the first chunk of an array changed. Kinds are those of chunk headers: 1 codes, 2 residuals,
    /// 3 adjacency.
    private func damaged(_ kinds: UInt8...) throws -> TestFolder {
        let folder = try Fixture.copy()
        var bytes = try folder.bytes("test.loci")
        // LMDB marks the first page of a large value by 4 at byte 10; the value begins at byte 16, with its header.
        let page = 4096
        for kind in kinds {
            var count = 0
            for start in stride(from: 2 * page, to: bytes.count, by: page)
            where bytes[start + 10] == 4 && bytes[start + 16] == kind && bytes[start + 17] == 0x4C
                && bytes[(start + 24)..<(start + 28)].allSatisfy({ $0 == 0 })
            {
                bytes[start + 16 + 48] ^= 0x10
                count += 1
            }
            try #require(count > 0)
        }
        try folder.write(bytes, to: "test.loci")
        return folder
    }

    @Test func aSoundDatabase() throws {
        let folder = try Fixture.copy()
        let run = try folder.succeed("repair", "test.loci")
        #expect(run.output == "ok: nothing is wrong with 1 collection, and nothing was changed\n")
        #expect(try folder.succeed("repair", "test.loci", "points", "--json").json()["ok"] as? Bool == true)
    }

    @Test func whatIsDerivedIsBuiltAnew() throws {
        let folder = try damaged(2, 3)
        let check = try folder.loci("check", "test.loci")
        #expect(check.status == 1)
        try expectGolden(check.output, "check-damaged.txt")
        let run = try folder.succeed("repair", "test.loci", "--quiet")
        try expectGolden(run.output, "repair.txt")
        #expect(run.error == "")
        #expect(try folder.succeed("check", "test.loci").output.hasPrefix("ok"))
    }

    @Test func lossesAreRefusedOrListed() throws {
        let folder = try damaged(1)
        let before = try folder.bytes("test.loci")
        let refused = try folder.loci("repair", "test.loci", "points")
        #expect(refused.status == 1)
        try expectGolden(refused.output, "repair-refused.txt")
        #expect(try folder.bytes("test.loci") == before)
        let json = try folder.loci("repair", "test.loci", "--json")
        #expect(json.status == 1)
        let report = try json.json()
        #expect(report["ok"] as? Bool == false)
        let collection = try #require((report["collections"] as? [[String: Any]])?.first)
        #expect(collection["outcome"] as? String == "refused")
        let lost = try #require(collection["lost"] as? [[String: Any]])
        let kept = try #require(collection["kept"] as? Int)
        #expect(lost.count + kept == 2_400 && lost.first?["id"] as? String == "0")
        #expect(lost.first?["reason"] as? String == "vector")
        let run = try folder.succeed("repair", "test.loci", "points", "--drop-lost", "--threads", "2")
        try expectGolden(run.output, "repair-lost.txt")
        #expect(try folder.succeed("check", "test.loci").output == "ok: no fault found in 1 collection\n")
        #expect(try folder.loci("get", "test.loci", "points", "--id", "0").status == 1)
        #expect(try folder.succeed("get", "test.loci", "points", "--id", "2399").status == 0)
    }
}
