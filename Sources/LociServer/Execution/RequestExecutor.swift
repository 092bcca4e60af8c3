// Loci, Apache License 2.0.

import NIOPosix

/// Who runs requests, away from the event loops: threads that read a little, others that read much, and the one that writes. So
/// whoever asks for much makes nobody wait but those who ask for much too. Vectors of texts are made before that, on
/// threads of their own.
final class RequestExecutor: Sendable {
    let runner: CommandRunner
    private let reads: ReadQueue
    private let slowReaders: NIOThreadPool
    private let writer = NIOThreadPool(numberOfThreads: 1)
    private let preparers: PreparationThreads
    private let commits: CommitQueue

    init(runner: CommandRunner, threads: Int) {
        self.runner = runner
        reads = ReadQueue(runner: runner, threads: threads)
        slowReaders = NIOThreadPool(numberOfThreads: threads)
        preparers = PreparationThreads(threads)
        commits = CommitQueue(runner: runner)
    }

    func start() {
        for pool in [slowReaders, writer] { pool.start() }
        reads.start()
        preparers.start()
        writer.submit { [commits] state in if case .active = state { commits.run() } }
    }

    /// Runs requests. Those whose texts become vectors wait for these first, in a task, so that neither event loops nor the thread that
    /// writes have to.
    /// - Parameter reply: Gets the replies, from any thread.
    func submit(_ run: RequestRun, lane: Command.Lane, reply: @escaping @Sendable ([UInt8]) -> Void) {
        let preparing = RequestPreparation(context: runner.context)
        guard preparing.isNeeded(for: run) else { return enqueue(run, lane, reply) }
        // Nobody waits for it when the server is stopped: a connection that was cut off gets no reply.
        Task(executorPreference: preparers) { self.enqueue(await preparing.prepared(run), lane, reply) }
    }

    private func enqueue(_ run: RequestRun, _ lane: Command.Lane, _ reply: @escaping @Sendable ([UInt8]) -> Void) {
        switch lane {
        case .write: commits.submit(run, reply: reply)
        case .read, .session: reads.submit(run, reply: reply)
        case .slow:
            slowReaders.submit { [runner] state in
                // Once the pool is stopped there is no connection any more that could get a reply.
                if case .active = state { for bytes in runner.read([run]) { reply(bytes) } }
            }
        }
    }

    /// Ends when everything that was submitted has run.
    func stop() async throws {
        try await preparers.stop()
        commits.close()
        try await reads.stop()
        for pool in [slowReaders, writer] { try await pool.shutdownGracefully() }
    }
}
