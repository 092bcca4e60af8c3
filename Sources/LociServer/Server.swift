// Loci, Apache License 2.0.

public import Loci
public import LociMemory
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
public import ServiceLifecycle

/// A TCP server that speaks the protocol of Redis and its commands of vector sets; a key is a collection of the database. It serves the
/// memories of agents, too.
///
/// ```swift
/// let server = Server(database: try Database.open("photos.loci"), logger: Logger(label: "loci"))
/// try await ServiceGroup(services: [server], gracefulShutdownSignals: [.sigterm], logger: logger).run()
/// ```
///
/// Writes are answered when they are as durable as the database is set to make them. When the server is stopped, what is under way
/// is finished and answered, and the database is synced.
public final class Server: Service {
    private let database: Database
    private let memories: any MemorySource
    private let configuration: ServerConfiguration
    private let logger: Logger
    private let onListening: @Sendable (_ port: Int, _ metricsPort: Int?) -> Void
    private let shutdowns = AsyncStream.makeStream(of: Void.self)

    /// - Parameters:
    ///   - database: Open for writing, or else every write is refused.
    ///   - memories: The memories in the same database, such as a `MemoryStore`, for the commands `MEM.…`; nil for a store without a
    ///     model, whose clients give all vectors.
    ///   - configuration: How to listen.
    ///   - logger: Is told what happens.
    ///   - onListening: Is told the ports once clients can connect.
    public init(
        database: Database, memories: (any MemorySource)? = nil,
        configuration: ServerConfiguration = ServerConfiguration(), logger: Logger,
        onListening: @escaping @Sendable (_ port: Int, _ metricsPort: Int?) -> Void = { _, _ in }
    ) {
        self.database = database
        self.memories = memories ?? MemoryStore(database, embedder: nil)
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until it is asked to end: by a graceful shutdown, `stop`, or a client's `SHUTDOWN`.
    /// - Throws: `ServerError` for what keeps it from starting; `LociError` if the database cannot be synced in the end.
    public func run() async throws {
        try configuration.validate()
        let address = try await ListeningAddress.resolve(configuration)
        let encryption = try configuration.encryption.map { try ServerEncryption($0) }
        let shutdowns = shutdowns
        let context = ServerContext(
            database: database, memories: memories, configuration: configuration, logger: logger
        ) {
            shutdowns.continuation.yield()
        }
        let processors = System.coreCount
        let executor = RequestExecutor(
            runner: CommandRunner(context: context), threads: configuration.searchThreads ?? processors)
        let group = MultiThreadedEventLoopGroup(
            numberOfThreads: configuration.eventLoopThreads ?? max(1, processors / 2))
        executor.start()
        let outcome: Result<Void, any Error>
        do {
            try await serve(address, encryption, context, executor, group)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try await executor.stop()
        try await group.shutdownGracefully()
        try outcome.get()
        try context.memories.save(context.blockUses)
        try database.sync()
        logger.info("the server has ended")
    }

    /// Asks the server to end; `run` returns when it has.
    public func stop() { shutdowns.continuation.yield() }

    private func serve(
        _ address: SocketAddress, _ encryption: ServerEncryption?, _ context: ServerContext,
        _ executor: RequestExecutor, _ group: MultiThreadedEventLoopGroup
    ) async throws {
        let loops = Array(group.makeIterator())
        let registry = try await ConnectionRegistry(eventLoops: loops, limit: configuration.maximumConnections)
        let listener = try await Self.listen(address, encryption, configuration, executor, registry, group)
        registry.beginSweeping()
        let monitoring = try await Monitoring.start(
            context: context, registry: registry, address: address, group: group)
        let port = listener.localAddress?.port ?? configuration.port
        logger.info(
            "listening",
            metadata: ["address": "\(configuration.host)", "port": "\(port)", "database": "\(database.path)"])
        onListening(port, monitoring?.port)
        await withGracefulShutdownHandler {
            for await _ in shutdowns.stream { break }
        } onGracefulShutdown: { [shutdowns] in
            shutdowns.continuation.yield()
        }
        logger.info("ending", metadata: ["connections": "\(registry.count)"])
        await monitoring?.stop()
        try? await listener.close()
        await Self.drain(registry, timeout: configuration.shutdownTimeout)
    }

    private static func listen(
        _ address: SocketAddress, _ encryption: ServerEncryption?, _ configuration: ServerConfiguration,
        _ executor: RequestExecutor, _ registry: ConnectionRegistry, _ group: MultiThreadedEventLoopGroup
    ) async throws -> any Channel {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 256 << 10))
            // A request that is larger than this comes in several reads.
            .childChannelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1_024, initial: 2_048, maximum: 1 << 18)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let encryption {
                        try channel.pipeline.syncOperations.addHandler(encryption.makeHandler())
                    }
                    let peer = channel.remoteAddress.map { "\($0.ipAddress ?? ""):\($0.port ?? 0)" } ?? ""
                    try channel.pipeline.syncOperations.addHandler(
                        ConnectionHandler(executor: executor, registry: registry, address: peer))
                }
            }
        do {
            return try await bootstrap.bind(to: address).get()
        } catch {
            throw ServerError.cannotListen(host: configuration.host, port: configuration.port, reason: "\(error)")
        }
    }

    /// Lets connections end, and closes those that have not after some time.
    private static func drain(_ registry: ConnectionRegistry, timeout: Duration) async {
        let deadline = ContinuousClock.now + timeout
        registry.drain()
        while registry.count > 0, ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(5)) }
        registry.drain(isForced: true)
    }
}
