// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci-benchmarks writes`: what it takes to insert into, replace in and remove from a collection that exists.
struct WritesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "writes",
        abstract: "Measure insertions, replacements and removals, one by one and in batches.",
        discussion: """
            A collection is built from all rows of the file but the last, which are then inserted: first some in durable \
            transactions of their own, then the others in batches. Then single vectors are replaced and removed.
            """)

    @OptionGroup var data: BaseOptions

    @Option(help: ArgumentHelp("How many single vectors of each kind.", valueName: "N"))
    var singles = 300

    @Option(help: ArgumentHelp("The rows of a batch.", valueName: "N"))
    var batch = 1000

    @Option(help: ArgumentHelp("How many batches.", valueName: "N"))
    var batches = 5

    @Option(help: ArgumentHelp("The threads of the build and of batches.", valueName: "N"))
    var threads = 2

    @OptionGroup var syncs: SyncOptions

    @OptionGroup var place: PlaceOptions

    struct Settings: Codable {
        let base: String
        let metric: String
        let rows: Int
        let dimension: Int
        let batch: Int
        let threads: Int
        let isPeriodic: Bool
    }

    /// Medians of transactions of one kind.
    struct Figures: Codable {
        let kind: String
        let rows: Int
        let transactions: Int
        let milliseconds: Double
        let processorMilliseconds: Double
        let slowestMilliseconds: Double
        /// Of 4,096 bytes, by what the process wrote; `nil` where the system does not tell.
        let pages: Double?
        let rowsPerSecond: Double
    }

    func validate() throws {
        try Allowed.check("--singles", singles, in: 1...1_000_000)
        try Allowed.check("--batch", batch, in: 1...1_000_000)
        try Allowed.check("--batches", batches, in: 0...100_000)
        try Allowed.check("--threads", threads, in: 1...1024)
    }

    func run() throws {
        let file = try VectorFile.open(data.base)
        let inserted = singles + batch * batches
        guard file.count > inserted else {
            throw ValidationError("\(data.base) has \(file.count) rows, and \(inserted) are to be inserted")
        }
        let work = try WorkFolder(in: place.folder)
        let built = file.count - inserted
        progress("building from \(Format.count(built)) rows")
        let configuration = CollectionConfiguration(metric: data.metric)
        let collection = try Database.buildCollection(
            at: work.file("writes.loci"), "writes", configuration, from: RowRange(source: file, rows: 0..<built),
            threads: threads)
        let database = try Database.open(work.file("writes.loci"))
        try syncs.apply(to: database)
        let single = try (0..<singles).map { try file.vector(built + $0) }
        var figures: [Figures] = []
        progress("inserting one by one")
        figures.append(
            try measure("insert", rows: 1, count: singles) { place in
                try collection.add(VectorID(row: built + place), single[place])
            })
        progress("inserting in batches")
        figures.append(
            try measure("insert", rows: batch, count: batches) { place in
                let first = built + singles + place * batch
                let rows = RowRange(source: file, rows: first..<first + batch)
                try database.write(threads: threads) { transaction in
                    try transaction.collection("writes").add(from: rows)
                }
            })
        progress("replacing one by one")
        let step = max(1, built / singles)
        figures.append(
            try measure("replace", rows: 1, count: singles) { place in
                try collection.upsert(VectorID(row: place * step), single[place])
            })
        progress("removing one by one")
        figures.append(
            try measure("remove", rows: 1, count: singles) { place in
                try collection.remove(VectorID(row: place * step))
            })
        progress("checking")
        let faults = try collection.check()
        guard faults.isEmpty else { throw BenchmarkError.damaged(faults.map(\.description)) }
        print(table(of: figures), terminator: "")
        let settings = Settings(
            base: data.base, metric: data.metricName, rows: built, dimension: file.dimension, batch: batch,
            threads: threads, isPeriodic: syncs.isPeriodic)
        try place.report("writes", kernels: try database.info().kernels, settings: settings, results: figures)
    }

    private func measure(_ kind: String, rows: Int, count: Int, _ body: (Int) throws -> Void) throws -> Figures {
        var elapsed: [Double] = []
        var used: [Double] = []
        var pages: [Double] = []
        for place in 0..<count {
            let written = ProcessUsage.writtenBytes
            let taken = try Milliseconds { try body(place) }
            elapsed.append(taken.clock)
            used.append(taken.processor)
            if let written, let now = ProcessUsage.writtenBytes { pages.append(Double(now - written) / 4096) }
        }
        return Figures(
            kind: kind, rows: rows, transactions: count, milliseconds: elapsed.median ?? 0,
            processorMilliseconds: used.median ?? 0, slowestMilliseconds: elapsed.max() ?? 0,
            pages: pages.median,
            rowsPerSecond: Double(rows * count) / max(1e-9, elapsed.reduce(0, +) / 1000))
    }

    private func table(of figures: [Figures]) -> String {
        var table = Table(
            text: ["transaction"], numbers: ["rows", "number", "ms", "CPU ms", "slowest ms", "pages", "rows/s"])
        for figure in figures {
            table.add([
                figure.kind, Format.count(figure.rows), Format.count(figure.transactions),
                Format.fixed(figure.milliseconds, 2), Format.fixed(figure.processorMilliseconds, 2),
                Format.fixed(figure.slowestMilliseconds, 2), figure.pages.map { Format.fixed($0, 0) } ?? "-",
                Format.fixed(figure.rowsPerSecond, 0),
            ])
        }
        return table.rendered()
    }
}
