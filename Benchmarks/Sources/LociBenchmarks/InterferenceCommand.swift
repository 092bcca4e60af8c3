// Loci, Apache License 2.0.

import ArgumentParser
import Dispatch
import Loci
import ProcessorBinding
import Synchronization

/// `loci-benchmarks interference`: what a writer that commits without pause does to searches.
struct InterferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interference",
        abstract: "Measure the latency of searches while a writer commits without pause.",
        discussion: """
            One thread searches, on the processor of --core; another replaces vectors, on the other of the first two, in \
            transactions of so many. Idle and busy rounds take turns, and \
            the median of the rounds counts.
            """)

    @OptionGroup var data: BaseOptions

    @OptionGroup var searched: QueryOptions

    @Option(
        help: ArgumentHelp("The vectors that a transaction replaces, with commas between several.", valueName: "list"))
    var batches = CountList([1, 100])

    @Option(help: ArgumentHelp("The window.", valueName: "N"))
    var window = 50

    @Option(help: ArgumentHelp("The queries of a round.", valueName: "N"))
    var queryCount = 20_000

    @Option(help: ArgumentHelp("How many rounds of each kind.", valueName: "N"))
    var rounds = 5

    @Option(
        help: ArgumentHelp(
            "The processor that searches, 0 or 1; best not the one that the disk interrupts.", valueName: "N"))
    var core = 0

    @OptionGroup var syncs: SyncOptions

    @OptionGroup var place: PlaceOptions

    struct Settings: Codable {
        let base: String
        let metric: String
        let window: Int
        let queries: Int
        let rounds: Int
        let isPeriodic: Bool
    }

    /// Latencies in microseconds.
    struct Figures: Codable {
        let batch: Int
        let idleMedian: Double
        let busyMedian: Double
        let idle99: Double
        let busy99: Double
        let idle999: Double
        let busy999: Double
        let commitsPerSecond: Double
    }

    func validate() throws {
        try Allowed.check("--window", window, in: 1...1_000_000)
        try Allowed.check("--query-count", queryCount, in: 1...10_000_000)
        try Allowed.check("--rounds", rounds, in: 1...1000)
        try Allowed.check("--core", core, in: 0...1)
    }

    func run() throws {
        let file = try VectorFile.open(data.base)
        let asked = try VectorFile.open(searched.queries)
        let vectors = try (0..<asked.count).map { try asked.vector($0) }
        let work = try WorkFolder(in: place.folder)
        progress("building")
        let collection = try Database.buildCollection(
            at: work.file("interference.loci"), "c", CollectionConfiguration(metric: data.metric),
            from: file)
        let database = try Database.open(work.file("interference.loci"))
        try syncs.apply(to: database)
        // The system likes to wake a writer where the searches run.
        _ = lb_bind_to_processor(Int32(core))
        var results: [Figures] = []
        for batch in batches.values {
            var idle: [[Double]] = []
            var busy: [[Double]] = []
            var commits = 0
            var seconds = 0.0
            for round in 0..<rounds {
                progress("transactions of \(batch): round \(round + 1) of \(rounds)")
                idle.append(try latencies(vectors, of: collection))
                let writer = Writer(database: database, file: file, batch: batch, first: round * 10_000, core: 1 - core)
                writer.start()
                let start = ContinuousClock.now
                let measured = Result { try latencies(vectors, of: collection) }
                seconds += (ContinuousClock.now - start).seconds
                commits += try writer.stop()
                busy.append(try measured.get())
            }
            func median(_ rounds: [[Double]], at share: Double) -> Double {
                rounds.map { $0[min($0.count - 1, Int(share * Double($0.count)))] }.median ?? 0
            }
            results.append(
                Figures(
                    batch: batch, idleMedian: median(idle, at: 0.5), busyMedian: median(busy, at: 0.5),
                    idle99: median(idle, at: 0.99), busy99: median(busy, at: 0.99), idle999: median(idle, at: 0.999),
                    busy999: median(busy, at: 0.999), commitsPerSecond: Double(commits) / seconds))
        }
        var table = Table(numbers: [
            "batch", "commits/s", "p50 idle µs", "busy", "p99 idle µs", "busy", "ratio", "p99.9 idle µs", "busy",
        ])
        for result in results {
            table.add([
                Format.count(result.batch), Format.fixed(result.commitsPerSecond, 0),
                Format.fixed(result.idleMedian, 1),
                Format.fixed(result.busyMedian, 1), Format.fixed(result.idle99, 1), Format.fixed(result.busy99, 1),
                Format.fixed(result.busy99 / result.idle99, 2), Format.fixed(result.idle999, 1),
                Format.fixed(result.busy999, 1),
            ])
        }
        print(table.rendered(), terminator: "")
        let settings = Settings(
            base: data.base, metric: data.metricName, window: window, queries: queryCount, rounds: rounds,
            isPeriodic: syncs.isPeriodic)
        try place.report("interference", kernels: try database.info().kernels, settings: settings, results: results)
    }

    /// In microseconds, sorted.
    private func latencies(_ vectors: [[Float]], of collection: Collection) throws -> [Double] {
        var results = SearchResults()
        let options = SearchOptions(k: 10, window: window)
        for vector in vectors.prefix(200) { try collection.search(vector, options, into: &results) }
        return try (0..<queryCount).map { query in
            let start = ContinuousClock.now
            try collection.search(vectors[query % vectors.count], options, into: &results)
            return (ContinuousClock.now - start) / .microseconds(1)
        }.sorted()
    }
}

/// Replaces vectors on a thread of its own until it is stopped.
private final class Writer: Sendable {
    private let database: Database
    private let file: VectorFile
    private let batch: Int
    private let first: Int
    private let core: Int
    private let isStopped = Atomic<Bool>(false)
    private let outcome = Mutex<Result<Int, any Error>?>(nil)
    private let ended = DispatchSemaphore(value: 0)

    init(database: Database, file: VectorFile, batch: Int, first: Int, core: Int) {
        self.database = database
        self.file = file
        self.batch = batch
        self.first = first
        self.core = core
    }

    func start() {
        DispatchQueue.global().async {
            _ = lb_bind_to_processor(Int32(self.core))
            let result = Result { try self.write() }
            self.outcome.withLock { $0 = result }
            self.ended.signal()
        }
    }

    /// - Returns: How many commits there were.
    func stop() throws -> Int {
        isStopped.store(true, ordering: .relaxed)
        ended.wait()
        return try outcome.withLock { try $0?.get() ?? 0 }
    }

    private func write() throws -> Int {
        var commits = 0
        while !isStopped.load(ordering: .relaxed) {
            try database.write(threads: 1) { transaction in
                let collection = try transaction.collection("c")
                for place in 0..<batch {
                    let row = (first + commits * batch + place) % file.count
                    try collection.upsert(VectorID(row: row), file.vector((row * 7 + 1) % file.count))
                }
            }
            commits += 1
        }
        return commits
    }
}
