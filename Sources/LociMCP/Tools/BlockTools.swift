// Loci, Apache License 2.0.

import LociJSON
import LociMemory

/// Appends texts to a long context that is opened block by block.
struct BlocksAppendTool: Tool {
    /// The most texts of a call: what a client writes in one go is far less.
    private static let maximumTexts = 10_000

    let name = "blocks_append"
    let title = "Append to the long context"
    let description = """
        Append texts to a stream of the long context, which keeps all of a conversation, a document or a log in its order, for \
        blocks_open to open the parts that matter. Give them in the order in which they were said, a turn or a sentence each. All are \
        stored, or none. Facts that are to be found one by one are better remembered with remember.
        """
    let effect = ToolEffect()
    let required = ["texts"]

    let parameters: [(String, JSONValue)] = [
        (
            "texts",
            Schema.list(
                .object([("type", "string")]), "The texts, in their order; each at most 32,768 bytes, in plain words.",
                limit: maximumTexts)
        ),
        (
            "stream",
            Schema.text(
                "What they go on with, such as a conversation or a document; left out, it is \"\(MemberLine.defaultStream)\"."
            )
        ),
    ]

    let results: [(String, JSONValue)] = [
        ("stream", Schema.plain("string")), ("from", Schema.plain("integer")), ("to", Schema.plain("integer")),
        ("blocks", .object([("type", "array"), ("items", Schema.plain("integer"))])),
    ]

    func run(_ arguments: Arguments, in scope: MemoryScope) async throws -> ToolResult {
        let texts = try arguments.texts("texts") ?? []
        guard (1...Self.maximumTexts).contains(texts.count) else {
            throw arguments.fault("texts", "it has \(texts.count) texts, and must have 1 to \(Self.maximumTexts)")
        }
        let stream = try arguments.text("stream") ?? MemberLine.defaultStream
        let store = try scope.blocks(arguments.text(Tools.namespace), embeds: true)
        let appended = try await store.append(to: stream, BlockMembers(texts: texts))
        let positions = appended.positions
        return ToolResult(
            "Appended \(UnitReport.count(texts.count, "text")) to \(stream), at \(positions.lowerBound) to \(positions.upperBound - 1).",
            [
                (Tools.namespace, .string(store.name.description)), ("stream", .string(stream)),
                ("from", .integer(Int(clamping: positions.lowerBound))),
                ("to", .integer(Int(clamping: positions.upperBound))),
                ("blocks", .array(appended.blocks.map { .integer(Int($0)) })),
            ])
    }
}

/// Opens the blocks of a long context that matter to a text.
struct BlocksOpenTool: Tool {
    /// More than this no model reads with profit.
    private static let counts = 1...100
    private static let standardBlocks = 8

    let name = "blocks_open"
    let title = "Open the long context"
    let description = """
        Open the parts of the long context that matter to a question, by meaning and by words: blocks of texts that stand together, in \
        the order in which they were said, with their positions. Ask in plain words, with the names that may have been used. With \
        window, the last blocks of a stream come in any case, with sinks its first ones.
        """
    let effect = ToolEffect(isReadOnly: true, isIdempotent: true)
    let required = ["query"]

    let parameters: [(String, JSONValue)] = [
        ("query", Schema.text("The question, in plain words.")),
        ("blocks", Schema.integer(counts, standard: standardBlocks, "How many blocks at most.")),
        ("stream", Schema.text("Only blocks of this stream. Left out, of all.")),
        ("sinks", Schema.integer(0...100, standard: 0, "So many first blocks of the stream in any case.")),
        ("window", Schema.integer(0...100, standard: 0, "So many last blocks of the stream in any case.")),
        (
            "best",
            Schema.integer(
                counts, "Give not the whole blocks, but so many of their texts that answer best, the best first.")
        ),
    ]

    let results: [(String, JSONValue)] = [
        (
            "blocks",
            Schema.objects([
                ("block", "integer"), ("stream", "string"), ("from", "integer"), ("to", "integer"), ("score", "number"),
                ("texts", "array"),
            ])
        ),
        (
            "best",
            Schema.objects([("stream", "string"), ("position", "integer"), ("score", "number"), ("text", "string")])
        ),
    ]

    func run(_ arguments: Arguments, in scope: MemoryScope) async throws -> ToolResult {
        let query = try arguments.requiredText("query")
        var options = OpeningOptions()
        options.budget = .blocks(try arguments.integer("blocks", in: Self.counts) ?? Self.standardBlocks)
        options.stream = try arguments.text("stream")
        options.sinks = try arguments.integer("sinks", in: 0...100) ?? 0
        options.window = try arguments.integer("window", in: 0...100) ?? 0
        let best = try arguments.integer("best", in: Self.counts)
        let store = try scope.blocks(arguments.text(Tools.namespace), embeds: true)
        let asked = options
        let opening = try await scope.found(in: store) { try await store.open(query, asked) }
        let members = best.flatMap { opening?.bestMembers($0) }
        return ToolResult(
            text(opening, members),
            [
                (Tools.namespace, .string(store.name.description)),
                ("blocks", best == nil ? .array((opening?.blocks ?? []).map(data)) : nil),
                ("best", best == nil ? nil : .array((members ?? []).map(data))),
            ])
    }

