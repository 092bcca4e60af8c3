// Loci, Apache License 2.0.

import Loci
import LociJSON

/// A copying of a whole database, as the verbs that copy show it: a bar while it goes on, which Ctrl-C gives up, and what
/// came of it.
struct CopyReport<Result> {
    let result: Result
    private let seconds: Double

    /// - Parameter copy: Copies; it calls what it is given with the bytes so far.
    /// - Throws: What `copy` throws, and when it is given up.
    init(_ progress: ProgressOptions, _ copy: ((Int) throws -> Void) throws -> Result) throws {
        Interrupt.install()
        let start = ContinuousClock.now
        let bar = progress.bar("Copying", total: nil, unit: "bytes")
        result = try copy {
            try Interrupted.check()
            bar.update(to: $0)
        }
        bar.finish()
        seconds = Format.seconds(ContinuousClock.now - start)
    }

    /// Prints the result.
    /// - Parameters:
    ///   - done: What was done, for people.
    ///   - figures: What it came to, for people.
    ///   - members: The same for machines; `nil` for people.
    func print(_ done: String, _ figures: String, json members: [(String, JSONValue)]?) throws {
        guard let members else {
            return try Console.output.write("\(done) in \(Format.duration(seconds: seconds)): \(figures)\n")
        }
        try Console.output.write(
            JSONValue.object(members + [("seconds", .number(seconds, decimals: 3))]).line + "\n")
    }
}

extension CopyReport<DatabaseCopy> {
    /// Prints the size of a copy and its commit.
    func print(_ done: String, json: Bool) throws {
        try print(
            done, "\(Format.bytes(result.bytes)), commit \(Format.count(result.commit))",
            json: json ? [("bytes", .integer(result.bytes)), ("commit", .integer(result.commit))] : nil)
    }
}
