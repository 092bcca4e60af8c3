// Loci, Apache License 2.0.

import Loci
import LociMemory
import LociServer
import LociText
import Logging
import TestSupport

/// A server on a free port of this machine, with a database of its own.
final class TestServer: Sendable {
    let port: Int
    let metricsPort: Int?
    let database: Database
    private let server: Server
    private let running: Task<Void, any Error>
    private let folder: TemporaryFolder

    private init(
        port: Int, metricsPort: Int?, database: Database, server: Server, running: Task<Void, any Error>,
        folder: TemporaryFolder
    ) {
        (self.port, self.metricsPort, self.database) = (port, metricsPort, database)
        (self.server, self.running, self.folder) = (server, running, folder)
    }

    /// Runs `body` with a server, and ends it.
    /// - Parameter embedder: Makes the vectors of memories; nil for none.
    static func run<Result: Sendable>(
        embedder: (any Embedder)? = nil,
        _ configure: (inout ServerConfiguration) -> Void = { _ in },
        _ body: (TestServer) async throws -> Result
    ) async throws -> Result {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.file("test.loci"))
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.eventLoopThreads = 1
        configuration.searchThreads = 2
        configure(&configuration)
        let listening = AsyncStream.makeStream(of: (Int, Int?).self)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = Server(
            database: database, memories: embedder.map { MemoryStore(database, embedder: $0) },
            configuration: configuration, logger: logger
        ) {
            listening.continuation.yield(($0, $1))
            listening.continuation.finish()
        }
        let running = Task {
            defer { listening.continuation.finish() }
            try await server.run()
        }
        guard let (port, metricsPort) = await listening.stream.first(where: { _ in true }) else {
            try await running.value
            throw TestFailure("the server ended before it listened")
        }
        let test = TestServer(
            port: port, metricsPort: metricsPort, database: database, server: server, running: running, folder: folder)
        do {
            let result = try await body(test)
            try await test.stop()
            return result
        } catch {
            try? await test.stop()
            throw error
        }
    }

    /// Ends the server, and waits for it.
    func stop() async throws {
        server.stop()
        try await running.value
    }

    /// A connection to it.
    func connect() throws -> TestClient { try TestClient(port: port) }
}
