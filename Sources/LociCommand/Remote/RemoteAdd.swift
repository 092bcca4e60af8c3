// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociClient
import LociProtocol

/// Vectors of a file or a stream, added to a collection of a server.
struct RemoteAdd {
    let server: RemoteServer
    let collection: String
    let batch: Int
    let json: Bool
    let progress: ProgressOptions

    /// What was added so far.
    private struct State {
        var replaced = 0
        /// Whether rows are named by their numbers; nil before the first.
        var isNumbered: Bool?
        /// The number of the next row.
        var next = 0
    }

    func run(_ rows: AddedRows) throws {
        let start = ContinuousClock.now
        var rows = rows
        var state = State()
        let report = CommitReport(
            "acknowledged", ("row was acknowledged", "rows were acknowledged"), json: json,
            bar: progress.bar("Adding", total: rows.count, unit: "vectors"))
        var total = 0
        try report.run {
            let connection = try server.connect()
            while true {
                let taken = try rows.next(batch)
                guard !taken.isEmpty else { break }
                try add(taken, of: rows, on: connection, &state, report)
            }
            total = try connection.ask("VCARD", collection).integer ?? 0
        }
        guard !json else { return }
        let seconds = Format.seconds(ContinuousClock.now - start)
        try Console.output.write(
            "added \(Format.vectors(report.count - state.replaced)) to \(TextWidth.printable(collection)) and replaced "
                + "\(Format.count(state.replaced)) in \(Format.duration(seconds: seconds)): \(Format.count(total)) now\n"
        )
    }

    /// Adds a batch, which is sent in parts where it is large.
    private func add(
        _ batch: [AddedRow], of rows: AddedRows, on connection: ServerConnection, _ state: inout State,
        _ report: CommitReport
    ) throws {
        var rest = batch[...]
        while !rest.isEmpty {
            try Interrupted.check()
            var requests = RequestEncoder()
            let part = rest
            while let row = rest.first, !requests.isFull {
                do {
                    append(row, named: try name(of: row, on: connection, &state), to: &requests)
                } catch let fault as RowFault {
                    throw RefusedRow(place: rows.place(of: row), cause: fault)
                }
                rest.removeFirst()
            }
            try send(requests, of: part.prefix(requests.count), rows, on: connection, &state, report)
        }
    }

    /// Sends rows, and takes their acknowledgements.
    private func send(
        _ requests: RequestEncoder, of batch: ArraySlice<AddedRow>, _ rows: AddedRows, on connection: ServerConnection,
        _ state: inout State, _ report: CommitReport
    ) throws {
        let exchange = connection.exchange(requests)
        var refused: RefusedRow?
        var acknowledged = 0
        for (row, reply) in zip(batch, exchange.replies) {
            if let isNew = reply.truth {
                acknowledged += 1
                if !isNew { state.replaced += 1 }
            } else if refused == nil {
                let cause: ClientError =
                    if case .error(let text) = reply { .reply(text, of: server.address) } else {
                        .unexpectedShape(command: "VADD")
                    }
                refused = RefusedRow(place: rows.place(of: row), cause: cause)
            }
        }
        // Rows behind a refused one were on their way, and are in the collection too.
        if acknowledged > 0 { try report.add(acknowledged) }
        if let refused { throw refused }
        if let failure = exchange.failure { throw failure }
    }

    /// The identifier of a row.
    ///
    /// A server tells nobody the largest number that it has, so rows without identifiers are numbered from 0, and that
    /// only where they can replace nothing.
    private func name(of row: AddedRow, on connection: ServerConnection, _ state: inout State) throws -> [UInt8] {
        guard row.vectors.count == 1 else { throw RowFault.severalVectors(row.vectors.count) }
        let isFirst = state.isNumbered == nil
        let isNumbered = state.isNumbered ?? (row.id == nil)
        state.isNumbered = isNumbered
        if isFirst, isNumbered, let count = try connection.ask("VCARD", collection).integer, count > 0 {
            throw RowFault.noIdentifier(count: count)
        }
        guard isNumbered == (row.id == nil) else { throw RowFault.mixedIdentifiers }
        defer { state.next += 1 }
        return row.id?.bytes ?? VectorID(row: state.next).bytes
    }

    private func append(_ row: AddedRow, named name: [UInt8], to requests: inout RequestEncoder) {
        requests.begin(arguments: row.attributes == nil ? 5 : 7)
        requests.argument("VADD")
        requests.argument(collection)
        requests.argument("FP32")
        requests.blob(row.vectors.first ?? [])
        requests.argument(name)
        if let attributes = row.attributes {
            requests.argument("SETATTR")
            requests.argument(attributes.json)
        }
    }

    /// Why a row cannot go over the wire.
    private enum RowFault: Error, CustomStringConvertible {
        case severalVectors(Int)
        case noIdentifier(count: Int)
        case mixedIdentifiers

        var description: String {
            switch self {
            case .severalVectors(let count):
                "the row has \(count) vectors, and a server takes one a row; give each an id of its own"
            case .noIdentifier(let count):
                "the row has no id, and the collection holds \(Format.vectors(count)) already, which numbers might replace; give "
                    + "ids by --ids or in JSON lines"
            case .mixedIdentifiers:
                "some rows have an id and some have none, which a server cannot number; give all an id, or none"
            }
        }
    }
}

extension AddCommand {
    /// Refuses what cannot be asked of a server.
    /// - Throws: `ValidationError`.
    func validateForServer() throws {
        try RemoteServer.refuse([
            ("--threads", threads != nil), ("--metric", options.metric != nil),
            ("--quantization", options.quantization != nil), ("--degree", options.degree != nil),
            ("--build-window", options.buildWindow != nil), ("--alpha", options.alpha != nil),
            ("--seed", options.seed != nil), ("--originals", options.originals != nil), ("--index", !index.isEmpty),
        ])
        try Allowed.check("--batch", batch, in: Allowed.batchForServer)
    }

    /// Adds to a collection of a server.
    func run(on server: RemoteServer) throws {
        try RemoteAdd(
            server: server, collection: target.collection, batch: batch, json: json, progress: progress
        ).run(AddedRows(from: from, ids: ids))
    }
}

extension Allowed {
    /// Commands in flight: their replies are held until the last is there.
    static let batchForServer = 1...100_000
}
