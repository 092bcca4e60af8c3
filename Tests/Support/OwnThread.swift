// Loci, Apache License 2.0.

import Dispatch

/// A thread for the tasks that prefer it.
///
/// An exit test holds one of the few threads that tests share for as long as its process runs, and the end of a process that Foundation
/// has started is seen only when no process that was started beside it is left. So whatever a process waits for must not itself wait for
/// one of the shared threads.
public final class OwnThread: TaskExecutor {
    private let queue = DispatchQueue(label: "own thread")

    /// No task yet.
    public init() {}

    /// Runs a part of a task on the thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
