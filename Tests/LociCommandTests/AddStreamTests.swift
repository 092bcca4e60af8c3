// Loci, Apache License 2.0.

import Foundation
import Loci
import TestSupport
import Testing

/// `loci add --from -`: rows that come through a pipe, and what is there when it, or the command, ends.
@Suite struct AddStreamTests {
    /// A command whose standard input is held open, and whose lines are read as they come.
    private final class Session {
        let command: RunningCommand
        private let input = Pipe.unshared()
        private let output = Pipe.unshared()

        init(_ arguments: String..., in folder: TestFolder) throws {
            command = try RunningCommand(
                ["add", "d.loci", "c", "--from", "-"] + arguments, in: folder, standardInput: input,
                standardOutput: output)
        }

        func write(_ text: String) throws { try input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

        /// The next line, waited for; nil at the end.
        func line() throws -> String? {
            var line = Data()
            while let byte = try output.fileHandleForReading.read(upToCount: 1), let first = byte.first {
                if first == 0x0A { return String(decoding: line, as: UTF8.self) }
                line.append(first)
            }
            return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
        }

        /// Ends the input, and waits for the end of the command.
        func end() throws -> CommandRun {
            try input.fileHandleForWriting.close()
            return try command.wait()
        }

        func kill(_ signal: Int32) throws -> CommandRun {
            Foundation.kill(command.process.processIdentifier, signal)
            return try command.wait()
        }
    }

    /// Rows named r0, r1 and so on.
    private static func rows(_ range: Range<Int>) -> String {
        range.map { "{\"id\": \"r\($0)\", \"vector\": [\($0), 1]}\n" }.joined()
    }

    private static func committed(_ count: Int) -> String { "{\"committed\":\(count)}" }

    /// Checks that the rows from 0 are there, and no others.
    private static func expect(
        _ count: Int, in folder: TestFolder, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let collection = try Database.open(folder.path("d.loci").path, access: .readOnly).collection("c")
        var ids: Set<VectorID> = []
        try collection.forEach { id, _ in ids.insert(id) }
        #expect(ids == Set((0..<count).map { VectorID("r\($0)") }), sourceLocation: sourceLocation)
        #expect(try collection.check() == [], sourceLocation: sourceLocation)
    }

    @Test func aFullBatchIsCommittedWhileTheInputStaysOpen() throws {
        let folder = try TestFolder()
        let session = try Session("--batch", "2", "--json", in: folder)
        try session.write(Self.rows(0..<2))
        #expect(try session.line() == Self.committed(2))
        try Self.expect(2, in: folder)
        try session.write(Self.rows(2..<5))
        #expect(try session.line() == Self.committed(4))
        #expect(try session.command.process.isRunning && session.end().status == 0)
        #expect(try session.line() == Self.committed(5))
        #expect(try session.line() == nil)
        try Self.expect(5, in: folder)
    }

    @Test func theResultIsALine() throws {
        let folder = try TestFolder()
        let session = try Session("--upsert", in: folder)
        // The last line does without an end, and an identifier that comes again is replaced.
        try session.write(Self.rows(0..<3) + #"{"id": "r1", "vector": [7, 7]}"#)
        #expect(try session.end().status == 0)
        let line = try session.line()
        #expect(line?.hasPrefix("added 2 vectors to c and replaced 1 in ") == false, "3 are new: \(line ?? "")")
        #expect(
            line?.hasPrefix("added 3 vectors to c and replaced 1 in ") == true && line?.hasSuffix(": 3 now") == true)
    }

    @Test func noRowsMakeAnEmptyCollection() throws {
        let folder = try TestFolder()
        for _ in 0..<2 {
            let session = try Session("--json", "--metric", "ip", in: folder)
            #expect(try session.end().status == 0)
            #expect(try session.line() == Self.committed(0))
            #expect(try session.line() == nil)
        }
        try Self.expect(0, in: folder)
        #expect(try folder.succeed("info", "d.loci", "c", "--json").json()["metric"] as? String == "ip")
    }

    @Test func rowsWithoutAnIdentifierAreNumberedOn() throws {
        let folder = try TestFolder()
        let session = try Session("--quantization", "float32", in: folder)
        try session.write(
            "{\"vector\": [1]}\n{\"id\": 30, \"vector\": [2]}\n{\"vector\": [3]}\n{\"id\": \"z\", \"vector\": [4]}\n"
                + "{\"vector\": [5]}\n")
        #expect(try session.end().status == 0)
        for (id, value) in [("0", 1), ("30", 2), ("31", 3), ("z", 4), ("32", 5)] {
            let run = try folder.succeed("get", "d.loci", "c", "--id", id)
            #expect(run.output == "{\"id\":\"\(id)\",\"vector\":[\(value)]}\n")
        }
    }

