// Loci, Apache License 2.0.

import Loci
import LociProtocol

/// `LOCI.TEXT`, `LOCI.HYBRID`, `LOCI.RANGE` and `LOCI.PAGE`: searches that vector sets do not have.
enum TextCommands {
    static let all = [
        Command(
            name: "LOCI.TEXT", arity: -3,
            documentation: .init(
                group: "loci", summary: "Returns the elements whose texts answer a query for words best.",
                syntax: "key query [FIELD name] [COUNT n] [FILTER expression] [WITHSCORES] [WITHATTRIBS]"),
            keys: .first, work: .read(text)),
        Command(
            name: "LOCI.HYBRID", arity: -6,
            documentation: .init(
                group: "loci", summary: "Ranks by a vector and by words.",
                syntax:
                    "key (FP32 blob | VALUES n f1 … fn) TEXT query [FIELD name] [RRF constant | WEIGHTS vector words] "
                    + "[COUNT n] [EF n] [FILTER expression] [TRUTH] [WITHSCORES] [WITHATTRIBS]"),
            keys: .first, work: .read(hybrid)),
        Command(
            name: "LOCI.RANGE", arity: -5,
            documentation: .init(
                group: "loci", summary: "Returns all elements of at least a score, best first.",
                syntax: "key (FP32 blob | VALUES n f1 … fn) MINSCORE s [options of VSIM]"),
            keys: .first, work: .slowRead(range)),
        Command(
            name: "LOCI.PAGE", arity: -5,
            documentation: .init(
                group: "loci", summary: "Returns the elements nearest to a vector after so many.",
                syntax: "key (FP32 blob | VALUES n f1 … fn) OFFSET n [options of VSIM]"),
            keys: .first, work: .slowRead(page)),
    ]

    /// What a search for words may have, in whichever order.
    private struct Options {
        var vectors: VectorSearchOptions
        var field: String?
        var fusion = RankFusion.standard

        /// - Throws: `CommandError` for what is no option of the command.
        init(_ arguments: Arguments, from start: Int, command: String, isHybrid: Bool) throws(CommandError) {
            vectors = try VectorSearchOptions(arguments, from: arguments.count)
            var index = start
            while index < arguments.count {
                if arguments.isWord(index, "FIELD"), index + 1 < arguments.count {
                    field = arguments.text(index + 1)
                    index += 2
                } else if isHybrid, arguments.isWord(index, "RRF"), let constant = arguments.double(index + 1) {
                    fusion = .reciprocalRank(constant: constant)
                    index += 2
                } else if isHybrid, arguments.isWord(index, "WEIGHTS"), let first = arguments.double(index + 1),
                    let second = arguments.double(index + 2)
                {
                    fusion = .weighted(first: first, second: second)
                    index += 3
                } else if let next = try vectors.take(arguments, index) {
                    index = next
                } else {
                    throw CommandError("ERR syntax error in \(command) command")
                }
            }
        }
    }

    private static func text(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let options = try Options(arguments, from: 3, command: "LOCI.TEXT", isHybrid: false)
        guard let collection = try keyspace.committedCollection(arguments, 1) else { return encoder.array(0) }
        let search = WordSearchOptions(k: options.vectors.search.k, filter: options.vectors.search.filter)
        let found = try collection.search(words: arguments.text(2), in: options.field, search)
        try write(found.map { ($0.id, $0.score) }, options.vectors, collection, &encoder)
    }

    private static func hybrid(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let (vector, next) = try VectorArgument.parse(arguments, at: 2)
        guard arguments.isWord(next, "TEXT"), next + 1 < arguments.count else {
            throw CommandError("ERR syntax error in LOCI.HYBRID command")
        }
        let options = try Options(arguments, from: next + 2, command: "LOCI.HYBRID", isHybrid: true)
        guard let collection = try keyspace.committedCollection(arguments, 1) else { return encoder.array(0) }
        let search = options.vectors.search
        var hybrid = HybridOptions(k: search.k, fusion: options.fusion, filter: search.filter)
        (hybrid.effort, hybrid.isExact) = (search.effort, search.isExact)
        hybrid.depth = max(HybridOptions.standardDepth, search.k)
        let found = try collection.search(
            vector.floats(in: arguments), words: arguments.text(next + 1), in: options.field, hybrid)
        try write(found.map { ($0.id, $0.score) }, options.vectors, collection, &encoder)
    }

    private static func write(
        _ found: [(VectorID, Double)], _ options: VectorSearchOptions, _ collection: Collection,
        _ encoder: inout ReplyEncoder
    ) throws {
        try options.write(found.count, of: collection, &encoder) { found[$0] }
    }

    private static func range(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let (vector, next) = try VectorArgument.parse(arguments, at: 2)
        guard arguments.isWord(next, "MINSCORE"), let score = arguments.double(next + 1) else {
            throw CommandError("ERR syntax error in LOCI.RANGE command")
        }
        var options = try VectorSearchOptions(arguments, from: next + 2, command: "LOCI.RANGE", count: 1_000)
        guard let collection = try keyspace.collection(arguments, 1) else { return encoder.array(0) }
        let scoring = try collection.scoring
        options.search.maximumDistance = scoring.distance(score)
        options.leastScore = max(options.leastScore, score)
        var results = SearchResults()
        let projection = try collection.projection(of: vector.dimension(in: arguments))
        try collection.search(vector, in: arguments, projection, options.search, into: &results)
        try options.write(results, query: 0, scoring: scoring, of: collection, &encoder)
    }

    /// How far pages reach: each is found anew from the first.
    private static let farthestOffset = 1_000_000

    private static func page(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let (vector, next) = try VectorArgument.parse(arguments, at: 2)
        guard arguments.isWord(next, "OFFSET") else { throw CommandError("ERR syntax error in LOCI.PAGE command") }
        var offset = try arguments.integer(
            next + 1, in: 0...Self.farthestOffset, else: CommandError("ERR invalid OFFSET"))
        let options = try VectorSearchOptions(arguments, from: next + 2, command: "LOCI.PAGE")
        guard let collection = try keyspace.committedCollection(arguments, 1) else { return encoder.array(0) }
        let query = vector.floats(in: arguments)
        // All pages are of one moment: what they skip is what was given before.
        let found = try keyspace.withMoment(of: collection) { collection in
            var search = options.search
            let size = search.k
            var cursor: SearchCursor?
            while offset > 0 {
                search.k = min(offset, SearchOptions.limit)
                let skipped = try collection.search(query, search, after: cursor)
                offset -= search.k
                guard let after = skipped.next else { return [Neighbor]() }
                cursor = after
            }
            search.k = size
            return try collection.search(query, search, after: cursor).neighbors
        }
        let scoring = try collection.scoring
        try write(found.map { ($0.id, scoring.score($0.distance)) }, options, collection, &encoder)
    }
}
