// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// The vectors that a measurement is made with.
struct BaseOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The vectors.", valueName: "file"), completion: .file())
    var base: String

    @Option(name: .customLong("metric"), help: ArgumentHelp("How nearness is measured.", valueName: "metric"))
    var metricName = Metric.l2.description

    var metric: Metric { Metric(name: metricName) ?? .l2 }

    func validate() throws {
        guard Metric(name: metricName) != nil else {
            throw ValidationError(
                "--metric is \(metricName); it must be one of \(Metric.allCases.map(\.description).joined(separator: ", "))"
            )
        }
    }
}

/// What searches are measured with.
struct QueryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The queries.", valueName: "file"), completion: .file())
    var queries: String
}

/// How much of the vectors is taken.
struct RowOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only the first rows of the file.", valueName: "N"))
    var rows: Int?

    func validate() throws {
        if let rows { try Allowed.check("--rows", rows, in: 1...Int(Int32.max)) }
    }

    /// The rows of a file that are asked for, or all if it has fewer.
    func first(of file: VectorFile) -> RowRange<VectorFile> {
        RowRange(source: file, rows: 0..<min(file.count, rows ?? file.count))
    }
}

/// How vectors are coded.
struct QuantizationOptions: ParsableArguments {
    @Option(
        name: .customLong("quantization"),
        help: ArgumentHelp("How vectors are coded; by default \(Quantization.standard).", valueName: "name"))
    var name: String?

    var quantization: Quantization { name.flatMap(Quantization.init(name:)) ?? .standard }

    func validate() throws {
        if let name, Quantization(name: name) == nil {
            let names = Quantization.allCases.map(\.description).joined(separator: ", ")
            throw ValidationError("--quantization is \(name); it must be one of \(names)")
        }
    }
}

/// How commits are synced.
struct SyncOptions: ParsableArguments {
    @Flag(name: .customLong("periodic"), help: "Sync at an interval instead of each commit.")
    var isPeriodic = false

    func apply(to database: Database) throws {
        if isPeriodic { try database.setDurability(.periodic(.seconds(1))) }
    }
}

/// Where a measurement works, and leaves its figures.
struct PlaceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder for databases.", valueName: "folder"), completion: .directory)
    var folder: String?

    @Option(help: ArgumentHelp("Also write the figures there, as JSON.", valueName: "file"), completion: .file())
    var output: String?

    /// Writes the figures of this machine, if a file was asked for.
    /// - Parameter kernels: The distance kernels that they were taken with.
    func report(
        _ benchmark: String, kernels: String, settings: some Codable, results: [some Codable]
    ) throws {
        guard let output else { return }
        let report = Report(
            benchmark: benchmark, machine: Machine(kernels: kernels), settings: settings, results: results)
        try JSONFile.write(report, to: output)
    }
}