    private func text(_ opening: BlockOpening?, _ best: [BlockOpening.Member]?) -> String {
        guard let opening else { return "Nothing has been appended yet." }
        guard !opening.blocks.isEmpty else { return "Nothing was found." }
        func indented(_ text: String) -> String {
            // So that no line of it can be taken for the head of another part.
            text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(separator: "\n    ")
        }
        if let best {
            return best.map { "[\($0.stream) | \($0.position)] \(indented($0.text ?? ""))" }.joined(separator: "\n")
        }
        return opening.spans.map { span in
            let head = "[\(span.stream) | \(span.positions.lowerBound) to \(span.positions.upperBound - 1)]"
            return ([head] + opening.blocks[span.blocks].flatMap(\.texts).map { "    \(indented($0))" })
                .joined(separator: "\n")
        }.joined(separator: "\n")
    }

    private func data(_ block: OpenedBlock) -> JSONValue {
        .members([
            ("block", .integer(Int(block.number))), ("stream", .string(block.stream)),
            ("from", .integer(Int(clamping: block.positions.lowerBound))),
            ("to", .integer(Int(clamping: block.positions.upperBound))), ("score", .number(rounded(block.score))),
            ("weight", .number(rounded(block.weight))), ("reason", .string(block.reason.rawValue)),
            ("texts", .strings(block.texts)),
        ])
    }

    private func data(_ member: BlockOpening.Member) -> JSONValue {
        .members([
            ("stream", .string(member.stream)), ("position", .integer(Int(clamping: member.position))),
            ("score", .number(rounded(member.score))), ("text", .string(member.text ?? "")),
        ])
    }

    /// As many digits as tell something.
    private func rounded(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }
}

/// Tells what a long context has.
struct BlocksInfoTool: Tool {
    let name = "blocks_info"
    let title = "Look at the long context"
    let description = """
        Tell what the long context has: its streams, with how far each goes, and how many blocks there are. Call it to learn the names \
        of streams before blocks_append or blocks_open.
        """
    let effect = ToolEffect(isReadOnly: true, isIdempotent: true)
    let required: [String] = []
    let parameters: [(String, JSONValue)] = [
        ("limit", Schema.integer(1...1_000, standard: 100, "How many streams at most, the latest."))
    ]

    let results: [(String, JSONValue)] = [
        ("streams", Schema.objects([("stream", "string"), ("to", "integer")])), ("total", Schema.plain("integer")),
        ("blocks", Schema.plain("integer")), ("members", Schema.plain("integer")), ("bytes", Schema.plain("integer")),
        ("model", Schema.plain("string")),
    ]

    func run(_ arguments: Arguments, in scope: MemoryScope) async throws -> ToolResult {
        let limit = try arguments.integer("limit", in: 1...1_000) ?? 100
        let store = try scope.blocks(arguments.text(Tools.namespace), embeds: false)
        let found = try await scope.found(in: store) { try store.read { (try $0.info(), try $0.streams()) } }
        guard let (info, streams) = found else {
            return ToolResult(
                "Nothing has been appended yet.",
                [
                    (Tools.namespace, .string(store.name.description)), ("streams", []), ("total", 0), ("blocks", 0),
                    ("members", 0), ("bytes", 0),
                ])
        }
        let shown = streams.suffix(limit)
        let head =
            "\(UnitReport.count(info.members, "text")) in \(UnitReport.count(info.blocks, "block")) of "
            + "\(UnitReport.count(streams.count, "stream"))"
            + (shown.count < streams.count ? ", of which \(shown.count):" : ":")
        return ToolResult(
            ([head] + shown.map { "\($0.name), to \($0.count)" }).joined(separator: "\n"),
            [
                (Tools.namespace, .string(store.name.description)),
                (
                    "streams",
                    .array(
                        shown.map {
                            .members([("stream", .string($0.name)), ("to", .integer(Int(clamping: $0.count)))])
                        })
                ),
                ("total", .integer(streams.count)), ("blocks", .integer(info.blocks)),
                ("members", .integer(info.members)), ("bytes", .integer(info.bytes)), ("model", .string(info.model)),
            ])
    }
}

/// Forgets streams of a long context.
struct BlocksForgetTool: Tool {
    let name = "blocks_forget"
    let title = "Forget of the long context"
    let description = """
        Delete a stream of the long context with all its blocks, or the whole long context, for good. Give exactly one of stream and \
        all. What was remembered with remember is not touched. Do not call this unless the user has asked for it.
        """
    let effect = ToolEffect(isDestructive: true)
    let required: [String] = []

    let parameters: [(String, JSONValue)] = [
        ("stream", Schema.text("This stream, as blocks_info names it.")),
        ("all", Schema.flag("The whole long context; needs confirm.")),
        ("confirm", Schema.flag("Must be true where all is.")),
    ]

    let results: [(String, JSONValue)] = [("forgotten", Schema.plain("integer"))]

    func run(_ arguments: Arguments, in scope: MemoryScope) async throws -> ToolResult {
        let stream = try arguments.text("stream")
        let all = try arguments.flag("all")
        guard (stream != nil) != all else {
            throw arguments.fault("arguments", "give exactly one of stream and all")
        }
        if all, try !arguments.flag("confirm") {
            throw arguments.fault("confirm", "it must be true to forget the whole long context")
        }
        let store = try scope.blocks(arguments.text(Tools.namespace), embeds: false)
        let count = try stream.map { try store.remove(stream: $0) } ?? store.drop()
        return ToolResult(
            "Forgot \(UnitReport.count(count, "block")).",
            [(Tools.namespace, .string(store.name.description)), ("forgotten", .integer(count))])
    }
}
