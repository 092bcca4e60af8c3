// Loci, Apache License 2.0.

import DequeModule
import Logging
import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The commands of late that took longer than a threshold: for `SLOWLOG`, and as warnings in the log.
final class SlowLog: Sendable {
    struct Entry: Sendable {
        let number: Int
        /// In seconds since 1970.
        let time: Int
        let duration: Duration
        /// The first arguments, and the beginnings of long ones.
        let arguments: [[UInt8]]
        let client: Int
    }

    /// How many are remembered, and how much of each, as in Redis.
    private static let capacity = 128
    private static let shownArguments = 32
    private static let shownBytes = 128

    private struct State {
        var entries = Deque<Entry>()
        var next = 0
    }

    private let threshold: Duration?
    private let state = Mutex(State())

    init(threshold: Duration?) {
        self.threshold = threshold
    }

    func note(_ arguments: Arguments, client: Int, took duration: Duration, logger: Logger) {
        guard let threshold, duration > threshold else { return }
        let shown = (0..<min(arguments.count, Self.shownArguments)).map { index in
            arguments.with(index) { $0.extracting(first: Self.shownBytes).withUnsafeBytes { [UInt8]($0) } }
        }
        let entry = state.withLock { state in
            let entry = Entry(
                number: state.next, time: time(nil), duration: duration, arguments: shown, client: client)
            state.next += 1
            if state.entries.count == Self.capacity { state.entries.removeLast() }
            state.entries.prepend(entry)
            return entry
        }
        logger.warning(
            "slow command",
            metadata: [
                "command": "\(String(decoding: entry.arguments.first ?? [], as: UTF8.self))",
                "key": "\(String(decoding: entry.arguments.dropFirst().first ?? [], as: UTF8.self))",
                "milliseconds": "\(duration / .milliseconds(1))", "client": "\(client)",
            ])
    }

    /// The latest, latest first.
    func entries(_ count: Int) -> [Entry] { state.withLock { Array($0.entries.prefix(count)) } }

    var count: Int { state.withLock { $0.entries.count } }

    func reset() { state.withLock { $0.entries.removeAll() } }
}
