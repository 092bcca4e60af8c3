// Loci, Apache License 2.0.

import LociJSON
import LociMemory

/// What a benchmark of recalls prints.
enum MemoryBenchReport {
    private static let headers = [
        "R@1", "R@3", "R@5", "R@10", "all@3", "all@5", "all@10", "N@5", "N@10", "MRR",
    ]

    private static func values(_ metrics: RetrievalMetrics) -> [Double] {
        RetrievalMetrics.recallCuts.map { metrics.recall($0) } + RetrievalMetrics.allCuts.map { metrics.all($0) }
            + RetrievalMetrics.gainCuts.map { metrics.gain($0) } + [metrics.reciprocalRank]
    }

    private static func percent(_ value: Double) -> String { Format.decimal(100 * value, places: 1) }

    /// A line a configuration, and below it, if there is only one, a line a category.
    static func table(_ results: [RecallBenchmark.Result]) -> String {
        var table = TextTable(
            [.text("configuration")] + headers.map { .number($0) } + [
                .number("p50 ms"), .number("p99 ms"), .number("n"),
            ])
        func add(_ name: String, _ metrics: RetrievalMetrics, latency: [String]) {
            table.add([name] + values(metrics).map(percent) + latency + [Format.count(metrics.count)])
        }
        for result in results {
            add(
                result.name, result.metrics,
                latency: [
                    Format.decimal(result.latency.p50, places: 2), Format.decimal(result.latency.p99, places: 2),
                ])
            guard results.count == 1, result.categories.count > 1 else { continue }
            for category in result.categories { add("  " + category.name, category.metrics, latency: ["", ""]) }
        }
        return table.rendered()
    }

    static func json(
        _ results: [RecallBenchmark.Result], of set: ConversationSet, unit: String, turnsPerSecond: Double
    ) -> JSONValue {
        func object(_ metrics: RetrievalMetrics) -> [(String, JSONValue)] {
            [("n", .integer(metrics.count))]
                + zip(headers, values(metrics)).map { ($0, .number($1, decimals: 4)) }
        }
        return .object([
            ("set", .string(set.name)), ("unit", .string(unit)),
            ("turns_per_second", .number(turnsPerSecond, decimals: 0)),
            (
                "configurations",
                .array(
                    results.map { result in
                        .object(
                            [("name", .string(result.name))] + object(result.metrics) + [
                                ("p50_ms", .number(result.latency.p50, decimals: 3)),
                                ("p99_ms", .number(result.latency.p99, decimals: 3)),
                                (
                                    "categories",
                                    .object(result.categories.map { ($0.name, .object(object($0.metrics))) })
                                ),
                            ])
                    })
            ),
        ])
    }
}
