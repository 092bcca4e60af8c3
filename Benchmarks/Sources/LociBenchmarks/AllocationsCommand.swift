// Loci, Apache License 2.0.

import AllocationCounter
import ArgumentParser
import Loci

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// `loci-benchmarks allocations`: how often a search asks for memory in the steady state.
struct AllocationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocations",
        abstract: "Count the allocations of a query in the steady state.",
        discussion: """
            All queries are answered once, and counted the second time. The command fails when a search that promises \
            not to allocate does.
            """)

    @Option(help: ArgumentHelp("How many vectors; from 2,001 on there is a graph.", valueName: "N"))
    var count = 5000

    @Option(help: ArgumentHelp("How many components each has.", valueName: "D"))
    var dimension = 128

    @Option(help: ArgumentHelp("How many queries.", valueName: "N"))
    var queries = 1000

    @Option(help: ArgumentHelp("How many neighbours are asked for.", valueName: "N"))
    var k = 10

    @Option(help: ArgumentHelp("How many candidates a walk keeps.", valueName: "N"))
    var window = SearchOptions.standardWindow

    @Option(help: ArgumentHelp("Decides all vectors.", valueName: "S"))
    var seed: UInt64 = 42

    @OptionGroup var place: PlaceOptions

    func validate() throws {
        try Allowed.check("--queries", queries, in: 1...1_000_000)
        try Allowed.check("--k", k, in: 1...SearchOptions.limit)
        try Allowed.check("--window", window, in: 1...SearchOptions.limit)
    }

    func run() throws {
        try AllocationProbe.check()
        let folder = try WorkFolder(in: place.folder)
        let vectors = try ClusteredVectors(count: count, dimension: dimension, seed: seed)
        let base = try VectorArray((0..<count).flatMap(vectors.row), dimension: dimension)
        let queries = (count..<count + queries).map(vectors.row)
        let database = try Database.open(folder.file("allocations.loci"))
        var results: [AllocationFigures] = []
        for quantization in Quantization.allCases where quantization.takes(.l2) {
            let name = "\(quantization)"
            progress("building \(name)")
            let collection = try database.buildCollection(
                name, CollectionConfiguration(quantization: quantization), from: base)
            for search in CountedSearch.allCases {
                results.append(try figures(of: search, in: collection, quantization: name, queries: queries))
            }
        }

        var table = Table(text: ["quantization", "search"], numbers: ["allocations/query", "bytes/query"])
        for result in results {
            table.add([
                result.quantization, result.search, Format.fixed(result.allocationsPerQuery, 3),
                Format.fixed(result.bytesPerQuery, 1),
            ])
        }
        print(table.rendered(), terminator: "")
        let settings = AllocationSettings(
            count: count, dimension: dimension, queries: queries.count, k: k, window: window, seed: seed)
        try place.report("allocations", kernels: try database.info().kernels, settings: settings, results: results)
        let faults = results.filter { $0.promisesNone && $0.allocationsPerQuery > 0 }
        if !faults.isEmpty {
            throw BenchmarkError.allocated(calls: faults.map { "\($0.search) of \($0.quantization)" })
        }
    }

    private func figures(
        of search: CountedSearch, in collection: Collection, quantization: String, queries: [[Float]]
    ) throws -> AllocationFigures {
        var results = SearchResults()
        // The first pass makes the room that the second one finds.
        try search.answer(queries, k: k, window: window, in: collection, into: &results)
        let before = allocation_counter_now()
        try search.answer(queries, k: k, window: window, in: collection, into: &results)
        let after = allocation_counter_now()
        return AllocationFigures(
            quantization: quantization, search: search.rawValue, promisesNone: search.promisesNone(k: k),
            allocationsPerQuery: Double(after.calls - before.calls) / Double(queries.count),
            bytesPerQuery: Double(after.bytes - before.bytes) / Double(queries.count))
    }
}

/// What was counted.
private struct AllocationSettings: Codable {
    let count: Int
    let dimension: Int
    let queries: Int
    let k: Int
    let window: Int
    let seed: UInt64
}

/// The allocations of one kind of search.
private struct AllocationFigures: Codable {
    let quantization: String
    let search: String
    let promisesNone: Bool
    let allocationsPerQuery: Double
    let bytesPerQuery: Double
}

/// The ways to search that are counted, all on the calling thread.
private enum CountedSearch: String, CaseIterable {
    case intoResults = "search(into:)"
    case intoResultsExactly = "search(into:), exact"
    case array = "search"

    /// Whether the documentation says that it allocates nothing.
    func promisesNone(k: Int) -> Bool { self != .array && k <= 256 }

    func answer(
        _ queries: [[Float]], k: Int, window: Int, in collection: Collection, into results: inout SearchResults
    ) throws {
        let options = SearchOptions(k: k, window: window, isExact: self == .intoResultsExactly)
        for query in queries {
            switch self {
            case .intoResults, .intoResultsExactly: try collection.search(query, options, into: &results)
            case .array: _ = try collection.search(query, k: k, window: window)
            }
        }
    }
}

/// Allocations that the counter must see before its zeros are believed.
private enum AllocationProbe {
    static func check() throws {
        guard allocation_counter_works() else { throw BenchmarkError.uncountable }
        // Large enough that the compiler cannot put it on the stack.
        try check("a Swift array") { _ = [UInt8](repeating: 1, count: CommandLine.arguments.count << 16) }
        // From inside a shared library, as LMDB's would be. Not strdup: compilers know it, and leave it out.
        try check("the C library") { if let file = fopen("/dev/null", "r") { fclose(file) } }
    }

    private static func check(_ name: String, _ allocate: () -> Void) throws {
        let before = allocation_counter_now().calls
        allocate()
        guard allocation_counter_now().calls > before else { throw BenchmarkError.blindCounter(allocation: name) }
    }
}
