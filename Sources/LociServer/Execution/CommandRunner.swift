// Loci, Apache License 2.0.

import Loci
import LociMemory
import LociProtocol

/// Runs requests against a keyspace and writes their replies, on whichever thread it is called.
struct CommandRunner: Sendable {
    let context: ServerContext

    /// Runs requests that read, each on the last commit; those of a transaction on one moment.
    /// - Returns: The replies to each run.
    func read(_ runs: [RequestRun]) -> [[UInt8]] {
        var encoders = [ReplyEncoder](repeating: ReplyEncoder(), count: runs.count)
        var places: [Int] = []
        var requests: [ReceivedRequest] = []
        for (place, run) in runs.enumerated() {
            if run.isTransaction {
                readTransaction(run, &encoders[place])
            } else {
                places += repeatElement(place, count: run.requests.count)
                requests += run.requests
            }
        }
        let keyspace = CommittedKeyspace(context)
        var index = 0
        while index < requests.count {
            let batch = SearchBatch(requests[index...], commands: context.commands)
            let places = places[index..<index + max(1, batch.count)]
            for place in places { encoders[place].version = requests[index].version }
            let start = ContinuousClock.now
            if batch.answer(on: keyspace, places, &encoders) {
                let share = (ContinuousClock.now - start) / batch.count
                for (request, place) in zip(requests[index...], places) { note(request, of: runs[place], took: share) }
                index += batch.count
            } else {
                answer(requests[index], of: runs[places[index]], on: keyspace, &encoders[places[index]])
                index += 1
            }
        }
        return encoders.map(\.bytes)
    }

    private func readTransaction(_ run: RequestRun, _ encoder: inout ReplyEncoder) {
        do {
            try context.database.read { view in
                let keyspace = MomentKeyspace(view: view, memories: context.memories, blockUses: context.blockUses)
                encoder.array(run.requests.count)
                for request in run.requests { answer(request, of: run, on: keyspace, &encoder) }
            }
        } catch {
            encoder.bytes.removeAll()
            encoder.error(CommandError(error).bytes)
        }
    }

    /// Runs requests in one write transaction, and commits it.
    /// - Returns: The replies to each run.
    /// - Throws: Why nothing of it has happened.
    func commit(_ runs: [RequestRun]) throws -> [[UInt8]] {
        let (replies, blocks) = try context.database.write { transaction in
            let keyspace = TransactionKeyspace(transaction, context)
            let replies = runs.map { write($0, on: keyspace) }
            try keyspace.finish()
            return (replies, keyspace.blockChanges)
        }
        blocks.noteCommitted()
        return replies
    }

    private func write(_ run: RequestRun, on keyspace: TransactionKeyspace) -> [UInt8] {
        var encoder = ReplyEncoder()
        if run.isTransaction { encoder.array(run.requests.count) }
        for request in run.requests { answer(request, of: run, on: keyspace, &encoder) }
        return encoder.bytes
    }

    /// The replies when requests could not be made durable: nothing of them has happened.
    func failure(_ run: RequestRun, _ error: any Error) -> [UInt8] {
        var encoder = ReplyEncoder()
        let text = CommandError(error).bytes
        for _ in 0..<(run.isTransaction ? 1 : run.requests.count) { encoder.error(text) }
        return encoder.bytes
    }

    private func answer(
        _ request: ReceivedRequest, of run: RequestRun, on keyspace: some Keyspace, _ encoder: inout ReplyEncoder
    ) {
        guard let index = request.command else { return }
        if let prepared = request.prepared {
            encoder.bytes += prepared
            return
        }
        encoder.version = request.version
        let command = context.commands.commands[index]
        let start = ContinuousClock.now
        let begin = encoder.bytes.count
        do {
            // Those of vector sets have not been looked at before, in a transaction.
            guard command.admits(request.arguments.count) else { throw command.arityError }
            switch command.work {
            case .read(let body), .slowRead(let body): try body(request.arguments, keyspace, &encoder)
            case .write(let body):
                guard let keyspace = keyspace as? any WritableKeyspace else { throw CommandError.notInTransaction }
                try body(request.arguments, keyspace, &encoder)
            case .maintenance(let body):
                if run.isTransaction { throw CommandError.notInTransaction }
                try body(request.arguments, context, &encoder)
            case .prepared:
                switch request.preparation {
                case .refused(let error)?: throw error
                case .ready(let request, let vectors)?: try request.run(vectors, keyspace, &encoder)
                case nil: throw CommandError.notInTransaction
                }
            case .session: throw CommandError.notInTransaction
            }
            let limit = context.configuration.maximumRequestBytes
            guard encoder.bytes.count - begin <= limit else {
                throw CommandError(
                    "ERR the reply has \(encoder.bytes.count - begin) bytes, and the limit is \(limit): ask for less at a time"
                )
            }
        } catch {
            encoder.bytes.removeLast(encoder.bytes.count - begin)
            encoder.error(CommandError(error).bytes)
            context.metrics.countError()
        }
        note(request, of: run, took: ContinuousClock.now - start)
    }

    private func note(_ request: ReceivedRequest, of run: RequestRun, took duration: Duration) {
        guard let command = request.command else { return }
        context.metrics.note(command: command, took: duration)
        context.slowLog.note(request.arguments, client: run.client, took: duration, logger: context.logger)
    }
}
