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

/// Where a measurement works, and leaves its figures.
struct PlaceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder for databases.", valueName: "folder"), completion: .directory)
    var folder: String?

    @Option(help: ArgumentHelp("Also write the figures there, as JSON.", valueName: "file"), completion: .file())
    var output: String?
}
