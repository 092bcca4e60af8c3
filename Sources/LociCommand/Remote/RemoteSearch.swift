// Loci, Apache License 2.0.

import Loci
import LociClient
import LociProtocol

/// A search that a server is asked for.
struct RemoteSearch {
    let collection: String
    let k: Int
    var window: Int?
    var filter: String?
    var isExact = false
    var withScores = true

    /// A vector that was found. The score is 1 for the same direction, and 0 for the opposite one.
    struct Match {
        let id: VectorID
        let score: Double
    }

    /// Writes the request for the neighbours of a vector.
    func append(_ vector: [Float], to requests: inout RequestEncoder) {
        var options = ["COUNT", String(k)]
        if withScores { options.insert("WITHSCORES", at: 0) }
        if let window { options += ["EF", String(window)] }
        if let filter { options += ["FILTER", filter] }
        if isExact { options.append("TRUTH") }
        requests.begin(arguments: 4 + options.count)
        requests.argument("VSIM")
        requests.argument(collection)
        requests.argument("FP32")
        requests.blob(vector)
        for option in options { requests.argument(option) }
    }

    /// What a reply says, best first, where scores were asked for.
    /// - Throws: `ClientError.unexpectedShape`.
    static func matches(in reply: Reply) throws(ClientError) -> [Match] {
        guard let entries = reply.entries else { throw .unexpectedShape(command: "VSIM") }
        return try entries.map { entry throws(ClientError) in
            guard let id = entry.key.bytes, let score = entry.value.number else {
                throw .unexpectedShape(command: "VSIM")
            }
            return Match(id: VectorID(bytes: id), score: score)
        }
    }

    /// What a reply says, best first, where no scores were asked for.
    /// - Throws: `ClientError.unexpectedShape`.
    static func identifiers(in reply: Reply) throws(ClientError) -> [[UInt8]] {
        guard let elements = reply.elements else { throw .unexpectedShape(command: "VSIM") }
        return try elements.map { element throws(ClientError) in
            guard let id = element.bytes else { throw .unexpectedShape(command: "VSIM") }
            return id
        }
    }

    /// Asks for the neighbours of all vectors of a file, some at a time.
    ///
    /// - Parameter onReply: Is given the number of each query, and its reply.
    /// - Throws: `RefusedRow` for a query that the server answers with an error; `ClientError`; what `onReply` throws.
    func run(
        _ queries: VectorFile, on connection: ServerConnection, onReply: (Int, Reply) throws -> Void
    ) throws {
        for start in stride(from: 0, to: queries.count, by: Self.inFlight) {
            let rows = start..<min(queries.count, start + Self.inFlight)
            var requests = RequestEncoder()
            for row in rows { append(try queries.row(row), to: &requests) }
            let exchange = connection.exchange(requests)
            for (row, reply) in zip(rows, exchange.replies) {
                if case .error(let text) = reply {
                    throw RefusedRow(
                        place: "\(queries.path), row \(row)", cause: ClientError.reply(text, of: connection.address))
                }
                try onReply(row, reply)
            }
            if let failure = exchange.failure { throw failure }
        }
    }

    /// Enough that a server need not wait for the next query.
    private static let inFlight = 64
}
