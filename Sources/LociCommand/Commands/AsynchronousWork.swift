// Loci, Apache License 2.0.

import Dispatch

/// Work that waits for others, in a command that waits for it.
enum AsynchronousWork {
    /// Runs `body` to its end.
    static func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) throws -> Result {
        let outcome = Outcome<Result>()
        Task {
            do { outcome.result = .success(try await body()) } catch { outcome.result = .failure(error) }
            outcome.ended.signal()
        }
        outcome.ended.wait()
        guard let result = outcome.result else { throw Interrupted() }
        return try result.get()
    }

    /// How the work ended; read when it has.
    private final class Outcome<Value: Sendable>: @unchecked Sendable {
        // Safe to share: written before the signal, and read after it.
        var result: Result<Value, any Error>?
        let ended = DispatchSemaphore(value: 0)
    }
}
