// Loci, Apache License 2.0.

import LociJSON

/// The commits of a write as they are made: a bar for people, a line each for programs.
final class CommitReport {
    /// What was committed so far: it is durable.
    private(set) var count = 0
    private let member: String
    private let words: (one: String, many: String)
    private let prints: Bool
    private let bar: ProgressBar

    /// - Parameters:
    ///   - member: The name of the count in JSON.
    ///   - words: What was done to one, and to many: "row was committed", "rows were committed".
    ///   - json: Whether a line is printed after each commit.
    init(_ member: String, _ words: (one: String, many: String), json: Bool, bar: ProgressBar) {
        (self.member, self.words, prints, self.bar) = (member, words, json, bar)
    }

    /// Says that so many more are committed.
    ///
    /// The line is out before this returns: a program that reads it may count on what it says, whatever comes after.
    /// - Throws: `OutputError`.
    func add(_ more: Int) throws(OutputError) {
        count += more
        bar.update(to: count)
        if prints { try Console.output.write(JSONValue.object([(member, .integer(count))]).line + "\n") }
    }

    /// Runs a write, and shows its end.
    /// - Throws: `StoppedWrite` with what `body` throws.
    func run<Result>(_ body: () throws -> Result) throws(StoppedWrite) -> Result {
        do {
            let result = try body()
            bar.finish()
            return result
        } catch {
            bar.abandon()
            let committed = count == 0 ? nil : "\(Format.count(count)) \(count == 1 ? words.one : words.many)"
            throw StoppedWrite(cause: error, committed: committed)
        }
    }
}
