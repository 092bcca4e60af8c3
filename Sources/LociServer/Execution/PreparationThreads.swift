// Loci, Apache License 2.0.

import NIOPosix

/// The threads of the tasks that make vectors, apart from those that all tasks of the program share: a model may compute for long.
final class PreparationThreads: TaskExecutor {
    private let pool: NIOThreadPool

    init(_ count: Int) { pool = NIOThreadPool(numberOfThreads: count) }

    func start() { pool.start() }

    /// Ends when what is under way on the threads has come to where it waits, or to its end.
    func stop() async throws { try await pool.shutdownGracefully() }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // Once the pool is stopped, what is left of a task runs where it is: no task may be left without an end.
        pool.submit { _ in job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
