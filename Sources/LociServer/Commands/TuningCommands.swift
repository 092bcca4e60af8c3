// Loci, Apache License 2.0.

import Loci
import LociProtocol

/// How well a collection is searched, and how to make it better: measured on itself, while it serves.
enum TuningCommands {
    static let all = [
        Command(
            name: "LOCI.RECALL", arity: -2,
            documentation: .init(
                group: "loci", summary: "Measures recall against exact searches, on elements of the collection.",
                syntax: "key [SAMPLE n] [COUNT k] [EF n]"),
            keys: .first, work: .slowRead(recall)),
        Command(
            name: "LOCI.TUNE", arity: -4,
            documentation: .init(
                group: "loci",
                summary: "Finds the smallest EF that reaches a recall; searches that give none go by it from then on.",
                syntax: "key RECALL r [SAMPLE n] [COUNT k]"),
            keys: .first, work: .maintenance(tune)),
        Command(
            name: "LOCI.OPTIMIZE", arity: 2,
            documentation: .init(
                group: "loci", summary: "Builds a collection anew from its own vectors, while it serves.", syntax: "key"
            ),
            keys: .first, work: .maintenance(optimize)),
        Command(
            name: "LOCI.CHECK", arity: -1,
            documentation: .init(
                group: "loci",
                summary: "Looks for damage in a collection, or in the whole database; returns what it found.",
                syntax: "[key]"),
            keys: .first, work: .maintenance(check)),
        Command(
            name: "LOCI.EXPLAIN", arity: -4,
            documentation: .init(
                group: "loci", summary: "Tells how a search is made, and what it looks at.",
                syntax: "key (FP32 blob | VALUES n f1 … fn) [options of VSIM]"),
            keys: .first, work: .slowRead(explain)),
    ]

    /// How many elements are searched for when it is not said.
    private static let standardSample = 200

    /// Options that come in pairs of a word and a number.
    private struct Options {
        var sample = standardSample
        var k = 10
        var window: Int?
        var recall: Double?

        init(_ arguments: Arguments, command: String) throws(CommandError) {
            var index = 2
            while index < arguments.count {
                let value = index + 1
                let most = SearchOptions.limit
                if arguments.isWord(index, "SAMPLE") {
                    sample = try arguments.integer(value, in: 1...most, else: CommandError("ERR invalid SAMPLE"))
                } else if arguments.isWord(index, "COUNT") {
                    k = try arguments.integer(value, in: 1...most, else: CommandError("ERR invalid COUNT"))
                } else if arguments.isWord(index, "EF") {
                    window = try arguments.integer(value, in: 1...most, else: CommandError("ERR invalid EF"))
                } else if arguments.isWord(index, "RECALL"), let share = arguments.double(value) {
                    recall = share
                } else {
                    throw CommandError("ERR syntax error in \(command) command")
                }
                index += 2
            }
        }
    }

    private static func recall(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let options = try Options(arguments, command: "LOCI.RECALL")
        guard let collection = try keyspace.committedCollection(arguments, 1) else { throw CommandError.noKey }
        let measured = try collection.recall(sample: options.sample, k: options.k, window: options.window, threads: 1)
        encoder.map(7)
        encoder.field("recall", measured.recall)
        encoder.field("lowest-recall", measured.lowestRecall)
        encoder.field("queries", measured.queries)
        encoder.field("count", measured.k)
        encoder.field("ef", measured.window)
        encoder.field("search-microseconds", measured.searchTime / .microseconds(1))
        encoder.field("exact-microseconds", measured.exactTime / .microseconds(1))
    }

    private static func tune(
        _ arguments: Arguments, _ context: ServerContext, _ encoder: inout ReplyEncoder
    ) throws {
        let options = try Options(arguments, command: "LOCI.TUNE")
        guard let recall = options.recall else { throw CommandError("ERR syntax error in LOCI.TUNE command") }
        let collection = try existing(arguments, context)
        // On one thread: it goes on for long beside all others.
        let result = try collection.tune(
            sample: options.sample, TuningOptions(recall: recall, k: options.k), threads: 1)
        encoder.map(4)
        encoder.field("ef", result.tuning.window)
        encoder.field("recall", result.tuning.recall)
        encoder.field("queries", result.queries)
        encoder.field("count", result.tuning.k)
    }

    private static func optimize(
        _ arguments: Arguments, _ context: ServerContext, _ encoder: inout ReplyEncoder
    ) throws {
        try existing(arguments, context).optimize()
        encoder.ok()
    }

    private static func check(
        _ arguments: Arguments, _ context: ServerContext, _ encoder: inout ReplyEncoder
    ) throws {
        guard arguments.count <= 2 else { throw CommandError.arity("loci.check") }
        let faults = try arguments.count == 2 ? existing(arguments, context).check() : context.database.check()
        encoder.array(faults.count)
        for fault in faults { encoder.bulk(fault.description) }
    }

    private static func existing(_ arguments: Arguments, _ context: ServerContext) throws -> Collection {
        let keyspace = CommittedKeyspace(context)
        guard let collection = try keyspace.committedCollection(arguments, 1) else { throw CommandError.noKey }
        return collection
    }

    private static func explain(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let (vector, next) = try VectorArgument.parse(arguments, at: 2)
        let options = try VectorSearchOptions(arguments, from: next, command: "LOCI.EXPLAIN")
        guard let collection = try keyspace.committedCollection(arguments, 1) else { throw CommandError.noKey }
        var results = SearchResults()
        let projection = try collection.projection(of: vector.dimension(in: arguments))
        let floats = vector.floats(in: arguments)
        let start = ContinuousClock.now
        let explanation = try collection.explain(
            projection?.apply(floats) ?? floats, options.search, into: &results)
        let duration = ContinuousClock.now - start
        encoder.map(explanation.plan == nil ? 7 : 11)
        if let plan = explanation.plan {
            encoder.field("method", plan.method.rawValue)
            encoder.field("source", plan.source.rawValue)
            encoder.field("matching", plan.matching)
            encoder.field("window", plan.window)
        }
        encoder.field("found", results.count)
        encoder.field("complete", results.queryCount > 0 && results.isComplete(query: 0) ? 1 : 0)
        encoder.field("expanded", explanation.expanded)
        encoder.field("sketches", explanation.sketches)
        encoder.field("measured", explanation.measured)
        encoder.field("ranked", explanation.ranked)
        encoder.field("microseconds", duration / .microseconds(1))
    }
}

extension ReplyEncoder {
    /// Writes a field of a map.
    mutating func field(_ name: String, _ value: Int) {
        bulk(name)
        integer(value)
    }

    /// Writes a field of a map.
    mutating func field(_ name: String, _ value: Double) {
        bulk(name)
        double(value)
    }

    /// Writes a field of a map.
    mutating func field(_ name: String, _ value: String) {
        bulk(name)
        bulk(value)
    }
}
