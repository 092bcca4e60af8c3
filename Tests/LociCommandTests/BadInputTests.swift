// Loci, Apache License 2.0.

import Foundation
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the verbs say of input that cannot be used, and that they change nothing then.
@Suite struct BadInputTests {
    /// A command line, the status it ends with, and a part of what it says.
    struct Case: Sendable, CustomTestStringConvertible {
        let arguments: String
        let status: Int32
        let message: String

        init(_ arguments: String, _ status: Int32, _ message: String) {
            (self.arguments, self.status, self.message) = (arguments, status, message)
        }

        var testDescription: String { arguments }
    }

    static let files = [
        Case("build test.loci a --from none.fvecs", 1, "none.fvecs: there is no such file"),
        Case("build test.loci a --from empty.fvecs", 1, "holds no rows"),
        Case("build test.loci a --from cut.fvecs", 1, "cut.fvecs"),
        Case("build test.loci a --from cut.npy", 1, "cut short"),
        Case("build test.loci a --from text.npy", 1, "the header is not understood"),
        Case("build test.loci a --from words.txt", 1, "does not tell the format"),
        Case("build test.loci a --from folder", 1, "this is a directory"),
        Case("build test.loci a --from differ.jsonl", 1, "dimension"),
        Case("build test.loci a --from nan.fvecs", 1, "row 2"),
        Case("build test.loci a --from zero.fvecs --metric cosine", 1, "row 1"),
        Case("build test.loci a --from huge.fvecs --originals float16", 1, "row 0"),
        Case("build test.loci points --from base.fvecs", 1, "exists already"),
        Case("build test.loci a --from queries.fvecs --ids three.txt", 1, "3 identifiers for 50 rows"),
        Case("build test.loci a --from three.fvecs --ids twice.txt", 1, "on line 1 already"),
        Case("build test.loci a --from three.fvecs --ids gap.txt", 1, "line 2: the identifier is empty"),
        Case("build none/new.loci a --from base.fvecs", 1, "none/new.loci"),
        Case("build test.loci points --from base.fvecs --recall 0.9", 1, "exists already"),
        Case("build words.txt a --from base.fvecs --recall 0.9", 1, "not a Loci database"),
        Case("build test.loci a --from nan.fvecs --recall 0.9", 1, "row 2"),
        Case("build test.loci a --from queries.fvecs --recall 0.9 --ids three.txt", 1, "3 identifiers for 50 rows"),
        Case("build test.loci a --from queries.fvecs --max-bytes-per-vector 20", 1, "fit within 20 bytes"),
        Case("build words.txt a --from base.fvecs", 1, "not a Loci database"),
        Case("build folder a --from base.fvecs", 1, "it is a folder"),
        Case(
            "add test.loci points --from three.fvecs", 1,
            "row 0: the vector has dimension 3, but the collection's is 16"),
        Case("add test.loci points --from nan16.fvecs", 1, "nan16.fvecs, row 1: the vector holds NaN"),
        Case("add test.loci points --from nan16.fvecs", 1, "; nothing was changed"),
        Case("add test.loci points --from none.fvecs", 1, "none.fvecs: there is no such file"),
        Case("add test.loci points --from queries.fvecs --ids three.txt", 1, "3 identifiers for 50 rows"),
        Case("add test.loci points --from queries.fvecs --metric ip", 1, "was made with l2"),
        Case("add test.loci points --from queries.fvecs --degree 13", 1, "--degree is 13, but the collection"),
        Case("add test.loci other --from zero.fvecs --metric cosine", 1, "row 1: the vector is all zeros"),
        Case("add words.txt a --from three.fvecs", 1, "not a Loci database"),
        Case("add new.loci a --from nan.fvecs", 1, "row 2"),
        Case("add none/new.loci a --from three.fvecs", 1, "none/new.loci"),
        Case("remove test.loci points --id 5 --id x", 1, "has no \"x\"; nothing was changed"),
        Case("remove test.loci other --id 5", 1, "there is no collection"),
        Case("remove none.loci points --id 5", 1, "no database"),
        Case("query none.loci points --vector 1", 1, "no database at none.loci"),
        Case("query words.txt points --vector 1", 1, "not a Loci database"),
        Case("query later.loci points --vector 1", 1, "format version 7"),
        Case("query test.loci other --vector 1", 1, "there is no collection \"other\"; the database has \"points\""),
        Case("query test.loci points --vector 1,2", 1, "dimension 2"),
        Case("query test.loci points --queries three.fvecs", 1, "dimension 3"),
        Case("query test.loci points --queries nan16.fvecs", 1, "row 1"),
        Case("query test.loci points --queries queries.fvecs --row 50", 1, "there is no row 50"),
        Case("query test.loci points --queries queries.fvecs --output n.txt", 1, "does not tell the format"),
        Case("query test.loci points --queries queries.fvecs --output n.fvecs", 1, "is not written here"),
        Case("query test.loci points --queries queries.fvecs --output none/n.ivecs", 1, "cannot be written"),
        Case("query test.loci points --queries queries.fvecs --ground-truth base.fvecs", 1, "base.fvecs"),
        Case("query test.loci points --queries base.fvecs --ground-truth truth.ivecs", 1, "50 rows for 2400 queries"),
        Case("query test.loci points --queries queries.fvecs --ground-truth truth.ivecs --k 11", 1, "fewer than k, 11"),
        Case("bench test.loci points --queries none.npy --ground-truth truth.ivecs", 1, "none.npy"),
        Case("bench test.loci points --queries queries.fvecs --ground-truth none.ivecs", 1, "none.ivecs"),
        Case(
            "bench test.loci points --queries queries.fvecs --ground-truth truth.ivecs --plot none/p.svg", 1,
            "cannot be written"),
        Case("query test.loci points --queries queries.fvecs --recall 0.9", 1, "never tuned; run loci tune"),
        Case(
            "bench test.loci points --queries queries.fvecs --ground-truth truth.ivecs --recall 0.9", 1,
            "never tuned; run loci tune"),
        Case("tune test.loci points --queries none.npy", 1, "none.npy"),
        Case("tune test.loci points --queries three.fvecs", 1, "dimension 3"),
        Case("tune test.loci points --queries nan16.fvecs", 1, "row 1"),
        Case("tune test.loci other --sample 10", 1, "there is no collection"),
        Case("tune none.loci points --sample 10", 1, "no database"),
        Case("tune test.loci points --sample 10 --plot none/p.svg", 1, "cannot be written"),
        Case("tune test.loci points --sample 200 --recall 1 --max-window 12", 1, "nothing was stored"),
        Case("truth --from base.fvecs --queries three.fvecs --output t.ivecs", 1, "dimension 3"),
        Case("truth --from base.fvecs --queries queries.fvecs --output t.fvecs", 1, "is not written here"),
        Case("truth --from nan.fvecs --queries nan.fvecs --output t.ivecs", 1, "row 2"),
        Case("info none.loci", 1, "no database"),
        Case("info test.loci other", 1, "there is no collection"),
        Case("list words.txt", 1, "not a Loci database"),
        Case("check test.loci other", 1, "there is no collection"),
        Case("check later.loci", 1, "format version 7"),
        Case("repair test.loci other", 1, "there is no collection"),
        Case("repair none.loci", 1, "no database"),
        Case("repair words.txt", 1, "not a Loci database"),
        Case("drop test.loci other", 1, "there is no collection"),
        Case("drop none.loci points", 1, "no database"),
        Case("export test.loci points --to out.ivecs", 1, "is not written here"),
        Case("export test.loci points --to out", 1, "does not tell the format"),
        Case("export test.loci points --to none/out.npy", 1, "cannot be written"),
        Case("generate --count 2 --dimension 2 --to none/g.npy", 1, "cannot be written"),
    ]

