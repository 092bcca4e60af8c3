// Loci, Apache License 2.0.

import DequeModule
import LociProtocol

/// The requests of a connection that wait for their turn.
struct PendingRequests {
    private var requests = Deque<ReceivedRequest>()
    private var byteCount = 0

    /// So much may wait before no more is read. What came in one piece is taken in all the same.
    private static let fullCount = 1_024
    private static let fullBytes = 1 << 20
    /// How much runs in one go: of reads little, since the first reply waits for the last; of writes as much as there is, since they
    /// share a commit.
    private static let readsOfRun = 32

    var isEmpty: Bool { requests.isEmpty }
    var first: ReceivedRequest? { requests.first }
    var isFull: Bool { requests.count >= Self.fullCount || byteCount >= Self.fullBytes }

    mutating func append(_ request: ReceivedRequest) {
        byteCount += request.arguments.byteCount
        requests.append(request)
    }

    @discardableResult
    mutating func removeFirst() -> ReceivedRequest {
        let request = requests.removeFirst()
        byteCount -= request.arguments.byteCount
        return request
    }

    /// Takes the first request, and those behind it that run where it runs.
    mutating func takeRun(
        lane: Command.Lane, version: ProtocolVersion, client: Int, _ commands: CommandTable
    ) -> RequestRun {
        let most =
            switch lane {
            case .write: Int.max
            case .read: Self.readsOfRun
            case .slow, .session: 1
            }
        var run = RequestRun(requests: [], isTransaction: false, client: client)
        while let next = requests.first, run.requests.count < most {
            guard let command = next.command.map({ commands.commands[$0] }), command.lane == lane,
                command.admits(next.arguments.count), !command.startsRun || run.requests.isEmpty
            else { break }
            var request = removeFirst()
            request.version = version
            run.requests.append(request)
        }
        return run
    }
}
