// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci-benchmarks churn`: what is left of recall, speed and space after a collection has lived.
struct ChurnCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "churn",
        abstract: "Compare collections that were changed a lot with fresh ones of the same vectors.",
        discussion: """
            Each life ends with vectors that a fresh collection is built from, too; both are then searched in turn, with \
            the same windows, on one thread.

              halves    half is built, the other half is inserted
              replace   every vector is replaced once, by that of another row
              rounds    20 times, 5 % are removed at random and as many new ones inserted
              drift     rows in the order of a random direction; the first half is built, and then the oldest leave as \
            the next arrive
            """)

    @OptionGroup var data: BaseOptions

    @Option(help: ArgumentHelp("The queries.", valueName: "file"), completion: .file())
    var queries: String

    @Option(help: ArgumentHelp("How vectors are coded; by default \(Quantization.standard).", valueName: "kind"))
    var quantization: String?

    @Option(help: ArgumentHelp("Which lives, with commas between them.", valueName: "list"))
    var lives = "halves,replace,rounds,drift"

    @Option(help: ArgumentHelp("The changes of one transaction; 1 inserts row by row.", valueName: "N"))
    var batch = 1

    @Option(help: ArgumentHelp("The windows, with commas between them.", valueName: "list"))
    var windows = CountList([20, 50, 100])

    @Option(help: ArgumentHelp("How many queries.", valueName: "N"))
    var queryCount = 2000

    @Option(help: ArgumentHelp("How often each collection is searched, in turn; the fastest counts.", valueName: "N"))
    var passes = 5

    @Option(help: ArgumentHelp("Only the first rows of the file.", valueName: "N"))
    var rows: Int?

    @Option(help: ArgumentHelp("Decides about rounds and drift.", valueName: "S"))
    var seed: UInt64 = 42

    @OptionGroup var place: PlaceOptions

    struct Settings: Codable {
        let base: String
        let metric: String
        let rows: Int
        let batch: Int
        let queries: Int
        let passes: Int
        let seed: UInt64
    }

    func validate() throws {
        for life in lives.split(separator: ",") where Life(rawValue: String(life)) == nil {
            throw ValidationError("--lives has \(life)")
        }
        try Allowed.check("--batch", batch, in: 1...1_000_000)
        try Allowed.check("--passes", passes, in: 1...1000)
    }

    func run() throws {
        let file = try VectorFile.open(data.base)
        let all = RowRange(source: file, rows: 0..<min(file.count, rows ?? file.count))
        let asked = try VectorFile.open(queries)
        let queries = RowRange(source: asked, rows: 0..<min(asked.count, queryCount))
        let configuration = CollectionConfiguration(
            metric: data.metric,
            quantization: quantization.flatMap { Quantization(name: $0) } ?? .standard)
        var results: [ChurnFigures] = []
        var kernels = ""
        for life in lives.split(separator: ",").compactMap({ Life(rawValue: String($0)) }) {
            let work = try WorkFolder(in: place.folder)
            progress("\(life): living")
            let database = try Database.open(work.file("lived.loci"))
            kernels = try database.info().kernels
            let start = ContinuousClock.now
            let rowOfID = try life.live(all, in: database, configuration, batch: batch, seed: seed)
            let seconds = (ContinuousClock.now - start).seconds
            progress("\(life): building the fresh one, and the truth")
            let living = SomeRows(source: all, rows: rowOfID.values.sorted())
            let fresh = try Database.buildCollection(at: work.file("fresh.loci"), "fresh", configuration, from: living)
            let truth = try ExactNeighbours.find(
                in: living, queries: queries, metric: configuration.metric, k: 10, threads: 2,
                observer: SilentObserver())
            let comparison = ChurnComparison(
                lived: try database.collection(Life.collection), rowOfID: rowOfID, fresh: fresh,
                freshRows: living.rows, queries: queries, truth: truth, passes: passes)
            let faults = try database.check()
            guard faults.isEmpty else { throw BenchmarkError.damaged(faults.map(\.description)) }
            let figures = try comparison.figures(
                life: life.rawValue, seconds: seconds, windows: windows.values, livedBytes: database.bytes,
                freshBytes: Database.open(work.file("fresh.loci"), access: .readOnly).bytes)
            results += figures
        }
        print(ChurnFigures.table(of: results), terminator: "")
        if let output = place.output {
            let settings = Settings(
                base: data.base, metric: data.metricName, rows: all.count, batch: batch, queries: queries.count,
                passes: passes,
                seed: seed)
            try Report(benchmark: "churn", machine: Machine(kernels: kernels), settings: settings, results: results)
                .write(to: output)
        }
    }
}

