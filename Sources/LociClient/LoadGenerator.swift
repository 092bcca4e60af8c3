// Loci, Apache License 2.0.

import LociProtocol
import NIOCore
import NIOPosix

/// Connections that put a server under load, all on one thread, and what it takes to measure it.
///
/// In the steady state a request is sent as it was encoded once, and of a reply only its end is looked for.
package final class LoadGenerator {
    private let connections: [ServerConnection]
    private let handlers: NIOLoopBound<[LoadConnection]>
    private let eventLoop: any EventLoop

    /// Connects so many times, in RESP2.
    ///
    /// - Throws: As a `ServerConnection`.
    package init(to address: ServerAddress, connections: Int, _ options: ServerConnection.Options) throws(ClientError) {
        var options = options
        options.version = .resp2
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        var made: [ServerConnection] = []
        for _ in 0..<connections {
            made.append(try ServerConnection(to: address, options, on: eventLoop))
        }
        self.connections = made
        self.eventLoop = eventLoop
        let targets = made.map { (channel: $0.channel, replies: $0.handler) }
        let name = address.description
        do {
            handlers = try eventLoop.submit {
                NIOLoopBound(
                    try targets.map { target in
                        guard let replies = target.replies.value else { throw ClientError.closed(address: name) }
                        let handler = LoadConnection(address: name)
                        try target.channel.pipeline.syncOperations.addHandler(handler, position: .before(replies))
                        return handler
                    }, eventLoop: eventLoop)
            }.wait()
        } catch {
            throw .closed(address: name)
        }
    }

    deinit {
        for connection in connections { connection.close() }
    }

    /// Carries out a plan, and waits for its end.
    ///
    /// - Parameter watch: Called ten times a second with the time that has passed, on the thread of the connections; what it
    ///   throws ends the run.
    /// - Throws: What ended a connection; what `watch` throws. After an error the generator is of no more use.
    package func run(
        _ plan: LoadPlan, watch: @escaping @Sendable (Duration) throws(ClientError) -> Void
    ) throws(ClientError) -> LoadResult {
        let (eventLoop, handlers) = (eventLoop, handlers)
        let promise = eventLoop.makePromise(of: LoadResult.self)
        eventLoop.execute {
            LoadRun(plan, on: handlers.value, eventLoop.assumeIsolated(), promise: promise, watch: watch).begin()
        }
        do {
            return try promise.futureResult.wait()
        } catch let error as ClientError {
            throw error
        } catch {
            throw .closed(address: connections.first.map { "\($0.address)" } ?? "")
        }
    }
}
