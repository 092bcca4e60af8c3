// Loci, Apache License 2.0.

import DequeModule
import Dispatch
import Loci
import Logging
import Synchronization

/// Makes what clients write durable, many commands in one commit.
///
/// One thread takes all that waits, runs it in one transaction of the database, commits, and only then lets the replies go. What comes
/// while a commit is under way, from whichever connection, is the next one. So the more clients write, the more share the
/// price of a sync, and nobody waits for a timer.
///
/// A command that is refused leaves the transaction as it was: it checks all before it writes anything. When the commit itself fails, on
/// a full disk say, or since a change of a memory broke off half-way, nothing of it has happened: then each run is tried by itself, so that
/// what was too much is refused, and not its neighbours.
final class CommitQueue: Sendable {
    private struct Waiting: Sendable {
        let run: RequestRun
        let reply: @Sendable ([UInt8]) -> Void
    }

    private struct State {
        var waiting = Deque<Waiting>()
        var isClosed = false
        var isIdle = false
    }

    private let runner: CommandRunner
    private let state = Mutex(State())
    /// The thread sleeps on it when nothing waits; a signal before that is not lost.
    private let wake = DispatchSemaphore(value: 0)

    /// How much goes into one commit: vectors of a transaction wait in memory.
    private static let commandsOfCommit = 16_384
    private static let bytesOfCommit = 64 << 20

    init(runner: CommandRunner) {
        self.runner = runner
    }

    /// Lets requests wait for the next commit.
    /// - Parameter reply: Gets the replies once what they acknowledge is durable. Called from the queue's thread.
    func submit(_ run: RequestRun, reply: @escaping @Sendable ([UInt8]) -> Void) {
        let mustWake = state.withLock { state in
            state.waiting.append(Waiting(run: run, reply: reply))
            return state.isIdle
        }
        if mustWake { wake.signal() }
    }

    /// Lets the thread end when nothing waits any more.
    func close() {
        state.withLock { $0.isClosed = true }
        wake.signal()
    }

    /// Commits until the queue is closed and empty. The calling thread is the queue's.
    func run() {
        while true {
            let (group, isClosed) = state.withLock { state in
                let group = Self.take(from: &state.waiting)
                state.isIdle = group.isEmpty
                return (group, state.isClosed)
            }
            if group.isEmpty {
                if isClosed { return }
                wake.wait()
            } else {
                commit(group)
            }
        }
    }

    private static func take(from waiting: inout Deque<Waiting>) -> [Waiting] {
        var group: [Waiting] = []
        var commands = 0
        var bytes = 0
        while let next = waiting.first, commands < commandsOfCommit, bytes < bytesOfCommit {
            commands += next.run.requests.count
            bytes += next.run.byteCount
            group.append(waiting.removeFirst())
        }
        return group
    }

    private func commit(_ group: [Waiting]) {
        do {
            let replies = try runner.commit(group.map(\.run))
            runner.context.metrics.noteCommit(commands: group.reduce(0) { $0 + $1.run.requests.count })
            for (waiting, bytes) in zip(group, replies) { waiting.reply(bytes) }
        } catch {
            if let only = group.first, group.count == 1 {
                commitApart(only, after: error)
            } else {
                for waiting in group { commit([waiting]) }
            }
        }
    }

    /// Commits the requests of a run one by one, unless they are one or belong together.
    private func commitApart(_ waiting: Waiting, after error: any Error) {
        let run = waiting.run
        guard run.requests.count > 1, !run.isTransaction else {
            runner.context.logger.error(
                "a commit failed, and nothing of it has happened", metadata: ["error": "\(error)"])
            return waiting.reply(runner.failure(run, error))
        }
        var replies: [UInt8] = []
        for request in run.requests {
            let single = RequestRun(requests: [request], isTransaction: false, client: run.client)
            do {
                replies += try runner.commit([single]).flatMap(\.self)
            } catch {
                replies += runner.failure(single, error)
            }
        }
        waiting.reply(replies)
    }
}
