// Loci, Apache License 2.0.

import DequeModule
import NIOPosix
import Synchronization

/// What reads little waits here for a thread. One that comes takes the first, and of what waits behind it and is alike a thread's share: so
/// where more waits than there are threads, short searches of several connections are made together, as those of a pipeline are.
///
/// Searches that take long are not gathered: each has a thread as soon as there is one.
final class ReadQueue: Sendable {
    typealias Reply = @Sendable ([UInt8]) -> Void

    private struct State {
        var waiting = Deque<(run: RequestRun, reply: Reply)>()
        /// How many threads were called and have not come yet.
        var called = 0
        /// What a request took of late, in nanoseconds: a mean in which the last count most.
        var cost = ReadQueue.gatheredNanoseconds

        /// How many requests one thread may take.
        var most: Int { Int(max(1, min(ReadQueue.gatheredCount, ReadQueue.gatheredNanoseconds / max(1, cost)))) }

        /// Notes as called the threads that what waits needs beyond those that were: no more than there are.
        mutating func callThreads(_ threads: Int) -> Int {
            let missing = max(0, min(waiting.count, threads) - called)
            called += missing
            return missing
        }
    }

    /// What is gathered takes so long at most, by what requests took before: the first reply waits for the last.
    private static let gatheredNanoseconds = 200_000.0
    /// From here on nothing more is gained: so many walks hide each other's waits for memory.
    private static let gatheredCount = 16.0

    private let state = Mutex(State())
    private let threads: NIOThreadPool
    private let runner: CommandRunner

    init(runner: CommandRunner, threads: Int) {
        self.runner = runner
        self.threads = NIOThreadPool(numberOfThreads: threads)
    }

    func start() { threads.start() }

    /// Ends when everything that was submitted has run.
    func stop() async throws { try await threads.shutdownGracefully() }

    /// - Parameter reply: Gets the replies, on one of the threads.
    func submit(_ run: RequestRun, reply: @escaping Reply) {
        call(
            state.withLock { state in
                state.waiting.append((run, reply))
                return state.callThreads(threads.numberOfThreads)
            })
    }

    private func call(_ count: Int) {
        for _ in 0..<count {
            // Once the pool is stopped there is no connection any more that could get a reply.
            threads.submit { state in if case .active = state { self.work() } }
        }
    }

    private func work() {
        let (taken, missing) = state.withLock { state in
            state.called -= 1
            return (take(&state), state.callThreads(threads.numberOfThreads))
        }
        call(missing)
        guard !taken.isEmpty else { return }
        let start = ContinuousClock.now
        let replies = runner.read(taken.map(\.run))
        let took = ContinuousClock.now - start
        for (one, bytes) in zip(taken, replies) { one.reply(bytes) }
        let requests = taken.reduce(0) { $0 + $1.run.requests.count }
        let cost = Double(took.components.attoseconds) / 1e9 + Double(took.components.seconds) * 1e9
        state.withLock { $0.cost += (cost / Double(max(1, requests)) - $0.cost) / 16 }
    }

    /// The first run, and those behind it whose requests are searches that are like its own.
    private func take(_ state: inout State) -> [(run: RequestRun, reply: Reply)] {
        let share = (state.waiting.count + threads.numberOfThreads - 1) / threads.numberOfThreads
        guard let first = state.waiting.popFirst() else { return [] }
        var taken = [first]
        let most = min(state.most, share)
        var count = first.run.requests.count
        while let next = state.waiting.first, count + next.run.requests.count <= most,
            SearchBatch.canJoin(next.run, first.run, commands: runner.context.commands)
        {
            count += next.run.requests.count
            taken.append(next)
            state.waiting.removeFirst()
        }
        return taken
    }
}
