// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci-benchmarks filters`: recall and speed of searches among what a filter lets through.
struct FiltersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "filters",
        abstract: "Measure filtered searches at several selectivities.",
        discussion: """
            Each vector has a random number from 0 to 999, of which filters let a share through, and the name of the nearest \
            of some vectors drawn at random: filters for the one that is nearest to a query, and for the farthest, \
            go by where vectors lie. Recall is counted against an exact search with the filter; the rate is compared with \
            an exact search of everything. One thread.
            """)

    @OptionGroup var data: BaseOptions

    @OptionGroup var searched: QueryOptions

    @Option(help: ArgumentHelp("How many queries.", valueName: "N"))
    var queryCount = 1000

    @OptionGroup var taken: RowOptions

    @Option(help: ArgumentHelp("The vectors that the others are named after.", valueName: "N"))
    var centres = 20

    @Option(help: ArgumentHelp("How many neighbours.", valueName: "K"))
    var k = 10

    @Option(help: ArgumentHelp("The window; by default that of an untuned collection.", valueName: "N"))
    var window: Int?

    @Option(help: ArgumentHelp("How often each filter is measured; the fastest counts.", valueName: "N"))
    var passes = 5

    @Option(help: ArgumentHelp("Decides about the numbers.", valueName: "S"))
    var seed: UInt64 = 42

    @OptionGroup var place: PlaceOptions

    struct Settings: Codable {
        let base: String
        let metric: String
        let rows: Int
        let dimension: Int
        let queries: Int
        let k: Int
        let window: Int?
        let seed: UInt64
    }

    struct Figures: Codable {
        let filter: String
        /// The share of vectors that match, on average.
        let selectivity: Double
        let recall: Double
        /// The share of queries that found k, or all that match.
        let complete: Double
        let queriesPerSecond: Double
        /// Of an exact search of everything.
        let timesExact: Double
        /// How often each way was taken.
        let methods: [String: Int]
    }

    func validate() throws {
        try Allowed.check("--k", k, in: 1...1000)
        try Allowed.check("--passes", passes, in: 1...1000)
        try Allowed.check("--query-count", queryCount, in: 1...1_000_000)
        try Allowed.check("--centres", centres, in: 2...10_000)
    }

    func run() throws {
        let base = taken.first(of: try VectorFile.open(data.base))
        let asked = try VectorFile.open(searched.queries)
        let vectors = try (0..<min(queryCount, asked.count)).map { try asked.vector($0) }
        let work = try WorkFolder(in: place.folder)
        progress("building")
        let configuration = CollectionConfiguration(metric: data.metric)
        let collection = try Database.buildCollection(at: work.file("filters.loci"), "c", configuration, from: base)
        let database = try Database.open(work.file("filters.loci"))
        progress("setting attributes")
        var generator = SplitMixGenerator(seed: seed)
        let pivots = try (0..<centres).map { _ in try base.vector(Int.random(in: 0..<base.count, using: &generator)) }
        let names = try (0..<base.count).map { nearest(to: try base.vector($0), pivots, farthest: false) }
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for row in 0..<base.count {
                let number = Int.random(in: 0..<1000, using: &generator)
                _ = try collection.setAttributes(
                    VectorID(row: row),
                    Attributes(["number": .number(Double(number)), "near": .number(Double(names[row]))]))
            }
        }
        let everything = try rate(
            vectors.prefix(max(20, vectors.count / 20)).map { ($0, nil) }, collection, exact: true
        ).rate
        var figures: [Figures] = []
        figures.append(try measure("none", vectors.map { ($0, nil) }, collection, everything, base.count))
        for share in [1, 10, 100, 250, 500, 900, 1000] {
            let filter = try Filter(.field("number") < FilterTerm(.number(Double(share))))
            figures.append(
                try measure(
                    "\(Double(share) / 10) %", vectors.map { ($0, filter) }, collection, everything, base.count))
        }
        for (name, isFarthest) in [("nearest group", false), ("farthest group", true)] {
            let filters = try (0..<centres).map { try Filter(.field("near") == FilterTerm(.number(Double($0)))) }
            let tasks = vectors.map { ($0, Optional(filters[nearest(to: $0, pivots, farthest: isFarthest)])) }
            figures.append(try measure(name, tasks, collection, everything, base.count))
        }
        print("exact search of everything: \(Format.fixed(everything, 0)) queries/s")
        print(table(of: figures), terminator: "")
        let settings = Settings(
            base: data.base, metric: data.metricName, rows: base.count, dimension: base.dimension,
            queries: vectors.count, k: k, window: window, seed: seed)
        try place.report("filters", kernels: try database.info().kernels, settings: settings, results: figures)
    }

    private typealias Task = (vector: [Float], filter: Filter?)

    /// By the cosine, so that lengths say nothing.
    private func nearest(to vector: [Float], _ pivots: [[Float]], farthest: Bool) -> Int {
        let scores = pivots.map { pivot -> Float in
            let product = zip(pivot, vector).reduce(0) { $0 + $1.0 * $1.1 }
            return product / pivot.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        return scores.indices.max { farthest ? scores[$0] > scores[$1] : scores[$0] < scores[$1] } ?? 0
    }

    private func options(_ filter: Filter?, exact: Bool) -> SearchOptions {
        var options = SearchOptions(k: k, window: window, isExact: exact)
        options.filter = filter
        return options
    }

    private func measure(
        _ name: String, _ tasks: [Task], _ collection: Collection, _ everything: Double, _ count: Int
    ) throws -> Figures {
        progress("filter: \(name)")
        let truth = try rate(tasks, collection, exact: true).results
        let (rate, found) = try rate(tasks, collection, exact: false, passes: passes)
        var (hits, wanted, complete) = (0, 0, 0)
        var matching = 0
        var methods: [String: Int] = [:]
        for (index, task) in tasks.enumerated() {
            let best = Set(truth[query: index].map(\.id))
            wanted += best.count
            hits += found[query: index].count { best.contains($0.id) }
            complete += found[query: index].count == best.count ? 1 : 0
            let plan = try collection.plan(options(task.filter, exact: false))
            matching += plan?.matching ?? count
            methods[plan?.method.rawValue ?? "plain", default: 0] += 1
        }
        return Figures(
            filter: name, selectivity: Double(matching) / Double(tasks.count * count),
            recall: Double(hits) / Double(max(1, wanted)), complete: Double(complete) / Double(tasks.count),
            queriesPerSecond: rate, timesExact: rate / everything, methods: methods)
    }

    private func rate(
        _ tasks: [Task], _ collection: Collection, exact: Bool, passes: Int = 1
    ) throws -> (rate: Double, results: SearchResults) {
        // Filters are evaluated once for each commit.
        for task in tasks { _ = try collection.plan(options(task.filter, exact: exact)) }
        var best = 0.0
        var all = SearchResults()
        for _ in 0..<passes {
            all = SearchResults()
            var results = SearchResults()
            let start = ContinuousClock.now
            for task in tasks {
                try collection.search(task.vector, options(task.filter, exact: exact), into: &results)
                all.append(results)
            }
            best = max(best, Double(tasks.count) / (ContinuousClock.now - start).seconds)
        }
        return (best, all)
    }

    private func table(of figures: [Figures]) -> String {
        var table = Table(
            text: ["filter", "method"], numbers: ["matching", "recall@\(k)", "complete", "queries/s", "times exact"])
        for figure in figures {
            table.add([
                figure.filter, figure.methods.keys.sorted().joined(separator: " "),
                Format.fixed(100 * figure.selectivity, 2) + " %", Format.fixed(figure.recall, 4),
                Format.fixed(figure.complete, 3), Format.fixed(figure.queriesPerSecond, 0),
                Format.fixed(figure.timesExact, 1),
            ])
        }
        return table.rendered()
    }
}
