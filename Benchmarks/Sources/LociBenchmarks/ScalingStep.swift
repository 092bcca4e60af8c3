// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// A part of the measurement of one set. Each has a process of its own, so that the memory of one is not counted to the
/// next, and a database that is opened was not open before.
enum ScalingStep: String, CaseIterable, ExpressibleByArgument {
    /// Writes vectors, queries and their true neighbours.
    case prepare
    /// Builds the database, and writes `BuildFigures`.
    case build
    /// Opens and searches it, and writes `SearchFigures`.
    case search

    func run(_ request: ScalingRequest, _ files: ScalingFiles) throws {
        switch self {
        case .prepare: try prepare(request, files)
        case .build: try JSONFile.write(build(request, files), to: files.result(of: self))
        case .search: try JSONFile.write(search(request, files), to: files.result(of: self))
        }
    }

    private func prepare(_ request: ScalingRequest, _ files: ScalingFiles) throws {
        let settings = request.settings
        let vectors = try ClusteredVectors(
            count: request.count, dimension: settings.dimension, seed: settings.seed, clusters: settings.clusters)
        func write(_ rows: Range<Int>, to path: String) throws {
            let writer = try VectorFileWriter(path: path, dimension: settings.dimension)
            for row in rows { try writer.append(vectors.row(row)) }
            try writer.finish()
        }
        try write(0..<request.count, to: files.base)
        try write(settings.firstQuery..<settings.firstQuery + settings.queries, to: files.queries)
        let truth = try ExactNeighbours.find(
            in: VectorFile.open(files.base), queries: VectorFile.open(files.queries), metric: .l2, k: settings.k,
            threads: settings.buildThreads, observer: SilentObserver())
        try IntegerMatrix(count: truth.queryCount, columns: truth.k, values: truth.rows).write(to: files.truth)
    }

    private func build(_ request: ScalingRequest, _ files: ScalingFiles) throws -> BuildFigures {
        let configuration = CollectionConfiguration(
            quantization: request.settings.quantization.flatMap(Quantization.init(name:)) ?? .standard)
        let base = try VectorFile.open(files.base)
        let processorTime = ProcessUsage.processorTime
        let start = ContinuousClock.now
        let collection = try Database.buildCollection(
            at: files.database, ScalingFiles.collection, configuration, from: base,
            threads: request.settings.buildThreads)
        let elapsed = ContinuousClock.now - start
        let used = ProcessUsage.processorTime - processorTime
        let peak = ProcessUsage.peakResidentBytes
        let information = try collection.info()
        let database = try Database.open(files.database, access: .readOnly).info()
        return BuildFigures(
            seconds: elapsed.seconds, processorSeconds: used.seconds, peakResidentBytes: peak,
            fileBytes: database.bytes, bytesPerVector: information.bytesPerVector,
            quantization: "\(information.quantization)", kernels: database.kernels)
    }

    private func search(_ request: ScalingRequest, _ files: ScalingFiles) throws -> SearchFigures {
        let settings = request.settings
        let queries = try VectorFile.open(files.queries)
        let truth = try GroundTruth.read(files.truth)
        var query = [Float](repeating: 0, count: settings.dimension)
        try query.withUnsafeMutableBufferPointer { try queries.read(row: 0, into: $0) }

        let before = ProcessUsage.residentBytes
        let first = try openToAnswer(query, k: settings.k, files)
        let further = try (0..<21).map { _ in try openToAnswer(query, k: settings.k, files) / .milliseconds(1) }
        let collection = try Database.open(files.database, access: .readOnly).collection(ScalingFiles.collection)
        let sweep = try settings.windows.map { window in
            let measurement = try collection.measure(
                queries: queries, truth: truth, SearchOptions(k: settings.k, window: window),
                threads: settings.searchThreads, passes: settings.passes
            ).measurement
            return WindowFigures(
                window: window, recall: measurement.recall, queriesPerSecond: measurement.queriesPerSecond,
                p50Microseconds: measurement.latency.p50, p99Microseconds: measurement.latency.p99)
        }
        return SearchFigures(
            firstOpenToAnswerMilliseconds: first / .milliseconds(1),
            openToAnswerMilliseconds: further.median ?? 0,
            residentBytesBefore: before, residentBytesAfter: ProcessUsage.residentBytes, sweep: sweep)
    }

    /// A function of its own, so that the database is closed when it returns.
    private func openToAnswer(_ query: [Float], k: Int, _ files: ScalingFiles) throws -> Duration {
        let start = ContinuousClock.now
        let database = try Database.open(files.database, access: .readOnly)
        _ = try database.collection(ScalingFiles.collection).search(query, k: k)
        return ContinuousClock.now - start
    }
}

/// The files of one set, by which its steps speak to each other.
struct ScalingFiles {
    static let collection = "scaling"
    let folder: String

    var request: String { "\(folder)/request.json" }
    var base: String { "\(folder)/base.fbin" }
    var queries: String { "\(folder)/queries.fbin" }
    var truth: String { "\(folder)/truth.ivecs" }
    var database: String { "\(folder)/scaling.loci" }
    func result(of step: ScalingStep) -> String { "\(folder)/\(step.rawValue).json" }
}

/// `loci-benchmarks scaling-step`: what `scaling` starts for each step.
struct ScalingStepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scaling-step", abstract: "Run a step of `scaling`.", shouldDisplay: false)

    @Argument var step: ScalingStep
    @Argument var folder: String

    func run() throws {
        let files = ScalingFiles(folder: folder)
        try step.run(JSONFile.read(ScalingRequest.self, from: files.request), files)
    }
}
