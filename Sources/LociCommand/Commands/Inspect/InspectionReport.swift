// Loci, Apache License 2.0.

import Loci
import LociJSON

/// What is shown of an inspected collection.
struct InspectionReport {
    private let inspection: CollectionInspection
    private var info: CollectionInfo { inspection.info }

    init(_ inspection: CollectionInspection) { self.inspection = inspection }

    // MARK: For machines

    /// The members of a JSON object, besides the name.
    var members: [(String, JSONValue)] {
        [
            ("info", .object(CollectionReport(info).members)), ("graph", graph), ("recall", recall), ("walks", walks),
            ("codes", codes),
        ]
    }

    private var graph: JSONValue {
        guard let graph = inspection.graph else { return .null }
        return .object([
            ("out_degrees", Self.json(graph.outDegrees)), ("in_degrees", Self.json(graph.inDegrees)),
            ("hops", Self.json(graph.hops)), ("unreached", .integer(graph.unreached)),
            ("stale_links", .integer(graph.staleLinks)),
        ])
    }

    private var recall: JSONValue {
        guard let recall = inspection.recall else { return .null }
        return .object([
            ("queries", .integer(recall.queries)), ("k", .integer(recall.k)), ("window", .integer(recall.window)),
            (
                "curve",
                .array(
                    recall.points.map {
                        .object([
                            ("window", .integer($0.window)), ("recall", .number($0.recall, decimals: 6)),
                            ("lowest", .number($0.lowest, decimals: 6)),
                        ])
                    })
            ),
        ])
    }

    private var walks: JSONValue {
        guard let walks = inspection.walks else { return .null }
        return .object([
            ("expanded", Self.json(walks.expanded)), ("measured", Self.json(walks.measured)),
            ("depths", Self.json(walks.depths)),
        ])
    }

    private var codes: JSONValue {
        guard let codes = inspection.codes else { return .null }
        return .object([
            ("reference", .string(codes.reference.rawValue)), ("first_level", Self.json(codes.firstLevel)),
            ("both_levels", codes.bothLevels.map(Self.json) ?? .null),
        ])
    }

    private static func json(_ counts: CountDistribution) -> JSONValue {
        .object([
            ("mean", .number(counts.mean, decimals: 3)), ("smallest", .integer(counts.smallest)),
            ("median", .integer(counts.percentile(0.5))), ("percentile95", .integer(counts.percentile(0.95))),
            ("largest", .integer(counts.largest)), ("counts", .array(counts.counts.map { .integer($0) })),
        ])
    }

    private static func json(_ values: ValueDistribution) -> JSONValue {
        .object([
            ("count", .integer(values.count)), ("mean", .number(values.mean, decimals: 8)),
            ("median", .number(values.median, decimals: 8)),
            ("percentile95", .number(values.percentile95, decimals: 8)),
            ("largest", .number(values.largest, decimals: 8)), ("bins", .array(values.bins.map { .integer($0) })),
        ])
    }

    // MARK: For people

    /// All of it, for a terminal.
    var text: String {
        let report = CollectionReport(info)
        var parts = [
            CollectionReport.block([
                ("collection", info.name), ("vectors", report.shape), ("", report.summary),
                ("size", "\(Format.bytes(info.bytes.total)), \(report.bytesPerVector) a vector"),
            ])
        ]
        if info.bytes.total > 0 { parts.append(bytes(report)) }
        var lines: [(String, String)] = []
        if let graph = inspection.graph { lines += Self.lines(graph) }
        if let walks = inspection.walks {
            lines += [
                ("vectors expanded", Self.line(walks.expanded)), ("vectors measured", Self.line(walks.measured)),
                ("depth of the nearest", Self.line(walks.depths)),
            ]
        }
        if let codes = inspection.codes {
            let reference = codes.reference == .originals ? "the originals" : "both levels"
            lines.append(("error of level one", Self.line(codes.firstLevel) + ", against " + reference))
            if let both = codes.bothLevels { lines.append(("error of both levels", Self.line(both))) }
        }
        if !lines.isEmpty { parts.append(CollectionReport.block(lines)) }
        if let recall = inspection.recall {
            parts.append(curve(recall))
        } else if info.count > 0, !info.hasGraph {
            parts.append("Searches measure every vector, and find all.\n")
        }
        return parts.joined(separator: "\n")
    }

    private func bytes(_ report: CollectionReport) -> String {
        var table = TextTable([.text("part"), .number("size"), .number("share"), .text("")])
        for (name, bytes) in report.kinds where bytes > 0 {
            let share = Double(bytes) / Double(info.bytes.total)
            table.add([
                name, Format.bytes(bytes), Format.decimal(100 * share, places: 1) + " %", Sparkline.bar(share),
            ])
        }
        return table.rendered()
    }

    private static func lines(_ graph: CollectionInspection.Graph) -> [(String, String)] {
        [
            ("links from a vector", line(graph.outDegrees)), ("links to a vector", line(graph.inDegrees)),
            ("links from the entry", line(graph.hops)),
            (
                "out of reach",
                graph.unreached == 0 ? "none" : "\(Format.vectors(graph.unreached)): run loci check, then loci repair"
            ), ("links to removed", graph.staleLinks == 0 ? "none" : Format.count(graph.staleLinks)),
        ]
    }

    private func curve(_ recall: CollectionInspection.Recall) -> String {
        var table = TextTable([
            .number("window"), .number("recall@\(recall.k)"), .number("lowest"), .text(""),
        ])
        for point in recall.points {
            table.add([
                Format.count(point.window), Format.decimal(point.recall, places: 4),
                Format.decimal(point.lowest, places: 2),
                Sparkline.bar(point.recall) + (point.window == recall.window ? "  ← its own" : ""),
            ])
        }
        return table.rendered()
    }

    private static func line(_ counts: CountDistribution) -> String {
        let mean = Format.decimal(counts.mean, places: 1)
        let range = "\(Format.count(counts.smallest)) to \(Format.count(counts.largest))"
        return "\(mean), \(range)  \(Sparkline.bars(Array(counts.counts.dropFirst(counts.smallest))))"
    }

    private static func line(_ values: ValueDistribution) -> String {
        func percent(_ value: Double) -> String { Format.decimal(100 * value, places: 3) + " %" }
        return "\(percent(values.mean)) of the length, up to \(percent(values.largest))"
    }

    /// Many collections, as a table.
    static func table(_ collections: [CollectionFindings]) -> String {
        var table = TextTable([
            .text("collection"), .number("vectors"), .number("dimension"), .number("size"), .number("links"),
            .number("out of reach"), .number("window"), .number("recall@10"),
        ])
        for found in collections {
            let (inspection, info) = (found.inspection, found.inspection.info)
            table.add([
                found.name, Format.count(info.count), Format.count(info.dimension), Format.bytes(info.bytes.total),
                inspection.graph.map { Format.decimal($0.outDegrees.mean, places: 1) } ?? "",
                inspection.graph.map { Format.count($0.unreached) } ?? "",
                inspection.recall.map { Format.count($0.window) } ?? "",
                inspection.recall?.own.map { Format.decimal($0.recall, places: 4) }
                    ?? (info.count > 0 && !info.hasGraph ? "exact" : ""),
            ])
        }
        return table.rendered()
    }
}
