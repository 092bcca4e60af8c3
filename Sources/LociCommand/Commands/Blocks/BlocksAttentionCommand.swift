// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON
import LociMemory

/// `loci blocks attention`: how much of the attention over all positions opened blocks have.
struct BlocksAttentionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attention",
        abstract: "Measure attention over opened blocks beside attention over all.",
        discussion: """
            Makes keys and values of which few matter much to a query, in a database that is thrown away; opens a share of the \
            blocks for each query; and prints how much of the attention over all positions they have, how far the output is from \
            exact attention, and how fast keys and values are attended to, beside how fast they are read.

            --positions 1M with 32 heads of 128 takes 16 GB.
            """)

    @Option(help: ArgumentHelp("How many positions: a number, or one with K or M.", valueName: "N"))
    var positions = "100K"

    @Option(help: ArgumentHelp("Keys and values: heads x numbers : float16 or lvq8.", valueName: "form"))
    var tensors = "32x128:float16"

    @Option(help: ArgumentHelp("Positions of a block.", valueName: "N"))
    var block = 64

    @Option(help: ArgumentHelp("The share of the blocks that is opened.", valueName: "share"))
    var budget = "1%"

    @Option(help: ArgumentHelp("How many queries of each sort.", valueName: "N"))
    var queries = 10

    @Option(help: ArgumentHelp("For how many of them attention is computed in float64.", valueName: "N"))
    var exact = 2

    @Option(help: ArgumentHelp("Of all random choices.", valueName: "N"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Where the database is made, and kept.", valueName: "file"), completion: .file())
    var database: String?

    @OptionGroup var report: ReportOptions

    func validate() throws { _ = try options() }

    private func options() throws -> AttentionTest.Options {
        var options = AttentionTest.Options()
        try Allowed.check("--block", block, in: 1...BlockConfiguration.maximumBlockSize)
        try Allowed.check("--queries", queries, in: 1...100_000)
        try Allowed.check("--exact", exact, in: 0...100_000)
        options.positions = try ScaledNumber.parse("--positions", positions)
        options.share = try ShareOption.parse("--budget", budget)
        guard let form = TensorForm(name: tensors) else {
            throw ValidationError("--tensors is \(tensors); write heads x numbers : coding, such as 32x128:float16")
        }
        (options.form, options.blockSize, options.seed) = (form, block, seed)
        (options.queries, options.exactQueries) = (queries, exact)
        return options
    }

    func run() throws {
        Interrupt.install()
        let (options, progress) = (try options(), report.progress)
        let place = try database.map { DatabasePlace.kept($0) } ?? DatabasePlace.temporary()
        defer { place.remove() }
        let start = ContinuousClock.now
        let test = try AsynchronousWork.run { () -> AttentionTest in
            let bar = progress.bar("Appending", total: options.positions, unit: "positions")
            let test = try await AttentionTest(options, in: Database.open(place.path)) { done, _ in
                bar.update(to: done)
                try Interrupted.check()
            }
            bar.finish()
            return test
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        var results: [AttentionTest.Result] = []
        for ofTopics in [true, false] {
            let bar = progress.bar("Asking", total: options.queries, unit: "queries")
            results.append(
                try test.run(ofTopics: ofTopics) { done, _ in
                    bar.update(to: done)
                    try Interrupted.check()
                })
            bar.finish()
        }
        let speed = try test.bandwidth(
            passes: 5, blocks: max(1, (1 << 30) / (options.form.memberBytes * options.blockSize)))
        guard report.json else { return try Console.output.write(table(results, speed, test, seconds)) }
        try Console.output.write(
            JSONValue.object([
                ("positions", .integer(options.positions)), ("tensors", .string(options.form.name)),
                ("bytes", .integer(test.bytes)), ("append_seconds", .number(seconds, decimals: 1)),
                (
                    "results",
                    .array(
                        results.map { result in
                            .object([
                                ("name", .string(result.name)), ("blocks", .integer(result.blocks)),
                                ("coverage", .number(result.coverage, decimals: 4)),
                                ("least_coverage", .number(result.leastCoverage, decimals: 4)),
                                ("error", result.error.map { .number($0, decimals: 6) } ?? .null),
                                ("open_ms", .number(result.openMilliseconds, decimals: 3)),
                                ("attend_ms", .number(result.attendMilliseconds, decimals: 3)),
                            ])
                        })
                ), ("attend_bytes_a_second", .number(speed.attending, decimals: 0)),
                ("read_bytes_a_second", .number(speed.reading, decimals: 0)),
            ]).line + "\n")
    }

    private func table(
        _ results: [AttentionTest.Result], _ speed: (attending: Double, reading: Double), _ test: AttentionTest,
        _ seconds: Double
    ) -> String {
        var table = TextTable([
            .text("asked"), .number("blocks"), .number("coverage"), .number("least"), .number("error"),
            .number("open ms"),
            .number("attend ms"),
        ])
        for result in results {
            table.add([
                result.name, Format.count(result.blocks), Format.decimal(result.coverage, places: 4),
                Format.decimal(result.leastCoverage, places: 4),
                result.error.map { Format.decimal($0, places: 4) } ?? "",
                Format.decimal(result.openMilliseconds, places: 2),
                Format.decimal(result.attendMilliseconds, places: 2),
            ])
        }
        func rate(_ bytes: Double) -> String { Format.decimal(bytes / 1e9, places: 1) + " GB/s" }
        return table.rendered()
            + "\n\(Format.bytes(test.bytes)) of keys and values appended in \(Format.decimal(seconds, places: 1)) s; attended to by "
            + "\(rate(speed.attending)), read by \(rate(speed.reading)): "
            + "\(Format.decimal(speed.attending / speed.reading, places: 2)) of it\n"
    }
}
