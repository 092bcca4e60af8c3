// Loci, Apache License 2.0.

import Loci
import LociMemory
import LociProtocol

extension Arguments {
    /// A store of blocks: the first argument of most commands of blocks.
    /// - Throws: `CommandError`; `MemoryError.badNamespace`.
    func blockStore() throws -> MemoryNamespace { try MemoryNamespace(validText(1, "the store")) }

    /// The number of a block.
    /// - Throws: `CommandError` for what is none.
    func block(_ index: Int) throws(CommandError) -> UInt32 {
        guard let number = integer(index).flatMap(UInt32.init(exactly:)), number > 0 else {
            throw CommandError("ERR '\(clipped(index))' is no number of a block")
        }
        return number
    }
}

extension CommandOptions {
    /// Takes bytes.
    mutating func bytes(_ word: StaticString) throws(CommandError) -> [UInt8]? {
        guard let place = try value(word) else { return nil }
        return arguments[place]
    }

    /// Takes vectors: floats of 32 bits, one vector after the other.
    mutating func vectors(_ word: StaticString, count: Int) throws(CommandError) -> [Float]? {
        guard let place = try value(word) else { return nil }
        return try vectors(at: place, word, count: count)
    }

    /// The vectors that are an argument.
    func vectors(at place: Int, _ word: StaticString, count: Int) throws(CommandError) -> [Float] {
        var floats: [Float] = []
        let isWhole = arguments.with(place) { blob in
            let size = blob.byteCount / count
            guard size * count == blob.byteCount else { return false }
            for row in 0..<count {
                guard FloatBlob.append(blob.extracting(row * size..<(row + 1) * size), to: &floats) != nil else {
                    return false
                }
            }
            return true
        }
        guard isWhole else {
            let bytes = arguments.with(place) { $0.byteCount }
            throw CommandError("ERR \(word) has \(bytes) bytes, which are no floats of 32 bits for each of \(count)")
        }
        return floats
    }
}

/// Members as commands give them: their number, and behind it their parts.
struct MemberArguments {
    private(set) var members: BlockMembers

    /// - Throws: `CommandError` for what is no number of members.
    init(_ arguments: Arguments, at place: Int) throws(CommandError) {
        let limit = BlockStore.maximumMembersPerCall
        members = BlockMembers(
            count: try arguments.integer(
                place, in: 1...limit,
                else: CommandError(
                    "ERR the number of members is '\(arguments.clipped(place))'; it must be from 1 to \(limit)")))
    }

    static let syntax = "[TEXTS text …] [FP32 blob | VALUES n f1 … fn] [PAYLOAD blob] [ATTENTION blob] [GIVEN n blob …]"

    /// Takes an option that is a part of members.
    /// - Returns: Whether there is one here.
    mutating func take(_ options: inout CommandOptions) throws(CommandError) -> Bool {
        if options.flag("TEXTS") {
            guard members.count <= options.arguments.count - options.index else {
                throw CommandError("ERR TEXTS has fewer than the \(members.count) texts of the members")
            }
            members.texts = []
            for place in options.take(members.count) {
                members.texts.append(try options.arguments.validText(place, "a text"))
            }
        } else if let vectors = try options.vectors("FP32", count: members.count) {
            members.vectors = vectors
        } else if let vectors = try options.vector() {
            members.vectors = vectors
        } else if let payload = try options.bytes("PAYLOAD") {
            members.payload = payload
        } else if let attention = try options.vectors("ATTENTION", count: members.count) {
            members.attention = attention
        } else if let count = try options.integer("GIVEN", 1...LandmarkPolicy.maximumCount) {
            guard !options.isAtEnd else { throw CommandError("ERR GIVEN has no landmarks behind their number") }
            let place = options.take(1).lowerBound
            let floats = try options.vectors(at: place, "GIVEN", count: count)
            let dimension = floats.count / count
            members.landmarks.append((0..<count).map { Array(floats[$0 * dimension..<($0 + 1) * dimension]) })
        } else {
            return false
        }
        return true
    }
}

extension BlockConfiguration {
    private static let words: [(word: StaticString, part: Part)] = [
        ("BLOCK", .blockSize), ("LANDMARKS", .landmarks), ("MEMBERVECTORS", .memberVectors), ("TENSORS", .tensors),
        ("BYTELIMIT", .byteLimit), ("EVICTION", .eviction), ("METRIC", .metric), ("QUANTIZATION", .quantization),
        ("LANGUAGE", .language),
    ]

    static let syntax =
        "[BLOCK n] [LANDMARKS policy] [MEMBERVECTORS none | float16 | float32] [TENSORS form] [BYTELIMIT n] [EVICTION policy] "
        + "[METRIC cosine | ip] [QUANTIZATION kind] [LANGUAGE language]"

    /// Takes an option that a new store is made with.
    /// - Returns: Whether there is one here.
    mutating func take(_ options: inout CommandOptions) throws -> Bool {
        try options.choice(of: Self.words) { try set($0, to: $1, name: $2) }
    }
}

extension OpeningOptions {
    private static let words: [(word: StaticString, part: Part)] = [
        ("BLOCKS", .blocks), ("MEMBERS", .members), ("BYTES", .bytes), ("SINKS", .sinks), ("WINDOW", .window),
        ("LEXICAL", .lexicalWeight), ("AGGREGATION", .aggregation), ("LANDMARKSCORE", .landmarkScore),
        ("WEIGHING", .weighing), ("SCALE", .scale), ("REACH", .reach), ("CANDIDATES", .candidateFactor),
    ]

    static let syntax =
        "[BLOCKS n | MEMBERS n | BYTES n] [STREAM name] [SINKS n] [WINDOW n] [LEXICAL share] [AGGREGATION maximum | mean] "
        + "[LANDMARKSCORE maximum | sum] [WEIGHING softmax | stick-breaking] [SCALE factor] [REACH n] [CANDIDATES n]"

    /// Takes an option of an opening.
    /// - Returns: Whether there is one here.
    mutating func take(_ options: inout CommandOptions) throws -> Bool {
        if let name = try options.text("STREAM") {
            stream = name
            return true
        }
        return try options.choice(of: Self.words) { try set($0, to: $1, name: $2) }
    }
}

extension Command {
    /// A command of blocks.
    static func blocks(_ name: String, arity: Int, _ syntax: String, _ summary: String, _ work: Work) -> Command {
        Command(
            name: name, arity: arity, documentation: .init(group: "blocks", summary: summary, syntax: syntax),
            work: work)
    }
}