    static let usage = [
        Case("query test.loci points", 2, "give either --queries, --vector or --text"),
        Case("repair", 2, "<database>"),
        Case("repair test.loci --threads 0", 2, "--threads is 0"),
        Case("repair test.loci points more", 2, "more"),
        Case("query test.loci points --vector 1 --queries queries.fvecs", 2, "give either"),
        Case("query test.loci points --vector 1,x", 2, "--vector"),
        Case("query test.loci points --vector 1 --k 0", 2, "--k is 0; it must be from 1"),
        Case("query test.loci points --vector 1 --k 1000001", 2, "to 1000000"),
        Case("query test.loci points --vector 1 --window 0", 2, "--window is 0"),
        Case("query test.loci points --vector 1 --threads 0", 2, "--threads is 0"),
        Case("query test.loci points --vector 1 --ground-truth truth.ivecs", 2, "--ground-truth needs --queries"),
        Case("query test.loci", 2, "<collection>"),
        Case("query test.loci points --vector 1 --recall 0", 2, "--recall is 0.0; it must be above 0"),
        Case("query test.loci points --vector 1 --recall 0.9 --window 20", 2, "only one of --window"),
        Case("query test.loci points --vector 1 --recall 0.9 --exact", 2, "only one of --window"),
        Case("bench test.loci points --queries q --ground-truth t --windows 10 --recall 0.9", 2, "give either"),
        Case("bench test.loci points --queries q --ground-truth t --recall 1.5", 2, "--recall is 1.5"),
        Case("tune test.loci points", 2, "give either --queries or --sample"),
        Case("tune test.loci points --queries queries.fvecs --sample 10", 2, "give either"),
        Case("tune test.loci points --sample 0", 2, "--sample is 0"),
        Case("tune test.loci points --sample 10 --recall nan", 2, "--recall is nan"),
        Case("tune test.loci points --sample 10 --k 0", 2, "--k is 0"),
        Case("tune test.loci points --sample 10 --max-window 0", 2, "--max-window is 0"),
        Case("add test.loci a --from base.fvecs --batch 0", 2, "--batch is 0; it must be from 1 to 1000000"),
        Case("add test.loci a --from base.fvecs --threads 0", 2, "--threads is 0"),
        Case("add test.loci a --from - --ids three.txt", 2, "--ids needs a file"),
        Case("add new.loci a --from base.fvecs --degree 2", 2, "degree is 2"),
        Case("remove test.loci points", 2, "give either --id or --ids"),
        Case("remove test.loci points --id 1 --batch 1000001", 2, "--batch is 1000001"),
        Case("build test.loci a", 2, "--from"),
        Case("build test.loci a --from base.fvecs --metric hamming", 2, "'l2', 'ip' or 'cosine'"),
        Case("build test.loci a --from base.fvecs --quantization pq", 2, "lvq4x8"),
        Case("build test.loci a --from base.fvecs --degree 2", 2, "degree is 2"),
        Case("build test.loci a --from base.fvecs --build-window 8", 2, "build window is 8"),
        Case("build test.loci a --from base.fvecs --alpha 0.5", 2, "alpha is 0.5"),
        Case("build test.loci a --from base.fvecs --threads 5000", 2, "to 1024"),
        Case("build test.loci a --from base.fvecs --recall 0.4", 2, "--recall is 0.4; it must be from 0.5 to 0.999"),
        Case("build test.loci a --from base.fvecs --recall nan", 2, "--recall is nan"),
        Case("build test.loci a --from base.fvecs --max-bytes-per-vector 0", 2, "--max-bytes-per-vector is 0"),
        Case("build test.loci a --from base.fvecs --k 5", 2, "--k needs --recall"),
        Case("build test.loci a --from base.fvecs --recall 0.9 --k 0", 2, "--k is 0"),
        Case("build test.loci a --from base.fvecs --recall 0.9 --degree 9 --quantization lvq8", 2, "beside --recall"),
        Case("build test.loci a --from base.fvecs --recall 0.9 --degree 2", 2, "degree is 2"),
        Case("build test.loci a --from base.fvecs --recall 0.9 --build-window 20 --degree 24", 2, "build window is 20"),
        Case("bench test.loci points --queries q --ground-truth t --windows 10,0", 2, "a window is 0"),
        Case("bench test.loci points --queries q --ground-truth t --windows 10,", 2, "--windows"),
        Case("bench test.loci points --queries q --ground-truth t --passes 0", 2, "--passes is 0"),
        Case("truth --from base.fvecs --queries queries.fvecs --k 0 --output t.ivecs", 2, "--k is 0"),
        Case("generate --count 0 --dimension 2 --to g.npy", 2, "--count is 0"),
        Case("generate --count 2 --dimension 70000 --to g.npy", 2, "--dimension is 70000"),
        Case("generate --count 2 --dimension 2 --skip 9223372036854775807 --to g.npy", 2, "--skip"),
        Case("generate --count 2 --dimension 2 --clusters 0 --to g.npy", 2, "--clusters is 0"),
        Case("frobnicate", 2, "frobnicate"),
        Case("list test.loci --frobnicate", 2, "--frobnicate"),
    ]

