// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON
import LociMemory
import LociText

/// `loci blocks passkey`: keys hidden in a long text, and found.
struct BlocksPasskeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passkey",
        abstract: "Hide pass keys in a long text, and ask for one, again and again.",
        discussion: """
            The test of Landmark Attention: filler text with a pass key at a random place, or eight keys with names of which one \
            is asked for. A trial succeeds if the best of the opened sentences has the number. The text is made in a database \
            that is thrown away, or kept with --database, and used again.

              loci blocks passkey --tokens 1M --keys 8 --trials 100
            """)

    @Option(
        help: ArgumentHelp(
            "How long the text is: a number, or one with K or M for thousands or millions.", valueName: "N"))
    var tokens = "1M"

    @Option(help: ArgumentHelp("How many keys are hidden, 1 to 8.", valueName: "N"))
    var keys = 1

    @Option(help: ArgumentHelp("How often.", valueName: "N"))
    var trials = 100

    @Option(help: ArgumentHelp("How many blocks are opened.", valueName: "N"))
    var blocks = 4

    @Option(help: ArgumentHelp("Of all random choices.", valueName: "N"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "Where the database is made, and kept; else in a temporary folder, and thrown away.", valueName: "file"),
        completion: .file())
    var database: String?

    @Option(help: ArgumentHelp("What makes vectors: hashing, an installed model, or a folder.", valueName: "model"))
    var model = ModelStore.hashingName

    @OptionGroup var report: ReportOptions

    func validate() throws {
        try Allowed.check("--keys", keys, in: 1...8)
        try Allowed.check("--trials", trials, in: 1...1_000_000)
        try Allowed.check("--blocks", blocks, in: 1...10_000)
        _ = try options()
    }

    private func options() throws -> PasskeyTest.Options {
        var options = PasskeyTest.Options()
        options.tokens = try ScaledNumber.parse("--tokens", tokens)
        (options.keys, options.blocks, options.seed) = (keys, blocks, seed)
        return options
    }

    func run() throws {
        Interrupt.install()
        let (options, trials, progress) = (try options(), trials, report.progress)
        let place = try database.map { DatabasePlace.kept($0) } ?? DatabasePlace.temporary()
        defer { place.remove() }
        let embedder = try ModelOptions.named(model)
        let start = ContinuousClock.now
        let reused = try AsynchronousWork.run { () -> Bool in
            let bar = progress.bar("Appending", total: nil, unit: "sentences")
            let test = try await PasskeyTest(options, in: Database.open(place.path), embedder: embedder) { done, _ in
                bar.update(to: done)
                try Interrupted.check()
            }
            bar.finish()
            return test.isReused
        }
        let built = ContinuousClock.now - start
        // Opened anew: what was mapped for appending does not count for asking.
        let (test, result) = try AsynchronousWork.run { () -> (PasskeyTest, PasskeyTest.Result) in
            let test = try await PasskeyTest(options, in: Database.open(place.path), embedder: embedder)
            let bar = progress.bar("Asking", total: trials, unit: "trials")
            let result = try await test.run(trials: trials) { done, _ in
                bar.update(to: done)
                try Interrupted.check()
            }
            bar.finish()
            return (test, result)
        }
        let memory = ResidentMemory.current
        if report.json {
            return try Console.output.write(
                JSONValue.object([
                    ("tokens", .integer(test.tokens)), ("sentences", .integer(test.sentences)),
                    ("keys", .integer(keys)),
                    ("trials", .integer(result.trials)), ("found", .integer(result.found)),
                    ("p50_ms", .number(result.latency.p50, decimals: 3)),
                    ("p99_ms", .number(result.latency.p99, decimals: 3)),
                    ("after_write_p50_ms", .number(result.latencyAfterWrite.p50, decimals: 3)),
                    ("after_write_p99_ms", .number(result.latencyAfterWrite.p99, decimals: 3)),
                    ("append_seconds", reused ? .null : .number(built / .seconds(1), decimals: 2)),
                    ("resident_bytes", memory.map { .integer($0.current) } ?? .null),
                    ("peak_resident_bytes", memory.map { .integer($0.peak) } ?? .null),
                ]).line + "\n")
        }
        try Console.output.write(
            """
            found            \(result.found) of \(result.trials)
            text             \(Format.count(test.tokens)) tokens, \(Format.count(test.sentences)) sentences
            an opening       p50 \(Format.decimal(result.latency.p50, places: 2)) ms, \
            p99 \(Format.decimal(result.latency.p99, places: 2)) ms
            after a write    p50 \(Format.decimal(result.latencyAfterWrite.p50, places: 2)) ms, \
            p99 \(Format.decimal(result.latencyAfterWrite.p99, places: 2)) ms
            appended in      \(reused ? "an earlier run" : Format.decimal(built / .seconds(1), places: 1) + " s")
            resident memory  \(memory.map { Format.bytes($0.current) } ?? "unknown"), \
            at most \(memory.map { Format.bytes($0.peak) } ?? "unknown")

            """)
    }
}
