// Loci, Apache License 2.0.

import LociMemory

/// What commands of blocks answer.
extension ReplyValue {
    private static func positions(_ positions: Range<UInt64>) -> [(name: String, value: ReplyValue)] {
        [
            ("from", .integer(Int(clamping: positions.lowerBound))),
            ("to", .integer(Int(clamping: positions.upperBound))),
        ]
    }

    /// What an append made.
    init(_ appended: AppendedMembers) {
        self = .map(
            [("stream", .text(appended.stream))] + Self.positions(appended.positions)
                + [("blocks", .list(appended.blocks.map { .integer(Int($0)) }))])
    }

    /// An opening, by the names that `loci blocks open --json` has.
    /// - Parameter parts: What was asked for beside, of each block.
    init(_ opening: BlockOpening, best: Int?, _ parts: [[(name: String, value: ReplyValue)]]) {
        var fields: [(name: String, value: ReplyValue)] = [
            ("members", .integer(opening.memberCount)),
            (
                "spans",
                .list(opening.spans.map { .map([("stream", .text($0.stream))] + Self.positions($0.positions)) })
            ),
            ("blocks", .list(zip(opening.blocks, parts).map { .map(Self.fields($0) + $1) })),
        ]
        if let best { fields.append(("best", .list(opening.bestMembers(best).map { ReplyValue($0) }))) }
        self = .map(fields)
    }

    private static func fields(_ block: OpenedBlock) -> [(name: String, value: ReplyValue)] {
        [("block", .integer(Int(block.number))), ("stream", .text(block.stream))] + positions(block.positions) + [
            ("stingy", .integer(Int(clamping: block.stingyPosition))), ("reason", .text(block.reason.rawValue)),
            ("score", .number(block.score)), ("similarity", .number(block.similarity)), ("words", .number(block.words)),
            ("weight", .number(block.weight)), ("member_scores", .list(block.memberScores.map { .number($0) })),
            ("texts", .list(block.texts.map { .text($0) })),
        ]
    }

    private init(_ member: BlockOpening.Member) {
        var fields: [(name: String, value: ReplyValue)] = [
            ("stream", .text(member.stream)), ("position", .integer(Int(clamping: member.position))),
            ("score", .number(member.score)),
        ]
        if let text = member.text { fields.append(("text", .text(text))) }
        self = .map(fields)
    }

    /// A block as it is stored.
    /// - Parameter parts: What was asked for beside.
    init(_ block: StoredBlock, _ parts: [(name: String, value: ReplyValue)] = []) {
        self = .map(
            [("block", .integer(Int(block.number))), ("stream", .text(block.stream))] + Self.positions(block.positions)
                + [
                    ("landmarks", .integer(block.landmarks)), ("bytes", .integer(block.bytes)),
                    ("pinned", .truth(block.isPinned)),
                ] + parts)
    }

    /// What a store has, by the names that `loci blocks info --json` has.
    init(_ store: MemoryNamespace, _ info: BlockStore.Info) {
        let configuration = info.configuration
        var fields: [(name: String, value: ReplyValue)] = [
            ("store", .text(store.description)), ("model", .text(info.model)), ("dimension", .integer(info.dimension)),
            ("streams", .integer(info.streams)), ("blocks", .integer(info.blocks)), ("members", .integer(info.members)),
            ("landmarks", .integer(info.landmarks)), ("bytes", .integer(info.bytes)),
            ("index_bytes", .integer(info.indexBytes)), ("evicted", .integer(info.evicted)),
            ("pinned", .integer(info.pinned)), ("block_size", .integer(configuration.blockSize)),
            ("landmark_policy", .text(configuration.landmarks.name)),
            ("member_vectors", .text(configuration.memberVectors.rawValue)),
            ("payload", .text(configuration.payload.name)),
        ]
        if let limit = configuration.byteLimit { fields.append(("byte_limit", .integer(limit))) }
        self = .map(fields + [("eviction", .text(configuration.eviction.name))])
    }
}

/// What is told of blocks beside, where it is asked for.
struct BlockParts {
    private var hasVectors = false
    private var hasPayload = false

    static let syntax = "[WITHVECTORS] [WITHPAYLOAD]"

    /// Takes an option that asks for a part.
    /// - Returns: Whether there is one here.
    mutating func take(_ options: inout CommandOptions) -> Bool {
        if options.flag("WITHVECTORS") {
            hasVectors = true
        } else if options.flag("WITHPAYLOAD") {
            hasPayload = true
        } else {
            return false
        }
        return true
    }

    /// The parts of a block: vectors as floats of 32 bits, payload as it is stored.
    func of(_ block: UInt32, in reader: BlockReader) throws -> [(name: String, value: ReplyValue)] {
        var parts: [(name: String, value: ReplyValue)] = []
        if hasVectors {
            let vectors = try reader.vectors(of: block)
            var blob: [UInt8] = []
            blob.reserveCapacity(4 * vectors.count)
            for number in vectors { withUnsafeBytes(of: number.bitPattern.littleEndian) { blob += $0 } }
            parts.append(("vectors", .bytes(blob)))
        }
        if hasPayload {
            let payload = try reader.withPayload(of: block) { $0.withUnsafeBytes { [UInt8]($0) } }
            parts.append(("payload", .bytes(payload ?? [])))
        }
        return parts
    }
}