    @Test(arguments: [
        ("{\"id\": \"r4\", \"vector\": [1, 2}", "loci: standard input: line 5: "),
        ("{\"id\": \"r4\", \"vector\": [1, 2, 3]}", "loci: standard input, line 5: the vector has dimension 3"),
        ("{\"id\": \"r4\", \"vector\": []}", "loci: standard input, line 5: dimension 0 is out of range"),
        ("{\"vector\": []}", "loci: standard input, line 5: dimension 0 is out of range"),
        ("{\"vector\": [1e30, 0]}", "loci: standard input, line 5: the vector holds a value beyond"),
        (
            "{\"id\": \"r3\", \"vector\": [1, 2]}",
            "loci: standard input, line 5: the collection \"c\" has a vector \"r3\""
        ),
        (
            "{\"id\": \"r0\", \"vector\": [1, 2]}",
            "loci: standard input, line 5: the collection \"c\" has a vector \"r0\""
        ),
    ])
    func aBadLineEndsTheAddAfterTheBatchesBeforeIt(line: String, message: String) throws {
        let folder = try TestFolder()
        let session = try Session("--batch", "3", "--json", in: folder)
        try session.write(Self.rows(0..<4) + line + "\n" + Self.rows(4..<9))
        // The input stays open: what comes after the bad line is not waited for.
        let end = try session.command.wait()
        #expect(end.status == 1)
        #expect(end.error.hasPrefix(message) && end.error.hasSuffix("; 3 rows were committed before\n"), "\(end.error)")
        #expect(try session.line() == Self.committed(3))
        #expect(try session.line() == nil)
        try Self.expect(3, in: folder)
    }

    @Test func aFirstBatchThatFailsLeavesNoDatabase() throws {
        let folder = try TestFolder()
        let session = try Session(in: folder)
        try session.write(Self.rows(0..<1) + "x\n")
        #expect(try session.end().status == 1)
        #expect(try folder.names == [])
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalLeavesTheBatchUnderWay(signal: Int32) throws {
        let folder = try TestFolder()
        let session = try Session("--batch", "2", "--json", in: folder)
        try session.write(Self.rows(0..<2))
        #expect(try session.line() == Self.committed(2))
        try session.write(Self.rows(2..<3))
        let end = try session.kill(signal)
        #expect(end.status == 128 + signal)
        #expect(end.error == "loci: interrupted; 2 rows were committed\n")
        #expect(try session.line() == nil)
        try Self.expect(2, in: folder)
    }

    @Test func aSignalBeforeTheFirstBatchChangesNothing() throws {
        let folder = try TestFolder()
        try folder.write(Self.rows(0..<2), to: "two.jsonl")
        try folder.succeed("build", "d.loci", "c", "--from", "two.jsonl")
        try FileManager.default.removeItem(at: folder.path("d.loci-lock"))
        let before = try folder.bytes("d.loci")
        let session = try Session(in: folder)
        try session.write(Self.rows(2..<3))
        // It looks at the collection after it has begun to catch signals.
        while !folder.exists("d.loci-lock") { try #require(session.command.process.isRunning) }
        let end = try session.kill(SIGINT)
        #expect(end.status == 130 && end.error == "loci: interrupted; nothing was changed\n")
        #expect(try folder.bytes("d.loci") == before)
    }

    /// Killed at some moment after a line, without a chance to do anything: what the line said is there.
    @Test(arguments: [1, 2, 7, 20])
    func whatWasSaidIsThereAfterAKill(lines: Int) throws {
        let folder = try TestFolder()
        let session = try Session("--batch", "10", "--json", in: folder)
        try session.write(Self.rows(0..<400))
        for line in 1...lines { #expect(try session.line() == Self.committed(10 * line)) }
        #expect(try session.kill(SIGKILL).status == -SIGKILL)
        var count = 10 * lines
        while let line = try session.line() {
            count += 10
            #expect(line == Self.committed(count))
        }
        // A commit that was made, and not told of any more, may be there too.
        let there = try Database.open(folder.path("d.loci").path, access: .readOnly).collection("c").count
        #expect(there == count || there == count + 10)
        try Self.expect(there, in: folder)
        let more = try Session("--batch", "10", "--json", in: folder)
        try more.write(Self.rows(there..<there + 3))
        #expect(try more.end().status == 0)
        try Self.expect(there + 3, in: folder)
    }
}
