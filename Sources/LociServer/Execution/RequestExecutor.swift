// Loci, Apache License 2.0.

import NIOPosix

/// Who runs requests, away from the event loops: threads that read a little, others that read much, and the one that writes. So
/// whoever asks for much makes nobody wait but those who ask for much too.
final class RequestExecutor: Sendable {
    let runner: CommandRunner
    private let readers: NIOThreadPool
    private let slowReaders: NIOThreadPool
    private let writer = NIOThreadPool(numberOfThreads: 1)
    private let commits: CommitQueue

    init(runner: CommandRunner, threads: Int) {
        self.runner = runner
        readers = NIOThreadPool(numberOfThreads: threads)
        slowReaders = NIOThreadPool(numberOfThreads: threads)
        commits = CommitQueue(runner: runner)
    }

    func start() {
        for pool in [readers, slowReaders, writer] { pool.start() }
        writer.submit { [commits] state in if case .active = state { commits.run() } }
    }

    /// Runs requests.
    /// - Parameter reply: Gets the replies, from any thread.
    func submit(_ run: RequestRun, lane: Command.Lane, reply: @escaping @Sendable ([UInt8]) -> Void) {
        let pool: NIOThreadPool
        switch lane {
        case .write: return commits.submit(run, reply: reply)
        case .slow: pool = slowReaders
        case .read, .session: pool = readers
        }
        pool.submit { [runner] state in
            // Once the pool is stopped there is no connection any more that could get a reply.
            if case .active = state { reply(runner.read(run)) }
        }
    }

    /// Ends when everything that was submitted has run.
    func stop() async throws {
        commits.close()
        for pool in [readers, slowReaders, writer] { try await pool.shutdownGracefully() }
    }
}
