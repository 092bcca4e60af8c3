// Loci, Apache License 2.0.

import Loci
import LociMemory
import LociProtocol

/// `MEM.RECALL`: what answers a question.
enum MemoryRecallCommand {
    private static let name = "MEM.RECALL"

    static let all = [
        Command.memory(
            name, arity: -3,
            "namespace question [COUNT n] [BUDGET tokens] [UNIT kind] [STAGES names] [SINCE time] [UNTIL time] [ASOF time] "
                + "[FILTER expression] [ARCHIVED] [INORDER] [EXPLAIN] [FP32 blob | VALUES n f1 … fn]",
            "Returns what a memory has to answer a question, best first.", .prepared(.read, recall))
    ]

    /// Beyond any time that a unit can have.
    private static let allTime = -1e12...1e12

    private static func recall(_ arguments: Arguments, _ memories: any MemorySource) throws -> PreparedRequest {
        let namespace = try arguments.namespace()
        let question = try arguments.validText(2, "the question")
        let (options, given, explains) = try options(arguments)
        try Memory.check(question, options)
        let usesVectors = options.stages.contains(.dense)
        let memory = try memories.memory(namespace, embeds: usesVectors)
        let texts = usesVectors && given == nil && memory.store.embedder != nil ? [question] : []
        return PreparedRequest(embedder: memory.store.embedder, texts: texts) { vectors, keyspace, encoder in
            guard let memory = keyspace.committed(memory) else {
                throw CommandError(
                    "ERR '\(Self.name)' sees only what is committed, and cannot be in a transaction that writes")
            }
            let vector = usesVectors ? given ?? vectors.first : nil
            let passages = try memory.recalled(question, options, vector: vector).passages
            encoder.array(passages.count)
            for passage in passages { encoder.write(ReplyValue(passage, explains: explains)) }
        }
    }

    private static func options(
        _ arguments: Arguments
    ) throws -> (options: RecallOptions, vector: [Float]?, explains: Bool) {
        var recall = RecallOptions()
        var (since, until): (Double?, Double?)
        var vector: [Float]?
        var explains = false
        var options = CommandOptions(arguments, from: 3, of: Self.name)
        while !options.isAtEnd {
            if let count = try options.integer("COUNT", 1...1_000) {
                recall.k = count
            } else if let tokens = try options.integer("BUDGET", 1...10_000_000) {
                recall.tokenBudget = tokens
            } else if let kind = try options.kind("UNIT") {
                recall.unit = kind
            } else if let names = try options.text("STAGES") {
                recall.stages = try StageList.parse(names.lowercased())
            } else if let time = try options.time("SINCE") {
                since = time
            } else if let time = try options.time("UNTIL") {
                until = time
            } else if let time = try options.time("ASOF") {
                recall.asOf = time
            } else if let filter = try options.text("FILTER") {
                recall.filter = try VectorSearchOptions.filter(filter)
            } else if options.flag("ARCHIVED") {
                recall.includesArchived = true
            } else if options.flag("INORDER") {
                recall.isInTimeOrder = true
            } else if options.flag("EXPLAIN") {
                explains = true
            } else if let given = try options.vector() {
                vector = given
            } else {
                throw options.unknown
            }
        }
        if since != nil || until != nil {
            let (first, last) = (since ?? allTime.lowerBound, until ?? allTime.upperBound)
            guard first <= last else { throw CommandError("ERR SINCE is after UNTIL, and nothing is between them") }
            recall.time = first...last
        }
        return (recall, vector, explains)
    }
}
