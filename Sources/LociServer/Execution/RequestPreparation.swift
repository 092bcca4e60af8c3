// Loci, Apache License 2.0.

import LociMemory
import LociProtocol
import LociText

/// A request whose arguments were read before its turn comes, and what it does when that comes.
struct PreparedRequest: Sendable {
    /// What makes the vectors; nil where none are made.
    let embedder: (any Embedder)?
    /// What vectors are to be made of.
    let texts: [String]
    /// Runs it, with the vectors of the texts. May be called again, when a transaction is.
    let run: @Sendable (_ vectors: [[Float]], any Keyspace, inout ReplyEncoder) throws -> Void
}

/// What has become of a request before its turn.
enum Preparation: Sendable {
    case refused(CommandError)
    case ready(PreparedRequest, vectors: [[Float]])
}

/// Reads the arguments of requests, and makes the vectors of their texts, of a whole run in one go.
struct RequestPreparation: Sendable {
    let context: ServerContext

    /// How many requests may fail one after another, once all together have: then it is the model, and not what they say, and to ask it
    /// for each of a thousand would take forever.
    private static let mostFailures = 3

    /// Whether any request of a run is to be prepared.
    func isNeeded(for run: RequestRun) -> Bool { run.requests.contains { preparing($0) != nil } }

    /// A run with all requests prepared. What is wrong with one is the answer to it alone.
    func prepared(_ run: RequestRun) async -> RequestRun {
        var run = run
        /// The places of requests, by the model that makes their vectors.
        var places: [String: [Int]] = [:]
        for (place, request) in run.requests.enumerated() {
            guard let prepare = preparing(request) else { continue }
            do {
                let ready = try prepare(request.arguments, context.memories)
                run.requests[place].preparation = .ready(ready, vectors: [])
                guard !ready.texts.isEmpty else { continue }
                places[ready.embedder?.model.identifier ?? "", default: []].append(place)
            } catch {
                run.requests[place].preparation = .refused(CommandError(error))
            }
        }
        for places in places.values { await embed(places, of: &run) }
        return run
    }

    private func preparing(
        _ request: ReceivedRequest
    ) -> (@Sendable (Arguments, any MemorySource) throws -> PreparedRequest)? {
        guard let command = request.command.map({ context.commands.commands[$0] }),
            case .prepared(_, let prepare) = command.work, command.admits(request.arguments.count)
        else { return nil }
        return prepare
    }

    /// Makes the vectors of requests by one model: of all together, and where that fails of each by itself.
    private func embed(_ places: [Int], of run: inout RequestRun) async {
        do {
            try await embedTogether(places, of: &run)
        } catch  where places.count == 1 {
            run.requests[places[0]].preparation = .refused(CommandError(error))
        } catch {
            var failures = 0
            for place in places {
                guard failures < Self.mostFailures else {
                    run.requests[place].preparation = .refused(CommandError(error))
                    continue
                }
                do {
                    try await embedTogether([place], of: &run)
                    failures = 0
                } catch {
                    run.requests[place].preparation = .refused(CommandError(error))
                    failures += 1
                }
            }
        }
    }

    private func embedTogether(_ places: [Int], of run: inout RequestRun) async throws {
        let requests = places.compactMap { place -> (place: Int, request: PreparedRequest)? in
            guard case .ready(let request, _)? = run.requests[place].preparation else { return nil }
            return (place, request)
        }
        guard let embedder = requests.first?.request.embedder else { throw MemoryError.noEmbedder }
        var vectors = try await embedder.checkedVectors(of: requests.flatMap(\.request.texts))[...]
        for (place, request) in requests {
            run.requests[place].preparation = .ready(request, vectors: Array(vectors.prefix(request.texts.count)))
            vectors = vectors.dropFirst(request.texts.count)
        }
    }
}
