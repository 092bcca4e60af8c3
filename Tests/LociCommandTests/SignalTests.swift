// Loci, Apache License 2.0.

import Foundation
import Loci
import TestSupport
import Testing

/// Ctrl-C, and readers that go away.
@Suite struct SignalTests {
    /// Long enough for a signal to come long before the end.
    private static let endless = ["--degree", "64", "--build-window", "4000", "--threads", "1", "--quiet"]

    @Test(arguments: [SIGINT, SIGTERM])
    func aBuildThatIsStoppedLeavesNoDatabase(signal: Int32) throws {
        let folder = try Fixture.copy()
        let names = try folder.names
        let run = try RunningCommand(["build", "new.loci", "a", "--from", "base.fvecs"] + Self.endless, in: folder)
        try Self.wait(for: "new.loci-lock", in: folder, of: run)
        kill(run.process.processIdentifier, signal)
        let end = try run.wait()
        #expect(end.status == 128 + signal)
        #expect(end.error == "loci: interrupted; nothing was changed\n")
        #expect(end.output.isEmpty)
        #expect(try folder.names == names)
    }

    @Test func aBuildThatIsStoppedLeavesTheDatabaseAsItWas() throws {
        let folder = try Fixture.copy()
        let list = try folder.succeed("list", "test.loci").output
        try FileManager.default.removeItem(at: folder.path("test.loci-lock"))
        let run = try RunningCommand(
            ["build", "test.loci", "points", "--replace", "--from", "base.fvecs"] + Self.endless, in: folder)
        try Self.wait(for: "test.loci-lock", in: folder, of: run)
        kill(run.process.processIdentifier, SIGINT)
        #expect(try run.wait().status == 130)
        #expect(try folder.succeed("list", "test.loci").output == list)
        #expect(try folder.succeed("check", "test.loci").output == "ok: no fault found in 1 collection\n")
    }

    @Test func aDatabaseThatAnotherHasOpenIsLeft() throws {
        let folder = try Fixture.copy()
        let run = try RunningCommand(["build", "new.loci", "a", "--from", "base.fvecs"] + Self.endless, in: folder)
        try Self.wait(for: "new.loci-lock", in: folder, of: run)
        var opened: Database?
        while opened == nil {
            try #require(run.process.isRunning)
            // The file is there before its tables are.
            opened = try? Database.open(folder.path("new.loci").path, access: .readOnly)
        }
        kill(run.process.processIdentifier, SIGINT)
        #expect(try run.wait().status == 130)
        #expect(folder.exists("new.loci") && folder.exists("new.loci-lock"))
        #expect(try opened?.collectionNames() == [])
    }

    @Test func theSecondSignalEndsAtOnce() throws {
        let folder = try Fixture.copy()
        let run = try RunningCommand(["build", "new.loci", "a", "--from", "base.fvecs"] + Self.endless, in: folder)
        try Self.wait(for: "new.loci-lock", in: folder, of: run)
        for _ in 0..<2 { kill(run.process.processIdentifier, SIGINT) }
        #expect(try run.wait().status == 130)
        // What is left, if anything, is a database without collections.
        if folder.exists("new.loci") { #expect(try folder.loci("list", "new.loci", "--names").output.isEmpty) }
    }

    /// A copy may be whole before the signal comes: it is there whole then, and else not at all.
    @Test(arguments: ["backup", "restore", "compact"])
    func aCopyThatIsStoppedIsWholeOrNotThere(verb: String) throws {
        let folder = try TestFolder()
        try folder.succeed("generate", "--count", "1500", "--dimension", "4096", "--to", "big.fvecs")
        try folder.succeed("build", "big.loci", "a", "--from", "big.fvecs", "--quantization", "float32", "--quiet")
        let names = try folder.names
        let run = try RunningCommand(
            verb == "compact" ? [verb, "big.loci"] : [verb, "big.loci", "copy.loci"], in: folder)
        while run.process.isRunning, try !folder.names.contains(where: { $0.hasSuffix(".partial") }) { usleep(200) }
        kill(run.process.processIdentifier, SIGINT)
        let end = try run.wait()
        if end.status == 130 {
            #expect(end.error == "loci: interrupted; nothing was changed\n")
            #expect(end.output.isEmpty)
            #expect(try folder.names == names)
        } else {
            #expect(end.status == 0, "\(end.error)")
            if verb != "compact" { #expect(try folder.succeed("check", "copy.loci").output.hasPrefix("ok")) }
        }
        #expect(try folder.succeed("check", "big.loci").output == "ok: no fault found in 1 collection\n")
    }

    @Test func aReaderThatGoesAwayIsNoError() throws {
        let folder = try Fixture.copy()
        for arguments in [["list", "test.loci"], ["--help"], ["info", "test.loci", "--json"]] {
            let pipe = Pipe.unshared()
            try pipe.fileHandleForReading.close()
            let run = try RunningCommand(arguments, in: folder, standardOutput: pipe)
            let end = try run.wait()
            #expect(end.status == 128 + SIGPIPE, "\(arguments)")
            #expect(end.error.isEmpty, "\(arguments)")
        }
    }

    /// Waits until a file is there: the command has begun its work then.
    private static func wait(for name: String, in folder: TestFolder, of run: RunningCommand) throws {
        while !folder.exists(name) {
            try #require(run.process.isRunning, "the command ended before it made \(name)")
            usleep(2_000)
        }
    }
}
