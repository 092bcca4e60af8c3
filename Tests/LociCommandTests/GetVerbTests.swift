// Loci, Apache License 2.0.

import Foundation
import Testing

/// `loci get`: the vectors of identifiers.
@Suite struct GetVerbTests {
    private func database() throws -> TestFolder {
        let folder = try TestFolder()
        try folder.write(
            #"{"id": "a", "vector": [0, 0.1]}"# + "\n" + #"{"id": {"base64": "/wA="}, "vector": [3, 4]}"# + "\n"
                + #"{"id": "-c", "vector": [-1, 1e-9]}"# + "\n", to: "v.jsonl")
        try folder.succeed("build", "d.loci", "a", "--from", "v.jsonl", "--originals", "float32")
        return folder
    }

    @Test func vectorsArePrintedALineEach() throws {
        let folder = try database()
        let one = try folder.succeed("get", "d.loci", "a", "--id", "a", "--id", "-c", "--id", "a")
        let a = #"{"id":"a","vector":[0,0.1]}"# + "\n"
        let c = #"{"id":"-c","vector":[-1,1e-09]}"# + "\n"
        #expect(one.output == a + c + a && one.error.isEmpty)
        try folder.write(Data("-c\n".utf8) + Data([0xFF, 0, 10]), to: "ids.txt")
        let two = try folder.succeed("get", "d.loci", "a", "--ids", "ids.txt")
        #expect(two.output == c + #"{"id":{"base64":"/wA="},"vector":[3,4]}"# + "\n")
    }

    @Test func vectorsAreWrittenInEveryFormat() throws {
        let folder = try Fixture.copy()
        try folder.write((0..<2_400).map { "\($0)\n" }.joined(), to: "ids.txt")
        for format in ["jsonl", "npy", "fvecs", "fbin"] {
            let run = try folder.succeed("get", "test.loci", "points", "--ids", "ids.txt", "--output", "some.\(format)")
            #expect(run.output.isEmpty && run.error == "loci: wrote 2,400 vectors to some.\(format)\n")
            try folder.succeed("export", "test.loci", "points", "--to", "all.\(format)")
            #expect(try folder.bytes("some.\(format)") == folder.bytes("all.\(format)"))
        }
    }

    @Test func anUnknownIdentifierLeavesNothing() throws {
        let folder = try database()
        for output in [[], ["--output", "out.npy"], ["--output", "out.jsonl"]] {
            let one = try CommandRun(["get", "d.loci", "a", "--id", "a", "--id", "b"] + output, in: folder)
            #expect(one.status == 1 && one.output.isEmpty)
            #expect(one.error == "loci: the collection \"a\" has no \"b\"\n")
            let two = try CommandRun(
                ["get", "d.loci", "a", "--id", "x", "--id", "a", "--id", "y"] + output, in: folder)
            #expect(two.status == 1 && two.output.isEmpty)
            #expect(
                two.error == "loci: the collection \"a\" has no \"x\"; 2 of the 3 identifiers are unknown\n")
        }
        #expect(try folder.names == ["d.loci", "d.loci-lock", "v.jsonl"])
    }

    @Test func theCommandLineIsChecked() throws {
        let folder = try database()
        try folder.write("a\n", to: "ids.txt")
        for arguments in [[], ["--id", "a", "--ids", "ids.txt"]] {
            let run = try CommandRun(["get", "d.loci", "a"] + arguments, in: folder)
            #expect(run.status == 2 && run.error.contains("give either --id or --ids"))
        }
        for (output, what) in [("x.ivecs", "ivecs"), ("x.unknown", "unknown"), (".", "format")] {
            let run = try folder.loci("get", "d.loci", "a", "--id", "a", "--output", output)
            #expect(run.status == 1 && run.error.contains(what) && run.errorLines.count == 1, "\(output): \(run.error)")
        }
        #expect(try folder.loci("get", "d.loci", "none", "--id", "a").status == 1)
    }
}
