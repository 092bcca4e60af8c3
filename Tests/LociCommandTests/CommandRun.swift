// Loci, Apache License 2.0.

import Foundation
import TestSupport
import Testing

/// One run of the built executable.
struct CommandRun {
    let status: Int32
    let output: String
    let error: String

    /// The lines of standard error.
    var errorLines: [Substring] { error.split(separator: "\n", omittingEmptySubsequences: false).dropLast() }

    /// Standard output as a JSON object.
    func json() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    }

    /// Runs `loci` in a folder and waits for its end.
    init(_ arguments: [String], in folder: TestFolder) throws {
        let run = try RunningCommand(arguments, in: folder)
        self = try run.wait()
    }

    fileprivate init(status: Int32, output: String, error: String) {
        (self.status, self.output, self.error) = (status, output, error)
    }
}

/// A run of the built executable that is under way.
final class RunningCommand {
    let process = Process()
    private let output: URL
    private let error: URL

    /// - Parameters:
    ///   - standardInput: what is read; nil for nothing.
    ///   - standardOutput: where results go instead of to a file that `wait` reads.
    init(
        _ arguments: [String], in folder: TestFolder, standardInput: Pipe? = nil, standardOutput: Pipe? = nil
    ) throws {
        let name = UUID().uuidString
        output = folder.scratch.appendingPathComponent(name + ".out")
        error = folder.scratch.appendingPathComponent(name + ".err")
        // Files and not pipes: nothing waits for a reader.
        for file in [output, error] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
        process.executableURL = try Self.executable()
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        process.standardInput = standardInput ?? FileHandle.nullDevice
        if let standardOutput {
            process.standardOutput = standardOutput
        } else {
            process.standardOutput = try FileHandle(forWritingTo: output)
        }
        process.standardError = try FileHandle(forWritingTo: error)
        try process.run()
    }

    func wait() throws -> CommandRun {
        process.waitUntilExit()
        return CommandRun(
            status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
            error: String(decoding: try Data(contentsOf: error), as: UTF8.self))
    }

    /// The executable beside the bundle of these tests, whose path every runner is started with.
    private static func executable() throws -> URL {
        for argument in CommandLine.arguments {
            guard let bundle = argument.range(of: ".xctest") else { continue }
            let folder = URL(fileURLWithPath: String(argument[..<bundle.upperBound])).deletingLastPathComponent()
            let file = folder.appendingPathComponent("loci")
            if FileManager.default.isExecutableFile(atPath: file.path) { return file }
        }
        throw NoExecutable(arguments: CommandLine.arguments)
    }

    private struct NoExecutable: Error {
        let arguments: [String]
    }
}

/// Where a test runs the command.
final class TestFolder: Sendable {
    /// The folder that the command runs in.
    let url: URL
    /// For what the tests themselves write.
    let scratch: URL
    private let temporary: TemporaryFolder

    init() throws {
        temporary = try TemporaryFolder()
        url = URL(fileURLWithPath: temporary.file("work"), isDirectory: true)
        scratch = URL(fileURLWithPath: temporary.file("scratch"), isDirectory: true)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    }

    /// Removes the folder now: what is static is never dropped.
    func remove() { temporary.remove() }

    func path(_ name: String) -> URL { url.appendingPathComponent(name) }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name).path) }

    func bytes(_ name: String) throws -> Data { try Data(contentsOf: path(name)) }

    func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    func write(_ data: Data, to name: String) throws { try data.write(to: path(name)) }

    func write(_ text: String, to name: String) throws { try write(Data(text.utf8), to: name) }

    /// The names of all files, hidden ones too.
    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
    }

    /// Runs `loci` here.
    func loci(_ arguments: String...) throws -> CommandRun { try CommandRun(arguments, in: self) }

    /// Runs `loci` here, which must succeed.
    @discardableResult
    func succeed(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> CommandRun {
        try succeed(arguments, sourceLocation: sourceLocation)
    }

    /// The same.
    @discardableResult
    func succeed(_ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation) throws -> CommandRun {
        let run = try CommandRun(arguments, in: self)
        try #require(run.status == 0, "\(arguments): \(run.error)", sourceLocation: sourceLocation)
        return run
    }
}

/// Vectors, queries, their true neighbours and a database, made once by the command itself.
///
/// `base.fvecs` (2,400 × 16) is the collection `points` of `test.loci`, `queries.fvecs` (50) are of the same clusters.
enum Fixture {
    private static let made: Result<TestFolder, any Error> = Result {
        let folder = try TestFolder()
        // What is static has no end of its own.
        atexit { try? Fixture.made.get().remove() }
        let shape = ["--dimension", "16", "--clusters", "12", "--seed", "7"]
        for arguments in [
            ["generate", "--count", "2400", "--to", "base.fvecs"] + shape,
            ["generate", "--count", "50", "--skip", "2400", "--to", "queries.fvecs"] + shape,
            ["truth", "--from", "base.fvecs", "--queries", "queries.fvecs", "--output", "truth.ivecs"],
            ["build", "test.loci", "points", "--from", "base.fvecs", "--degree", "12", "--build-window", "24"],
        ] {
            let run = try CommandRun(arguments, in: folder)
            guard run.status == 0 else { throw Failure(text: run.error) }
        }
        return folder
    }

    private struct Failure: Error {
        let text: String
    }

    /// A folder with copies of all files.
    static func copy() throws -> TestFolder {
        let original = try made.get()
        let folder = try TestFolder()
        for name in ["base.fvecs", "queries.fvecs", "truth.ivecs", "test.loci"] {
            try FileManager.default.copyItem(at: original.path(name), to: folder.path(name))
        }
        return folder
    }
}
