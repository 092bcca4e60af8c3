// Loci, Apache License 2.0.

import NIOCore
import Synchronization

/// All connections of a server: how many there are, and which of them have been silent for too long.
final class ConnectionRegistry: Sendable {
    /// The connections of one event loop, to which they belong.
    private final class LoopConnections {
        var handlers: [ObjectIdentifier: ConnectionHandler] = [:]
        var isDraining = false
    }

    private let loops: [ObjectIdentifier: NIOLoopBound<LoopConnections>]
    private let eventLoops: [any EventLoop]
    private let limit: Int
    private let counter = Atomic<Int>(0)

    /// How often connections are looked at.
    private static let sweepInterval = TimeAmount.seconds(1)

    /// - Parameter eventLoops: Must be running.
    init(eventLoops: [any EventLoop], limit: Int) async throws {
        self.eventLoops = eventLoops
        self.limit = limit
        var loops: [ObjectIdentifier: NIOLoopBound<LoopConnections>] = [:]
        for loop in eventLoops {
            loops[ObjectIdentifier(loop)] = try await loop.submit {
                NIOLoopBound(LoopConnections(), eventLoop: loop)
            }.get()
        }
        self.loops = loops
    }

    /// How many connections there are.
    var count: Int { counter.load(ordering: .relaxed) }

    /// Takes a connection in, on its event loop.
    /// - Returns: Whether there was room for it.
    func add(_ handler: ConnectionHandler, on loop: any EventLoop) -> Bool {
        guard let connections = loops[ObjectIdentifier(loop)]?.value, !connections.isDraining else { return false }
        guard counter.add(1, ordering: .relaxed).newValue <= limit else {
            counter.subtract(1, ordering: .relaxed)
            return false
        }
        connections.handlers[ObjectIdentifier(handler)] = handler
        return true
    }

    /// Forgets a connection, on its event loop.
    func remove(_ handler: ConnectionHandler, on loop: any EventLoop) {
        if loops[ObjectIdentifier(loop)]?.value.handlers.removeValue(forKey: ObjectIdentifier(handler)) != nil {
            counter.subtract(1, ordering: .relaxed)
        }
    }

    /// Looks again and again for connections that are to be dismissed, as long as the event loops run.
    func beginSweeping() {
        for loop in eventLoops {
            guard let connections = loops[ObjectIdentifier(loop)] else { continue }
            loop.scheduleRepeatedTask(initialDelay: Self.sweepInterval, delay: Self.sweepInterval) { _ in
                let now = NIODeadline.now()
                for handler in connections.value.handlers.values { handler.dismissIfStalled(now) }
            }
        }
    }

    /// Lets connections end what they have begun, and takes no new ones.
    /// - Parameter isForced: Whether to close them whatever they do.
    func drain(isForced: Bool = false) {
        for loop in eventLoops {
            guard let connections = loops[ObjectIdentifier(loop)] else { continue }
            loop.execute {
                connections.value.isDraining = true
                for handler in connections.value.handlers.values {
                    if isForced { handler.close() } else { handler.drain() }
                }
            }
        }
    }
}