    @Test(arguments: files + usage)
    func isRefusedInOneLine(_ bad: Case) throws {
        let folder = try Self.folder()
        let before = try folder.bytes("test.loci")
        let names = try folder.names
        let run = try CommandRun(bad.arguments.split(separator: " ").map(String.init), in: folder)
        #expect(run.status == bad.status, "\(run.error)")
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == 1 && run.error.hasPrefix("loci: "), "\(run.error)")
        #expect(run.error.contains(bad.message), "\(run.error)")
        #expect(try folder.bytes("test.loci") == before)
        // Only the lock files of databases that were there may be new.
        let new = Set(try folder.names).subtracting(names)
        #expect(new.isSubset(of: ["test.loci-lock", "later.loci-lock"]), "\(new)")
    }

    @Test(arguments: [
        "--from nan.fvecs", "--from zero.fvecs --metric cosine", "--from none.fvecs", "--from three.fvecs --degree 2",
        "--from queries.fvecs --ids three.txt",
    ])
    func aBuildThatFailsLeavesNoDatabase(arguments: String) throws {
        let folder = try Self.folder()
        let names = try folder.names
        let run = try CommandRun(
            ["build", "new.loci", "a"] + arguments.split(separator: " ").map(String.init), in: folder)
        #expect(run.status != 0)
        #expect(try folder.names == names)
    }

    @Test func aNameThatNoCollectionCanHaveIsRefused() throws {
        let folder = try Self.folder()
        for name in ["", "a\nb", String(repeating: "x", count: 256)] {
            let run = try folder.loci("build", "new.loci", name, "--from", "three.fvecs")
            #expect(run.status == 1)
            #expect(run.errorLines.count == 1 && run.error.contains("cannot name a collection"), "\(run.error)")
            #expect(!folder.exists("new.loci"))
        }
    }

    @Test(.enabled(if: geteuid() != 0, "nothing is forbidden to root"))
    func aFolderThatCannotBeWritten() throws {
        let folder = try Self.folder()
        let before = try folder.bytes("test.loci")
        let permissions = { (mode: Int) in
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.url.path)
        }
        try permissions(0o555)
        defer { try? permissions(0o755) }
        let build = try folder.loci("build", "new.loci", "a", "--from", "three.fvecs")
        #expect(build.status == 1 && build.errorLines.count == 1, "\(build.error)")
        let list = try folder.loci("list", "test.loci", "--names")
        #expect(list.status == 0 && list.output == "points\n", "\(list.error)")
        #expect(try folder.bytes("test.loci") == before)
    }

    @Test func damageIsReportedOnStandardOutput() throws {
        let folder = try Fixture.copy()
        var bytes = try folder.bytes("test.loci")
        // In LMDB's file the flags of a page are at byte 10 of it; 4 marks the first page of a large value.
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        var damaged = 0
        for start in stride(from: 2 * page, to: bytes.count, by: page) where bytes[start + 10] == 4 {
            bytes[start + page / 2] ^= 0x10
            damaged += 1
        }
        try #require(damaged > 0)
        try folder.write(bytes, to: "test.loci")
        let run = try folder.loci("check", "test.loci")
        #expect(run.status == 1)
        #expect(run.output.hasPrefix("points: "), "\(run.output) \(run.error)")
        #expect(run.error.isEmpty)
        let json = try folder.loci("check", "test.loci", "points", "--json")
        #expect(json.status == 1)
        let report = try json.json()
        #expect(report["ok"] as? Bool == false)
        #expect((report["faults"] as? [[String: Any]])?.first?["collection"] as? String == "points")
    }

    /// The fixture with files that cannot be used.
    private static func folder() throws -> TestFolder {
        let folder = try Fixture.copy()
        let base = try folder.bytes("base.fvecs")
        try FileManager.default.createDirectory(at: folder.path("folder"), withIntermediateDirectories: false)
        try folder.write(Data(), to: "empty.fvecs")
        try folder.write(base.dropLast(3), to: "cut.fvecs")
        try folder.write("no numpy file at all, though it is longer than a header\n", to: "text.npy")
        try folder.write("these are words\n", to: "words.txt")
        try folder.write(#"{"vector": [1, 2]}"# + "\n" + #"{"vector": [1]}"# + "\n", to: "differ.jsonl")
        try folder.write(vectors([[1, 2, 3], [4, 5, 6], [7, .nan, 9]]), to: "nan.fvecs")
        try folder.write(vectors([[1, 2, 3], [0, 0, 0], [7, 8, 9]]), to: "zero.fvecs")
        try folder.write(vectors([[1e6, 2, 3]]), to: "huge.fvecs")
        try folder.write(vectors([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), to: "three.fvecs")
        let ones = [Float](repeating: 1, count: 16)
        try folder.write(vectors([ones, ones.dropLast() + [.infinity]]), to: "nan16.fvecs")
        try folder.write("a\nb\nc\n", to: "three.txt")
        try folder.write("a\nb\na\n", to: "twice.txt")
        try folder.write("a\n\nc\n", to: "gap.txt")
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (9, 9), }".padding(
            toLength: 117, withPad: " ", startingAt: 0)
        try folder.write(Data([0x93]) + Data("NUMPY\u{1}\u{0}v\u{0}\(header)\n".utf8) + Data(count: 8), to: "cut.npy")
        // The version of the format is after the magic of the settings record.
        var later = try folder.bytes("test.loci")
        let magic = Data([0x4C, 0x4F, 0x43, 0x49, 0x0D, 0x0A, 0x1A, 0x0A])
        var place = later.range(of: magic)
        try #require(place != nil)
        while let found = place {
            later[found.upperBound] = 7
            place = later.range(of: magic, in: found.upperBound..<later.endIndex)
        }
        try folder.write(later, to: "later.loci")
        return folder
    }

    private static func vectors(_ rows: [[Float]]) -> Data {
        var data = Data()
        for row in rows {
            withUnsafeBytes(of: Int32(row.count).littleEndian) { data.append(contentsOf: $0) }
            for value in row { withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
        }
        return data
    }
}
