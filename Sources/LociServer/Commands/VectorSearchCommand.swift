// Loci, Apache License 2.0.

import Loci
import LociProtocol

/// `VSIM`: what is nearest to a vector or an element.
enum VectorSearchCommand {
    static let name = "VSIM"

    static let all = [
        Command(
            name: name, arity: -4,
            documentation: .init(
                group: "vector_set", summary: "Returns the elements nearest to a vector or to an element.",
                syntax: "key (ELE element | FP32 blob | VALUES n f1 … fn) [WITHSCORES] [WITHATTRIBS] [COUNT n] "
                    + "[EPSILON d] [EF n] [FILTER expression] [FILTER-EF n] [TRUTH] [NOTHREAD]"),
            keys: .first, work: .read(search))
    ]

    /// What is searched for.
    private enum Query {
        case element(VectorID)
        case vector(VectorArgument)

        /// - Returns: The query, and the place of what follows it.
        static func parse(_ arguments: Arguments) throws(CommandError) -> (Query, next: Int) {
            if arguments.isWord(2, "ELE") { return (.element(VectorID(bytes: arguments[3])), 4) }
            let (vector, next) = try VectorArgument.parse(arguments, at: 2)
            return (.vector(vector), next)
        }
    }

    private static func search(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let (query, next) = try Query.parse(arguments)
        guard let collection = try keyspace.collection(arguments, 1) else {
            // What is wrong is told all the same.
            _ = try VectorSearchOptions(arguments, from: next)
            return encoder.array(0)
        }
        var results = SearchResults()
        let options: VectorSearchOptions
        switch query {
        case .element(let id):
            guard let vector = try collection.get(id) else { throw CommandError("ERR element not found in set") }
            options = try VectorSearchOptions(arguments, from: next)
            try collection.search(vector.span.bytes, options.search, into: &results)
        case .vector(let vector):
            let projection = try collection.projection(of: vector.dimension(in: arguments))
            options = try VectorSearchOptions(arguments, from: next)
            try collection.search(vector, in: arguments, projection, options.search, into: &results)
        }
        try options.write(results, query: 0, scoring: collection.scoring, of: collection, &encoder)
    }
}

extension CollectionReader {
    /// How a vector of so many components is projected before it is searched for; nil if it is not.
    /// - Throws: `CommandError` for a vector that cannot be searched for here.
    func projection(of count: Int) throws -> VectorProjection? {
        guard let dimension = try dimension else { return nil }
        guard let projection = VectorSetNotes(try properties).projection(dimension: dimension) else {
            guard count == dimension else {
                throw CommandError("ERR Vector dimension mismatch - got \(count) but set has \(dimension)")
            }
            return nil
        }
        if count == projection.inputDimension { return projection }
        guard count == dimension else { throw projection.mismatch(count) }
        return nil
    }

    /// Searches by a vector as the client gave it.
    func search(
        _ vector: VectorArgument, in arguments: Arguments, _ projection: VectorProjection?, _ options: SearchOptions,
        into results: inout SearchResults
    ) throws {
        if options.k == SearchOptions.limit, try rowCount > SearchOptions.limit {
            throw CommandError("ERR invalid COUNT: at most \(SearchOptions.limit) of a larger set can be asked for")
        }
        if let projection {
            try search(projection.apply(vector.floats(in: arguments)).span.bytes, options, into: &results)
        } else {
            try vector.withBytes(in: arguments) { try search($0, options, into: &results) }
        }
    }
}
