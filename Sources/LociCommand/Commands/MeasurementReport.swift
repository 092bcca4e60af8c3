// Loci, Apache License 2.0.

import Loci
import LociJSON

/// What is shown of a measurement.
struct MeasurementReport {
    let measurement: SearchMeasurement

    init(_ measurement: SearchMeasurement) { self.measurement = measurement }

    /// The members of a JSON object.
    var members: [(String, JSONValue)] {
        var members: [(String, JSONValue)] = [
            ("queries", .integer(measurement.queries)),
            ("k", .integer(measurement.k)),
            ("window", .integer(measurement.window)),
            ("exact", .boolean(measurement.isExact)),
            ("threads", .integer(measurement.threads)),
        ]
        if let recall = measurement.recall { members.append(("recall", .number(recall, decimals: 6))) }
        members.append(("queries_per_second", .number(measurement.queriesPerSecond, decimals: 1)))
        members.append(
            ("queries_per_processor_second", .number(measurement.queriesPerProcessorSecond, decimals: 1)))
        let latency = measurement.latency
        members.append(
            (
                "latency_us",
                .object([
                    ("p50", .number(latency.p50, decimals: 1)), ("p95", .number(latency.p95, decimals: 1)),
                    ("p99", .number(latency.p99, decimals: 1)),
                ])
            ))
        return members
    }

    /// Names and values for an aligned block.
    var lines: [(String, String)] {
        let way = measurement.isExact ? "exact" : "window \(measurement.window)"
        var lines = [
            (
                "queries",
                "\(Format.count(measurement.queries)), k \(measurement.k), \(way), \(Self.threads(measurement))"
            )
        ]
        if let recall = measurement.recall {
            lines.append(("recall@\(measurement.k)", Format.decimal(recall, places: 4)))
        }
        let latency = measurement.latency
        lines.append(("speed", Format.rate(measurement.queriesPerSecond)))
        lines.append(
            (
                "latency",
                "p50 \(Self.time(latency.p50)), p95 \(Self.time(latency.p95)), p99 \(Self.time(latency.p99))"
            ))
        return lines
    }

    private static func threads(_ measurement: SearchMeasurement) -> String {
        measurement.threads == 1 ? "1 thread" : "\(measurement.threads) threads"
    }

    private static func time(_ microseconds: Double) -> String {
        Format.duration(seconds: microseconds / 1e6)
    }
}
