// Loci, Apache License 2.0.

import LociAttributes
import LociJSON
import LociMemory

/// Finds what answers a question.
struct RecallTool: Tool {
    /// More than this no model reads with profit.
    private static let counts = 1...100
    private static let budgets = 1...1_000_000
    /// Beyond any time that a unit can have.
    private static let allTime = -1e12...1e12

    private static let usualStages = RecallStage.allCases.map(\.rawValue).filter { name in
        RecallOptions.standardStages.contains { $0.rawValue == name }
    }

    let name = "recall"
    let title = "Recall"
    let description = """
        Search long-term memory for what earlier conversations say about a question, by meaning and by words. Gives the passages that \
        answer best, each with its id, session, time, and who said it. Ask in plain words, with the names that may have been used; ask \
        again in other words, or for unit "session", when the answer is not among them.
        """
    let effect = ToolEffect(isReadOnly: true, isIdempotent: true)
    let required = ["query"]

    let parameters: [(String, JSONValue)] = [
        ("query", Schema.text("The question, in plain words.")),
        ("k", Schema.integer(counts, standard: RecallOptions().k, "How many passages at most.")),
        (
            "budget",
            Schema.integer(
                budgets,
                "About how many tokens the passages may have together; those that do not fit are left out. Left out, any number."
            )
        ),
        (
            "unit",
            Schema.choice(
                UnitKind.allCases.map(\.description),
                "What is given: single turns (the usual), the text of whole sessions, or units of another kind.")
        ),
        (
            "stages",
            Schema.list(
                .object([("type", "string"), ("enum", .strings(RecallStage.allCases.map(\.rawValue)))]),
                "The steps of the search in place of the usual ones, dense or lexical among them. Left out, the usual ones: "
                    + usualStages.joined(separator: ", ")
                    + ". Others: recency lets old units fade, diversity leaves out what says the same.")
        ),
        ("from", Schema.time("Only what happened at this time or later.")),
        ("until", Schema.time("Only what happened at this time or earlier.")),
        (
            "as_of",
            Schema.time(
                "The memory as it was at this time: without what was written later, with what was superseded later.")
        ),
        (
            "filter",
            Schema.text("Only units whose metadata match, such as .meta.topic == \"travel\" and .meta.year >= 2024.")
        ),
        ("in_order", Schema.flag("Give the passages in the order in which they were said, and not the best first.")),
        ("explain", Schema.flag("Say what each step of the search gave to the score of each passage.")),
    ]

    let results: [(String, JSONValue)] = [
        (
            "passages",
            Schema.objects([
                ("id", "string"), ("kind", "string"), ("session", "string"), ("text", "string"), ("score", "number"),
            ])
        ), ("tokens", Schema.plain("integer")),
    ]

    func run(_ arguments: Arguments, in scope: MemoryScope) async throws -> ToolResult {
        let query = try arguments.requiredText("query")
        let options = try options(arguments)
        let explains = try arguments.flag("explain")
        let memory = try scope.memory(arguments.text(Tools.namespace), embeds: true)
        let recall = try await scope.found(in: memory) { try await memory.recall(query, options) }
        let passages = recall?.passages ?? []
        return ToolResult(
            text(recall, explains: explains),
            [
                (Tools.namespace, .string(memory.namespace.description)),
                ("passages", .array(passages.map { data($0, explains: explains) })),
                ("tokens", .integer(recall?.tokens ?? 0)),
            ])
    }

    private func options(_ arguments: Arguments) throws -> RecallOptions {
        var options = RecallOptions()
        options.k = try arguments.integer("k", in: Self.counts) ?? options.k
        options.tokenBudget = try arguments.integer("budget", in: Self.budgets)
        options.unit = try arguments.kind("unit") ?? .turn
        if let names = try arguments.texts("stages") {
            options.stages = Set(
                try names.map { name in
                    guard let stage = RecallStage(rawValue: name) else {
                        let all = RecallStage.allCases.map(\.rawValue).joined(separator: ", ")
                        throw arguments.fault("stages", "there is no \"\(MCPError.clipped(name))\"; there are \(all)")
                    }
                    return stage
                })
        }
        let (from, until) = (try arguments.time("from"), try arguments.time("until"))
        if from != nil || until != nil {
            let (first, last) = (from ?? Self.allTime.lowerBound, until ?? Self.allTime.upperBound)
            guard first <= last else { throw arguments.fault("from", "it is after until") }
            options.time = first...last
        }
        options.asOf = try arguments.time("as_of")
        if let filter = try arguments.text("filter") {
            do { options.filter = try Filter(parsing: filter) } catch { throw arguments.fault("filter", "\(error)") }
        }
        options.isInTimeOrder = try arguments.flag("in_order")
        return options
    }

    private func text(_ recall: Recall?, explains: Bool) -> String {
        guard let recall else { return "Nothing has been remembered yet." }
        guard !recall.passages.isEmpty else { return "Nothing was found." }
        let head = "\(UnitReport.count(recall.passages.count, "passage")), about \(recall.tokens) tokens:"
        let lines = recall.passages.map { passage in
            var line = UnitReport.line(passage.unit, text: passage.text)
            if explains {
                let parts = parts(passage).map { "\($0.0) \(rounded($0.1))" }.joined(separator: ", ")
                line += "\n    score \(rounded(passage.score)): \(parts)"
            }
            return line
        }
        return ([head] + lines).joined(separator: "\n")
    }

    private func data(_ passage: Recall.Passage, explains: Bool) -> JSONValue {
        .members(
            UnitReport.data(passage.unit) + [
                ("score", .number(rounded(passage.score))), ("cosine", passage.cosine.map { .number(rounded($0)) }),
                ("tokens", .integer(passage.tokens)),
                ("stages", explains ? .object(parts(passage).map { ("\($0.0)", .number(rounded($0.1))) }) : nil),
            ])
    }

    /// What stages gave, in the order in which they run.
    private func parts(_ passage: Recall.Passage) -> [(RecallStage, Double)] {
        RecallStage.allCases.compactMap { stage in passage.parts[stage].map { (stage, $0) } }
    }

    /// As many digits as tell something.
    private func rounded(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }
}
