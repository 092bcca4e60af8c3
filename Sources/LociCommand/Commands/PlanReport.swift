// Loci, Apache License 2.0.

import Loci
import LociJSON

/// What is shown of a plan.
struct PlanReport {
    let plan: BuildPlan

    init(_ plan: BuildPlan) { self.plan = plan }

    private var chosen: BuildPlan.Measured { plan.choice.measured }

    /// The candidates that were measured, the chosen one marked, each at the window that decides about it.
    var table: String {
        var table = TextTable([
            .text("quantization"), .number("degree"), .number("bytes a vector"), .number("window"),
            .number("recall@\(plan.k)"), .number("of all: window"), .number("recall@\(plan.k)"),
            .number("lines a query"), .text(""),
        ])
        for candidate in plan.candidates {
            guard let point = plan.decisivePoint(of: candidate) else { continue }
            table.add([
                candidate.quantization.description, plan.isScanned ? "-" : "\(candidate.degree)",
                Format.count(Int(candidate.bytesPerVector.rounded(.up))), plan.isScanned ? "-" : "\(point.window)",
                Format.decimal(point.recall, places: 4), plan.isScanned ? "-" : "\(point.expectedWindow)",
                Format.decimal(point.expectedRecall, places: 4),
                Format.count(Int(point.linesPerQuery.rounded())),
                candidate == chosen.candidate ? "← chosen" : "",
            ])
        }
        return table.rendered()
    }

    /// What was measured, and how many candidates were not.
    var summary: String {
        let measured = plan.candidates.count { !$0.points.isEmpty }
        var text =
            "planned on \(Format.count(plan.sampleCount)) of \(Format.count(plan.count)) vectors and "
            + "\(Format.count(plan.queries)) queries"
        if measured < plan.candidates.count {
            text += "; \(plan.candidates.count - measured) of \(plan.candidates.count) candidates take too many bytes"
        }
        return text
    }

    /// A JSON object.
    var json: JSONValue {
        .object([
            ("goal", goal), ("k", .integer(plan.k)), ("sample", .integer(plan.sampleCount)),
            ("queries", .integer(plan.queries)), ("quantization", .string(chosen.candidate.quantization.description)),
            ("degree", .integer(chosen.candidate.degree)),
            ("bytes_per_vector", .number(chosen.candidate.bytesPerVector, decimals: 1)),
            ("point", Self.json(of: chosen.point)), ("reason", .string(plan.description)),
            ("candidates", .array(plan.candidates.map(Self.json(of:)))),
        ])
    }

    private var goal: JSONValue {
        .object([
            ("recall", plan.goal.recall.map { .number($0) } ?? .null),
            ("max_bytes_per_vector", plan.goal.maximumBytesPerVector.map { .integer($0) } ?? .null),
        ])
    }

    private static func json(of candidate: BuildPlan.Candidate) -> JSONValue {
        .object([
            ("quantization", .string(candidate.quantization.description)), ("degree", .integer(candidate.degree)),
            ("bytes_per_vector", .number(candidate.bytesPerVector, decimals: 1)),
            ("curve", .array(candidate.points.map(json(of:)))),
        ])
    }

    private static func json(of point: BuildPlan.Point) -> JSONValue {
        .object([
            ("window", .integer(point.window)), ("recall", .number(point.recall, decimals: 6)),
            ("expected_window", .integer(point.expectedWindow)),
            ("expected_recall", .number(point.expectedRecall, decimals: 6)),
            ("lines_per_query", .number(point.linesPerQuery, decimals: 1)),
        ])
    }
}
