// Loci, Apache License 2.0.

/// Counts the transactions of this process on one environment, so that the memory map can be replaced when there is
/// none.
///
/// LMDB demands that no transaction of the process is active while the map is replaced, and does not check it for
/// readers: their pointers would lead nowhere. Whoever wants to replace the map waits here for the active ones to end;
/// new ones wait until the map is replaced or the replacing is given up. The wait is bounded, so that a thread that
/// holds a snapshot and waits for a growth of the map gets an error and not a deadlock.
final class TransactionGate: @unchecked Sendable {
    private let monitor = Monitor()
    private var active = 0
    private var replacing = 0
    private var generation: UInt64 = 0
    private var writer: ThreadIdentity?
    private var failure: StorageError?

    /// Counts one more transaction, after a replacing of the map under way.
    ///
    /// - Returns: the generation of the map, which stays until ``leave()``.
    func enter() throws(StorageError) -> UInt64 {
        monitor.lock()
        defer { monitor.unlock() }
        while replacing > 0 { monitor.wait() }
        if let failure { throw failure }
        active += 1
        return generation
    }

    /// Counts one transaction less.
    func leave() {
        monitor.lock()
        active -= 1
        if active == 0 { monitor.wakeAll() }
        monitor.unlock()
    }

    /// Runs `body` while the map stays as it is, without counting a transaction: for short questions to LMDB.
    func withStableMap<Result>(_ body: () -> Result) throws(StorageError) -> Result {
        monitor.lock()
        defer { monitor.unlock() }
        if let failure { throw failure }
        return body()
    }

    /// How often the map was replaced.
    var mapGeneration: UInt64 {
        monitor.lock()
        defer { monitor.unlock() }
        return generation
    }

    /// Runs `replace` when no transaction is active; a waiting of more than `timeout` is given up.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait for the active transactions to end.
    ///   - replace: replaces the map and returns true, or finds that there is no need and returns false. A thrown
    ///     ``StorageError/unusable(path:)`` closes the gate for good: the map is gone.
    /// - Throws: ``StorageError/mapGrowthBlocked(active:waited:)`` and what `replace` throws.
    func replaceMap(timeout: Duration, _ replace: () throws(StorageError) -> Bool) throws(StorageError) {
        monitor.lock()
        replacing += 1
        defer {
            replacing -= 1
            monitor.wakeAll()
            monitor.unlock()
        }
        let start = ContinuousClock.now
        while active > 0 {
            let left = timeout - (ContinuousClock.now - start)
            if left <= .zero { throw .mapGrowthBlocked(active: active, waited: timeout) }
            monitor.wait(atMost: left)
        }
        if let failure { throw failure }
        do {
            if try replace() { generation += 1 }
        } catch {
            if case .unusable = error { failure = error }
            throw error
        }
    }

    /// Makes the calling thread the only writer of this process, after the one under way.
    ///
    /// LMDB has a lock of its own among processes; this one is in front of it because that one would let a thread wait
    /// for itself for ever.
    ///
    /// - Throws: ``StorageError/nestedWrite``
    func beginWriting() throws(StorageError) {
        let thread = ThreadIdentity.current
        monitor.lock()
        defer { monitor.unlock() }
        if writer == thread { throw .nestedWrite }
        while writer != nil { monitor.wait() }
        writer = thread
    }

    /// Lets the next writer of this process begin.
    func endWriting() {
        monitor.lock()
        writer = nil
        monitor.wakeAll()
        monitor.unlock()
    }
}
