// Loci, Apache License 2.0.

import Loci
import LociMemory
import Logging
import NIOCore
import Synchronization

/// What all connections of a server share.
final class ServerContext: Sendable {
    let database: Database
    let memories: any MemorySource
    /// Blocks that clients opened since that was last written.
    let blockUses = BlockUses()
    let configuration: ServerConfiguration
    let commands = CommandTable()
    let metrics: ServerMetrics
    let slowLog: SlowLog
    let logger: Logger
    let startTime = ContinuousClock.now
    /// The number of the next connection.
    private let nextClient = Atomic<Int>(1)
    private let shutdown: @Sendable () -> Void

    /// - Parameter shutdown: Asks the server to end; may be called several times, from any thread.
    init(
        database: Database, memories: any MemorySource, configuration: ServerConfiguration, logger: Logger,
        shutdown: @escaping @Sendable () -> Void
    ) {
        self.database = database
        self.memories = memories
        self.configuration = configuration
        self.logger = logger
        self.shutdown = shutdown
        metrics = ServerMetrics(commands: commands.commands.map(\.name))
        slowLog = SlowLog(threshold: configuration.slowCommandThreshold)
    }

    /// The version that clients are told.
    static let version = "0.1.0"

    func takeClientNumber() -> Int { nextClient.add(1, ordering: .relaxed).oldValue }

    /// Asks the server to end as after a signal: what is under way ends, nothing new begins.
    func requestShutdown() { shutdown() }
}
