// Loci, Apache License 2.0.

import Dispatch
import Synchronization

/// Work over a range of numbers, on several threads.
package enum Parallel {
    /// The number of processors that this process may use.
    package static var processorCount: Int { max(1, ProcessorCount.active) }

    /// Splits `0 ..< count` into blocks of `grain` and hands them to `threads` workers as they come free.
    ///
    /// Which worker gets which block is left to chance, so `body` must give the same result for a block whoever runs it.
    /// - Parameters:
    ///   - count: The size of the range.
    ///   - grain: The size of a block, at least 1.
    ///   - threads: The number of workers, at least 1.
    ///   - body: Called with a block and the worker's number, from 0 to `threads - 1`.
    /// - Throws: The error of the first block in order that failed; blocks after a failure may not run.
    package static func forEach(
        count: Int, grain: Int, threads: Int, _ body: @Sendable (_ block: Range<Int>, _ worker: Int) throws -> Void
    ) throws {
        let blocks = (count + grain - 1) / grain
        let workers = min(threads, blocks)
        if workers <= 1 {
            for block in 0..<max(blocks, 0) { try body(block * grain..<min(count, (block + 1) * grain), 0) }
            return
        }
        let next = Atomic<Int>(0)
        let failure = Mutex<(block: Int, error: any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            while true {
                let block = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if block >= blocks { return }
                // Blocks before the failed one still run, so that the first error in order is the one reported.
                if failure.withLock({ $0 != nil && $0?.block ?? 0 < block }) { return }
                do {
                    try body(block * grain..<min(count, (block + 1) * grain), worker)
                } catch {
                    failure.withLock { if $0 == nil || block < ($0?.block ?? 0) { $0 = (block, error) } }
                }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure.error }
    }
}
