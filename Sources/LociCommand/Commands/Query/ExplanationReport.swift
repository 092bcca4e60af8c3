// Loci, Apache License 2.0.

import Loci
import LociJSON

/// What a search did, as it is shown.
struct ExplanationReport {
    /// For people.
    let lines: [(String, String)]
    /// For machines.
    let members: [(String, JSONValue)]

    init(_ explanation: SearchExplanation) {
        var lines: [(String, String)] = []
        var members: [(String, JSONValue)] = []
        if let plan = explanation.plan {
            lines.append(
                (
                    "matching",
                    "\(Format.count(plan.matching)) of \(Format.count(plan.count)) (\(Format.decimal(100 * plan.selectivity, places: 1)) %)"
                ))
            lines.append(("found by", plan.source.rawValue))
            lines.append(("method", "\(plan.method.rawValue): \(plan.explanation)"))
            members += [
                ("found_by", .string(plan.source.rawValue)), ("method", .string(plan.method.rawValue)),
                ("matching", .integer(plan.matching)),
                ("count", .integer(plan.count)), ("window", .integer(plan.window)),
            ]
        }
        let counts = [
            ("expanded", explanation.expanded), ("sketches", explanation.sketches), ("measured", explanation.measured),
            ("ranked", explanation.ranked),
        ]
        self.lines = lines + counts.map { ($0.0, Format.count($0.1)) }
        self.members = members + counts.map { ($0.0, .integer($0.1)) }
    }
}
