// Loci, Apache License 2.0.

import Foundation
import TestSupport
import Testing

/// A process that a torture test started: its lines are read one by one, and it can be killed at any of them.
final class TortureChild {
    private let process = Process()
    private let output = Pipe.unshared()
    private let error: URL
    private var buffer: [UInt8] = []
    /// All lines that were read.
    private(set) var lines: [String] = []

    /// - Parameters:
    ///   - arguments: As `TortureProcess` takes them.
    ///   - environment: Is added to that of the tests.
    init(_ arguments: [String], environment: [String: String] = [:], in folder: TemporaryFolder) throws {
        error = URL(fileURLWithPath: folder.file("error-\(UUID().uuidString)"))
        _ = FileManager.default.createFile(atPath: error.path, contents: nil)
        process.executableURL = try BuiltExecutable.url(of: "TortureProcess")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: error)
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// The next line, or nil at the end of the output.
    func line() -> String? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeFirst(end + 1)
                lines.append(line)
                return line
            }
            var block = [UInt8](repeating: 0, count: 4096)
            let count = read(output.fileHandleForReading.fileDescriptor, &block, block.count)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return nil }
            buffer += block[..<count]
        }
    }

    /// Kills the process, and reads what it had said.
    func killAndFinish() {
        kill(process.processIdentifier, SIGKILL)
        finish()
    }

    /// Reads to the end, and waits for the end of the process.
    /// - Returns: Its status, or the negative number of the signal that ended it.
    @discardableResult
    func finish() -> Int32 {
        while line() != nil {}
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    /// What the process wrote to standard error.
    var errorText: String { (try? String(contentsOf: error, encoding: .utf8)) ?? "" }

    /// The number of the last line of a kind, as `committed 7`.
    func last(_ kind: String) -> Int? {
        lines.last { $0.hasPrefix(kind + " ") }.flatMap { Int($0.split(separator: " ")[1]) }
    }

    /// The lines that tell of faults.
    var broken: [String] { lines.filter { $0.hasPrefix("broken") } }
}

/// Executables that are built with the tests.
enum BuiltExecutable {
    /// The executable beside the bundle of these tests, whose path every runner is started with.
    static func url(of name: String) throws -> URL {
        for argument in CommandLine.arguments {
            guard let bundle = argument.range(of: ".xctest") else { continue }
            let folder = URL(fileURLWithPath: String(argument[..<bundle.upperBound])).deletingLastPathComponent()
            let file = folder.appendingPathComponent(name)
            if FileManager.default.isExecutableFile(atPath: file.path) { return file }
        }
        throw TestFailure("no \(name) beside the tests: \(CommandLine.arguments)")
    }
}
