// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociClient
import LociJSON

/// Recall, speed and latency of a server, over search windows, connections and depths of the pipeline.
///
/// The load is VSIM alone, in RESP2, so any server that knows vector sets can be measured.
struct RemoteBench {
    let server: RemoteServer
    let collection: String
    let k: Int
    let windows: [Int]
    let connections: [Int]
    let pipelines: [Int]
    let seconds: Double
    let rate: Double?
    let json: Bool
    let progress: ProgressOptions

    /// A line of the table.
    private struct Measurement {
        let window: Int
        let connections: Int
        let pipeline: Int
        let recall: Double
        let result: LoadResult

        var rate: Double { Double(result.answered) / result.seconds }
        /// The share of the time that the client's one thread was at work.
        var clientShare: Double { result.processorSeconds / result.seconds }

        func percentile(_ share: Double) -> Double { Double(result.latency.percentile(share)) / 1e3 }
    }

    func run(_ queries: VectorFile, _ truth: RemoteTruth) throws {
        let bar = progress.bar(
            "Measuring", total: windows.count * connections.count * pipelines.count, unit: "runs")
        let recalls = try recalls(queries, truth)
        var measurements: [Measurement] = []
        for connections in connections {
            let generator = try LoadGenerator(to: server.address, connections: connections, server.options)
            for (window, recall) in zip(windows, recalls) {
                var plan = LoadPlan(requests: try requests(queries, window))
                plan.duration = .seconds(seconds)
                plan.rate = rate
                for pipeline in pipelines {
                    plan.pipeline = pipeline
                    let done = measurements.count
                    let result = try generator.run(plan) { _ throws(ClientError) in
                        if Interrupt.isRequested { throw .interrupted }
                        bar.update(to: done)
                    }
                    let measurement = Measurement(
                        window: window, connections: connections, pipeline: pipeline, recall: recall, result: result)
                    if json { try Console.output.write(JSONValue.object(members(measurement)).line + "\n") }
                    measurements.append(measurement)
                    bar.update(to: measurements.count)
                }
            }
        }
        bar.finish()
        if !json { try Console.output.write(table(measurements)) }
        note(measurements)
    }

    /// The recall of each window, by all queries once.
    private func recalls(_ queries: VectorFile, _ truth: RemoteTruth) throws -> [Double] {
        let connection = try server.connect(toCollection: collection)
        return try windows.map { window in
            var hits = 0
            try search(window).run(queries, on: connection) { query, reply in
                hits += truth.hits(of: try RemoteSearch.identifiers(in: reply), query: query, k: k)
            }
            return Double(hits) / Double(queries.count * k)
        }
    }

    private func requests(_ queries: VectorFile, _ window: Int) throws -> [RequestEncoder] {
        let search = search(window)
        return try (0..<queries.count).map { query in
            var request = RequestEncoder()
            search.append(try queries.row(query), to: &request)
            return request
        }
    }

    private func search(_ window: Int) -> RemoteSearch {
        RemoteSearch(collection: collection, k: k, window: window, withScores: false)
    }

    private func members(_ measurement: Measurement) -> [(String, JSONValue)] {
        let result = measurement.result
        return [
            ("k", .integer(k)), ("window", .integer(measurement.window)),
            ("connections", .integer(measurement.connections)), ("pipeline", .integer(measurement.pipeline)),
            ("rate", rate.map { .number($0) } ?? .null), ("seconds", .number(result.seconds, decimals: 3)),
            ("recall", .number(measurement.recall, decimals: 6)),
            ("queries_per_second", .number(measurement.rate, decimals: 1)),
            (
                "latency_us",
                .object([
                    ("p50", .number(measurement.percentile(0.5), decimals: 1)),
                    ("p95", .number(measurement.percentile(0.95), decimals: 1)),
                    ("p99", .number(measurement.percentile(0.99), decimals: 1)),
                    ("max", .number(Double(result.latency.largest) / 1e3, decimals: 1)),
                ])
            ),
            ("unanswered", .integer(result.unanswered)), ("errors", .integer(result.errors)),
            ("client_share", .number(measurement.clientShare, decimals: 3)),
        ]
    }

    private func table(_ measurements: [Measurement]) -> String {
        var table = TextTable([
            .number("window"), .number("connections"), .number("pipeline"), .number("recall@\(k)"),
            .number("queries/s"), .number("p50 µs"), .number("p95 µs"), .number("p99 µs"), .number("client %"),
        ])
        for measurement in measurements {
            table.add([
                "\(measurement.window)", "\(measurement.connections)", "\(measurement.pipeline)",
                Format.decimal(measurement.recall, places: 4), Format.count(Int(measurement.rate.rounded())),
                Format.decimal(measurement.percentile(0.5), places: 1),
                Format.decimal(measurement.percentile(0.95), places: 1),
                Format.decimal(measurement.percentile(0.99), places: 1),
                Format.decimal(100 * measurement.clientShare, places: 0),
            ])
        }
        return table.rendered()
    }

    /// Says what the figures alone do not.
    private func note(_ measurements: [Measurement]) {
        if let error = measurements.compactMap(\.result.firstError).first {
            let count = measurements.reduce(0) { $0 + $1.result.errors }
            progress.note("replies that are errors: \(Format.count(count)), the first: \(error)")
        }
        let unanswered = measurements.reduce(0) { $0 + $1.result.unanswered }
        if unanswered > 0 {
            progress.note(
                "queries without an answer: \(Format.count(unanswered)); they count with the time that they waited")
        }
        if measurements.contains(where: { $0.clientShare > 0.9 }) {
            progress.note("where client % is near 100, it is this client that is measured")
        }
    }
}

extension BenchCommand {
    /// Refuses what cannot be asked of a server.
    /// - Throws: `ValidationError`.
    func validateForServer() throws {
        try RemoteServer.refuse([
            ("--recall", recall != nil), ("--threads", threads != nil), ("--passes", passes != nil),
            ("--plot", plot != nil),
        ])
    }

    /// Measures a server.
    func run(on server: RemoteServer) throws {
        let source = try VectorFile.open(queries)
        let truth = try RemoteTruth(groundTruth, identifiers: load.ids, queries: source.count, k: k)
        try RemoteBench(
            server: server, collection: target.collection, k: k, windows: (windows ?? .windows).values,
            connections: (load.connections ?? .one).values, pipelines: (load.pipeline ?? .one).values,
            seconds: load.seconds ?? 2, rate: load.rate, json: json, progress: progress
        ).run(source, truth)
    }
}