/// Rows of a source, in some order.
struct SomeRows<Source: VectorSource>: VectorSource {
    let source: Source
    let rows: [Int]

    var count: Int { rows.count }
    var dimension: Int { source.dimension }

    func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) throws {
        try source.read(row: rows[row], into: output)
    }
}

/// How a collection comes to hold what it holds.
enum Life: String {
    case halves, replace, rounds, drift

    static let collection = "lived"

    /// Lives it.
    /// - Returns: The row of each identifier that is left.
    func live(
        _ all: some VectorSource, in database: Database, _ configuration: CollectionConfiguration, batch: Int,
        seed: UInt64
    ) throws -> [VectorID: Int] {
        let half = all.count / 2
        switch self {
        case .halves:
            try build(all, 0..<half, in: database, configuration)
            try change(half..<all.count, batch: batch, in: database) { collection, row in
                try collection.add(VectorID(row: row), all.vector(row))
            }
            return Dictionary(uniqueKeysWithValues: (0..<all.count).map { (VectorID(row: $0), $0) })
        case .replace:
            try build(all, 0..<all.count, in: database, configuration)
            try change(0..<all.count, batch: batch, in: database) { collection, row in
                try collection.upsert(VectorID(row: row), all.vector((row + half) % all.count))
            }
            return Dictionary(
                uniqueKeysWithValues: (0..<all.count).map { (VectorID(row: $0), ($0 + half) % all.count) })
        case .rounds:
            var generator = SplitMixGenerator(seed: seed)
            var living = Array(0..<half)
            try build(all, 0..<half, in: database, configuration)
            let share = half / 20
            for round in 0..<20 {
                living.shuffle(using: &generator)
                let leaving = Array(living.suffix(share))
                living.removeLast(share)
                try change(leaving, batch: batch, in: database) { try $0.remove(VectorID(row: $1)) }
                let arriving = half + round * share..<half + (round + 1) * share
                try change(arriving, batch: batch, in: database) { collection, row in
                    try collection.add(VectorID(row: row), all.vector(row))
                }
                living += arriving
            }
            return Dictionary(uniqueKeysWithValues: living.map { (VectorID(row: $0), $0) })
        case .drift:
            let order = try drifting(all, seed: seed)
            try build(SomeRows(source: all, rows: order), 0..<half, in: database, configuration)
            try change(half..<all.count, batch: batch, in: database) { collection, place in
                try collection.remove(VectorID(row: place - half))
                try collection.add(VectorID(row: place), all.vector(order[place]))
            }
            let left = all.count - half..<all.count
            return Dictionary(uniqueKeysWithValues: left.map { (VectorID(row: $0), order[$0]) })
        }
    }

    private func build(
        _ source: some VectorSource, _ rows: Range<Int>, in database: Database, _ configuration: CollectionConfiguration
    ) throws {
        _ = try database.buildCollection(Self.collection, configuration, from: RowRange(source: source, rows: rows))
    }

    private func change(
        _ rows: some Swift.Collection<Int>, batch: Int, in database: Database,
        _ body: (WritableCollection, Int) throws -> Void
    ) throws {
        var rest = Array(rows)[...]
        while !rest.isEmpty {
            let some = rest.prefix(batch)
            rest = rest.dropFirst(batch)
            try database.write { transaction in
                let collection = try transaction.collection(Self.collection)
                for row in some { try body(collection, row) }
            }
        }
    }

    /// Rows in the order of their products with a random direction.
    private func drifting(_ all: some VectorSource, seed: UInt64) throws -> [Int] {
        var generator = SplitMixGenerator(seed: seed)
        let direction = (0..<all.dimension).map { _ in Float.random(in: -1...1, using: &generator) }
        let places = try (0..<all.count).map { row in
            zip(try all.vector(row), direction).reduce(0) { $0 + $1.0 * $1.1 }
        }
        return places.indices.sorted { (places[$0], $0) < (places[$1], $1) }
    }
}

/// The same numbers everywhere.
struct SplitMixGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
