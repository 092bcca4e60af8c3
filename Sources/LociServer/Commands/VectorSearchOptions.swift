// Loci, Apache License 2.0.

import Loci
import LociProtocol

/// The options of `VSIM` and its relatives, and the shapes of their replies.
struct VectorSearchOptions {
    var search = SearchOptions(k: 10)
    var withScores = false
    var withAttributes = false
    /// Only scores from here up are told.
    var leastScore = -Double.infinity

    /// Reads options up to the end of the arguments.
    /// - Throws: `CommandError` for what is no option, or out of range.
    init(
        _ arguments: Arguments, from start: Int, command: String = VectorSearchCommand.name, count: Int = 10
    ) throws(CommandError) {
        search.k = count
        var index = start
        while index < arguments.count {
            if let next = try take(arguments, index) {
                index = next
            } else {
                throw CommandError("ERR syntax error in \(command) command")
            }
        }
    }

    /// Takes the option at an argument.
    /// - Returns: The place of what follows it; nil if it is none of these.
    mutating func take(_ arguments: Arguments, _ index: Int) throws(CommandError) -> Int? {
        if arguments.isWord(index, "WITHSCORES") {
            withScores = true
        } else if arguments.isWord(index, "WITHATTRIBS") {
            withAttributes = true
        } else if arguments.isWord(index, "TRUTH") {
            search.isExact = true
        } else if arguments.isWord(index, "NOTHREAD") {
            // All searches are made on threads of their own.
        } else if index + 1 < arguments.count {
            return try takePair(arguments, index)
        } else {
            return nil
        }
        return index + 1
    }

    private mutating func takePair(_ arguments: Arguments, _ index: Int) throws(CommandError) -> Int? {
        let value = index + 1
        if arguments.isWord(index, "COUNT") {
            let count = try arguments.integer(value, in: 1...Int.max, else: CommandError("ERR invalid COUNT"))
            search.k = min(count, SearchOptions.limit)
        } else if arguments.isWord(index, "EF") {
            search.effort = .window(
                try arguments.integer(value, in: 1...SearchOptions.limit, else: CommandError("ERR invalid EF")))
        } else if arguments.isWord(index, "EPSILON") {
            guard let epsilon = arguments.double(value), epsilon > 0 else { throw CommandError("ERR invalid EPSILON") }
            leastScore = 1 - epsilon
        } else if arguments.isWord(index, "FILTER") {
            search.filter = try Self.filter(arguments.text(value))
        } else if arguments.isWord(index, "FILTER-EF") {
            // A search with a filter always finds as many as were asked for, if so many match: there is nothing to be limited.
            _ = try arguments.integer(value, in: 1...Int.max, else: CommandError("ERR invalid FILTER-EF"))
        } else {
            return nil
        }
        return index + 2
    }

    /// A filter of a text.
    static func filter(_ text: String) throws(CommandError) -> Filter {
        do {
            return try Filter(parsing: text)
        } catch .badFilter(let fault) {
            let rest = String(decoding: text.utf8.dropFirst(fault.position), as: UTF8.self)
            throw CommandError("ERR syntax error in FILTER expression near: \(rest)")
        } catch {
            throw CommandError("ERR \(String("\(error)".prefix { $0 != "\n" }))")
        }
    }

    /// The options of a search that may be made together with others: by one vector as `FP32`.
    /// - Returns: nil for any other, or one that is wrong.
    static func ofBatch(_ arguments: Arguments) -> VectorSearchOptions? {
        guard arguments.count >= 4, arguments.isWord(2, "FP32"),
            arguments.with(3, { FloatBlob.dimension(ofBytes: $0.byteCount) }) != nil
        else { return nil }
        let options = try? VectorSearchOptions(arguments, from: 4)
        // A filter looks at much, and an exact search measures all: those are made one by one.
        return options.flatMap { $0.search.isExact || $0.search.filter != nil ? nil : $0 }
    }

    /// Writes the neighbours of a query.
    func write(
        _ results: SearchResults, query: Int, scoring: Scoring, of collection: any CollectionReader,
        _ encoder: inout ReplyEncoder
    ) throws {
        let found = results.range(ofQuery: query)
        var end = found.upperBound
        while end > found.lowerBound, scoring.score(results.distances[end - 1]) < leastScore { end -= 1 }
        try write(end - found.lowerBound, of: collection, &encoder) { index in
            let place = found.lowerBound + index
            return (results.identifier(at: place), scoring.score(results.distances[place]))
        }
    }

    /// Writes elements: by themselves, or each with its score, its attributes, or both.
    func write(
        _ count: Int, of collection: any CollectionReader, _ encoder: inout ReplyEncoder,
        _ element: (Int) -> (id: VectorID, score: Double)
    ) throws {
        switch (withScores, withAttributes) {
        case (false, false): encoder.array(count)
        case (true, true) where encoder.version == .resp2: encoder.array(count * 3)
        default: encoder.map(count)
        }
        for index in 0..<count {
            let (id, score) = element(index)
            encoder.identifier(id)
            if withScores, withAttributes, encoder.version == .resp3 { encoder.array(2) }
            if withScores { encoder.double(score) }
            guard withAttributes else { continue }
            if let attributes = try collection.attributes(of: id) {
                encoder.bulk(attributes.utf8)
            } else {
                encoder.null()
            }
        }
    }
}
