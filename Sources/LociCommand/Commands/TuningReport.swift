// Loci, Apache License 2.0.

import Loci
import LociJSON

/// What is shown of a tuning.
struct TuningReport {
    let result: TuningResult
    /// The recall that was asked for.
    let target: Double

    init(_ result: TuningResult, target: Double) {
        self.result = result
        self.target = target
    }

    private var tuning: SearchTuning { result.tuning }

    /// The windows that were measured, the chosen one marked.
    var table: String {
        var table = TextTable([
            .number("window"), .number("recall@\(tuning.k)"), .number("queries/s"), .text(""),
        ])
        for point in result.points {
            table.add([
                "\(point.window)", Format.decimal(point.recall, places: 4),
                Format.count(Int(point.queriesPerSecond.rounded())), point.window == tuning.window ? "← chosen" : "",
            ])
        }
        return table.rendered()
    }

    /// What was done, in a sentence.
    func summary(collection: String) -> String {
        "stored window \(tuning.window) in \(collection): recall@\(tuning.k) \(Format.decimal(tuning.recall, places: 4)) "
            + "of \(target) on \(Format.count(result.queries)) queries, \(workers)"
    }

    private var workers: String { result.threads == 1 ? "1 thread" : "\(result.threads) threads" }

    /// A JSON object on a line of its own.
    func json(collection: String) -> String {
        let curve = result.points.map { point in
            JSONValue.object([
                ("window", .integer(point.window)), ("recall", .number(point.recall, decimals: 6)),
                ("queries_per_second", .number(point.queriesPerSecond, decimals: 1)),
            ])
        }
        return JSONValue.object([
            ("collection", .string(collection)), ("k", .integer(tuning.k)), ("target", .number(target)),
            ("window", .integer(tuning.window)), ("recall", .number(tuning.recall, decimals: 6)),
            ("queries", .integer(result.queries)), ("threads", .integer(result.threads)), ("curve", .array(curve)),
        ]).line + "\n"
    }

    /// The curve.
    func drawing(of info: CollectionInfo) -> RecallPlot {
        let report = CollectionReport(info)
        return RecallPlot(
            title: "\(info.name), \(report.shape)",
            subtitle: "\(report.summary); \(report.bytesPerVector) a vector; \(workers), \(Kernels.name) kernels; "
                + "window \(tuning.window) was chosen for recall \(target)",
            recallTitle: "Recall@\(tuning.k)",
            series: [
                RecallPlot.Series(
                    name: info.quantization.description,
                    points: result.points.map {
                        RecallPlot.Point(
                            recall: $0.recall, queriesPerSecond: $0.queriesPerSecond, window: $0.window)
                    })
            ])
    }
}
