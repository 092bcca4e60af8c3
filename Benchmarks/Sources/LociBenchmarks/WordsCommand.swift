// Loci, Apache License 2.0.

import ArgumentParser
import Loci

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `loci-benchmarks words`: what texts cost to be indexed, and to be searched for their words.
struct WordsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "words",
        abstract: "Measure indexes of words, and searches by them.",
        discussion: """
            Each vector gets a text as an attribute, in one transaction, without an index of words and with one; then an index \
            is made of what is stored. Queries are two different words of a text drawn at random, each asked once before it \
            counts. One thread. A posting is a word of a document, however often it has it; they are counted by runs of \
            letters and digits, without a language.
            """)

    @Option(
        help: ArgumentHelp("The texts, one a line; Benchmarks/peers/glosses.py makes such a file.", valueName: "file"),
        completion: .file())
    var glosses: String

    @Option(help: ArgumentHelp("Only the first texts of the file.", valueName: "N"))
    var rows = 100_000

    @Option(help: ArgumentHelp("The language of stems, or none.", valueName: "language"))
    var language = WordLanguage.none.name

    @Option(help: ArgumentHelp("How many queries.", valueName: "N"))
    var queryCount = 1_000

    @Option(help: ArgumentHelp("How many results.", valueName: "K"))
    var k = 10

    @Option(help: ArgumentHelp("Decides about the queries.", valueName: "S"))
    var seed: UInt64 = 42

    @OptionGroup var place: PlaceOptions

    struct Settings: Codable {
        let texts: Int
        let language: String
        let queries: Int
        let k: Int
        let seed: UInt64
    }

    struct Figures: Codable {
        /// Of one core: to set all attributes without an index, with one, and to make one of what is stored.
        var attributeSeconds = 0.0
        var indexedSeconds = 0.0
        var createSeconds = 0.0
        var words = 0
        var postings = 0
        var indexBytes = 0
        /// The first time in a commit, and after it.
        var firstMicroseconds = Percentiles()
        var microseconds = Percentiles()
        var matches = 0.0
    }

    struct Percentiles: Codable {
        var p50 = 0.0
        var p99 = 0.0

        init() {}

        init(_ values: [Double]) {
            let sorted = values.sorted()
            guard !sorted.isEmpty else { return }
            p50 = sorted[sorted.count / 2]
            p99 = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
        }
    }

    func validate() throws {
        try Allowed.check("--rows", rows, in: 1...10_000_000)
        try Allowed.check("--query-count", queryCount, in: 1...1_000_000)
        try Allowed.check("--k", k, in: 1...1_000_000)
        guard WordLanguage(name: language) != nil else {
            throw ValidationError(
                "--language is \(language); it must be one of "
                    + WordLanguage.allCases.map(\.name).joined(separator: ", "))
        }
    }

    func run() throws {
        let file = try String(contentsOf: URL(filePath: glosses), encoding: .utf8)
        let texts = file.split(separator: "\n").prefix(rows).map(String.init)
        guard !texts.isEmpty else { throw ValidationError("\(glosses) has no lines") }
        let work = try WorkFolder(in: place.folder)
        let analysis = WordAnalysis(language: WordLanguage(name: language) ?? .none)
        var figures = Figures()
        let documents = texts.map { Self.words(of: $0) }
        figures.postings = documents.reduce(0) { $0 + Set($1).count }

        progress("setting attributes without an index")
        let plain = try build(work.file("plain.loci"), texts.count)
        figures.attributeSeconds = try processorSeconds { try set(texts, in: plain) }
        progress("making an index of what is stored")
        figures.createSeconds = try processorSeconds {
            try plain.collection("c").createIndex("gloss", words: analysis)
        }
        progress("setting attributes with an index")
        let database = try build(work.file("indexed.loci"), texts.count)
        let collection = try database.collection("c")
        try collection.createIndex("gloss", words: analysis)
        figures.indexedSeconds = try processorSeconds { try set(texts, in: database) }
        let info = try collection.info()
        figures.words = info.indexes.first?.text?.words ?? 0
        figures.indexBytes = info.bytes.indexes

        progress("searching")
        try search(documents, collection, &figures)
        print(table(of: figures), terminator: "")
        let settings = Settings(texts: texts.count, language: language, queries: queryCount, k: k, seed: seed)
        try place.report("words", kernels: try database.info().kernels, settings: settings, results: [figures])
    }

    private static func words(of text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    /// A collection of vectors of no interest.
    private func build(_ path: String, _ count: Int) throws -> Database {
        var generator = SplitMixGenerator(seed: seed)
        let values = (0..<count * 8).map { _ in Float.random(in: -1...1, using: &generator) }
        _ = try Database.buildCollection(
            at: path, "c", CollectionConfiguration(metric: .l2, build: BuildParameters(maximumDegree: 8, window: 8)),
            from: VectorArray(values, dimension: 8))
        return try Database.open(path)
    }

    private func set(_ texts: [String], in database: Database) throws {
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for (row, text) in texts.enumerated() {
                _ = try collection.setAttributes(VectorID(row: row), Attributes(["gloss": .string(text)]))
            }
        }
    }

    private func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ProcessUsage.processorTime
        try body()
        return (ProcessUsage.processorTime - start).seconds
    }

    private func search(_ documents: [[String]], _ collection: Collection, _ figures: inout Figures) throws {
        var generator = SplitMixGenerator(seed: seed)
        var queries: [String] = []
        let rich = documents.filter { Set($0).count > 1 }
        guard !rich.isEmpty else { throw ValidationError("\(glosses) has no line of two words") }
        while queries.count < queryCount {
            let words = rich[Int.random(in: 0..<rich.count, using: &generator)]
            let (first, second) = (words.randomElement(using: &generator), words.randomElement(using: &generator))
            if let first, let second, first != second { queries.append("\(first) \(second)") }
        }
        var passes: [[Double]] = []
        for _ in 0..<3 {
            var times: [Double] = []
            for query in queries {
                let start = ContinuousClock.now
                let found = try collection.search(words: query, in: "gloss", WordSearchOptions(k: k))
                times.append((ContinuousClock.now - start).seconds * 1e6)
                if passes.isEmpty { figures.matches += Double(found.count) / Double(queries.count) }
            }
            passes.append(times)
        }
        figures.firstMicroseconds = Percentiles(passes[0])
        figures.microseconds = Percentiles(passes[1...].flatMap(\.self))
    }

    private func table(of figures: Figures) -> String {
        var table = Table(text: ["figure"], numbers: ["value"])
        for (name, value) in [
            ("attributes alone, CPU s", Format.fixed(figures.attributeSeconds, 2)),
            ("attributes with index, CPU s", Format.fixed(figures.indexedSeconds, 2)),
            ("index of stored data, CPU s", Format.fixed(figures.createSeconds, 2)),
            ("words", Format.count(figures.words)), ("postings", Format.count(figures.postings)),
            ("bytes of the index", Format.count(figures.indexBytes)),
            ("bytes a posting", Format.fixed(Double(figures.indexBytes) / Double(max(1, figures.postings)), 2)),
            ("first search p50, µs", Format.fixed(figures.firstMicroseconds.p50, 1)),
            ("first search p99, µs", Format.fixed(figures.firstMicroseconds.p99, 1)),
            ("search p50, µs", Format.fixed(figures.microseconds.p50, 1)),
            ("search p99, µs", Format.fixed(figures.microseconds.p99, 1)),
            ("results of a search", Format.fixed(figures.matches, 1)),
        ] { table.add([name, value]) }
        return table.rendered()
    }
}
