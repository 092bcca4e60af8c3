// Loci, Apache License 2.0.

import LociJSON
import LociMemory

/// What verbs about blocks print.
enum BlockReport {
    static func json(_ name: String, _ info: BlockStore.Info) -> JSONValue {
        let configuration = info.configuration
        return .object([
            ("store", .string(name)), ("model", .string(info.model)), ("dimension", .integer(info.dimension)),
            ("streams", .integer(info.streams)), ("blocks", .integer(info.blocks)), ("members", .integer(info.members)),
            ("landmarks", .integer(info.landmarks)), ("bytes", .integer(info.bytes)),
            ("index_bytes", .integer(info.indexBytes)), ("evicted", .integer(info.evicted)),
            ("pinned", .integer(info.pinned)), ("block_size", .integer(configuration.blockSize)),
            ("landmark_policy", .string(configuration.landmarks.name)),
            ("member_vectors", .string(configuration.memberVectors.rawValue)),
            ("payload", .string(configuration.payload.name)),
            ("byte_limit", configuration.byteLimit.map { .integer($0) } ?? .null),
            ("eviction", .string(configuration.eviction.name)),
        ])
    }

    static func table(_ infos: [(name: String, info: BlockStore.Info)]) -> String {
        var table = TextTable([
            .text("store"), .number("streams"), .number("members"), .number("blocks"), .number("of"),
            .text("landmarks"),
            .text("payload"), .number("size"), .number("index"), .number("evicted"), .text("model"),
        ])
        for (name, info) in infos {
            table.add([
                name, Format.count(info.streams), Format.count(info.members), Format.count(info.blocks),
                Format.count(info.configuration.blockSize), info.configuration.landmarks.name,
                info.configuration.payload.name,
                Format.bytes(info.bytes), Format.bytes(info.indexBytes), Format.count(info.evicted), info.model,
            ])
        }
        return table.rendered()
    }

    static func json(_ opening: BlockOpening) -> JSONValue {
        .object([
            ("members", .integer(opening.memberCount)),
            (
                "spans",
                .array(
                    opening.spans.map { span in
                        .object([
                            ("stream", .string(span.stream)),
                            ("from", .integer(Int(clamping: span.positions.lowerBound))),
                            ("to", .integer(Int(clamping: span.positions.upperBound))),
                        ])
                    })
            ),
            ("blocks", .array(opening.blocks.map(json))),
        ])
    }

    private static func json(_ block: OpenedBlock) -> JSONValue {
        .object([
            ("block", .integer(Int(block.number))), ("stream", .string(block.stream)),
            ("from", .integer(Int(clamping: block.positions.lowerBound))),
            ("to", .integer(Int(clamping: block.positions.upperBound))),
            ("stingy", .integer(Int(clamping: block.stingyPosition))), ("reason", .string(block.reason.rawValue)),
            ("score", .number(block.score, decimals: 4)), ("similarity", .number(block.similarity, decimals: 4)),
            ("words", .number(block.words, decimals: 4)), ("weight", .number(block.weight, decimals: 4)),
            ("member_scores", .array(block.memberScores.map { .number($0, decimals: 4) })),
            ("texts", .array(block.texts.map { .string($0) })),
        ])
    }

    private static func range(_ positions: Range<UInt64>) -> String {
        "\(positions.lowerBound)..<\(positions.upperBound)"
    }

    static func table(_ opening: BlockOpening) -> String {
        var table = TextTable([
            .text("stream", limit: 24), .number("positions"), .number("score"), .number("weight"), .text("why"),
            .text("text", limit: 60),
        ])
        for block in opening.blocks {
            table.add([
                block.stream, range(block.positions), Format.decimal(block.score, places: 3),
                Format.decimal(block.weight, places: 3), block.reason.rawValue, block.texts.joined(separator: " "),
            ])
        }
        return table.rendered()
    }

    static func table(_ members: [BlockOpening.Member]) -> String {
        var table = TextTable([
            .text("stream", limit: 24), .number("position"), .number("score"), .text("text", limit: 80),
        ])
        for member in members {
            table.add([
                member.stream, "\(member.position)", Format.decimal(member.score, places: 3), member.text ?? "",
            ])
        }
        return table.rendered()
    }

    // MARK: Measurements

    static func table(_ results: [BlockBenchmark.Result]) -> String {
        var table = TextTable([
            .text("what is looked at"), .number("R@5"), .number("R@10"), .number("N@10"), .number("held"),
            .number("blocks"),
            .number("turns"), .number("p50 ms"), .number("p99 ms"),
        ])
        for result in results {
            func percent(_ value: Double) -> String { Format.decimal(100 * value, places: 1) }
            table.add([
                result.name, percent(result.metrics.recall(5)), percent(result.metrics.recall(10)),
                percent(result.metrics.gain(10)), percent(result.held), Format.decimal(result.blocks, places: 1),
                Format.decimal(result.turns, places: 1), Format.decimal(result.latency.p50, places: 2),
                Format.decimal(result.latency.p99, places: 2),
            ])
        }
        return table.rendered()
    }

    static func json(_ results: [BlockBenchmark.Result], of set: ConversationSet, _ info: BlockStore.Info) -> JSONValue
    {
        .object([
            ("set", .string(set.name)), ("turns", .integer(info.members)), ("blocks", .integer(info.blocks)),
            ("landmarks", .integer(info.landmarks)), ("block_size", .integer(info.configuration.blockSize)),
            ("landmark_policy", .string(info.configuration.landmarks.name)),
            (
                "results",
                .array(
                    results.map { result in
                        .object([
                            ("name", .string(result.name)), ("n", .integer(result.metrics.count)),
                            ("R@5", .number(result.metrics.recall(5), decimals: 4)),
                            ("R@10", .number(result.metrics.recall(10), decimals: 4)),
                            ("N@10", .number(result.metrics.gain(10), decimals: 4)),
                            ("held", .number(result.held, decimals: 4)),
                            ("blocks", .number(result.blocks, decimals: 2)),
                            ("turns", .number(result.turns, decimals: 2)),
                            ("p50_ms", .number(result.latency.p50, decimals: 3)),
                            ("p99_ms", .number(result.latency.p99, decimals: 3)),
                        ])
                    })
            ),
        ])
    }
}
