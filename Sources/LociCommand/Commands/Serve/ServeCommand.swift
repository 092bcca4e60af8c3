// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociServer
import Logging
import ServiceLifecycle
import UnixSignals

/// `loci serve`: the database on a TCP port.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a database to clients of Redis.",
        discussion: """
            Speaks the protocol of Redis and its commands of vector sets, so that redis-cli, redis-py and the rest work as they \
            are; a key is a collection. Under MEM. are memories of agents, as 'loci remember' and 'loci recall' have them. These, and what \
            there is besides under LOCI., are told in docs/protocol.md. The file is made if it is missing. Ends in good order after \
            Ctrl-C, SIGTERM, or a client's SHUTDOWN.

              loci serve photos.loci
              redis-cli VADD points VALUES 3 0.1 1.2 0.5 cat.jpg
              redis-cli VSIM points VALUES 3 0.1 1.0 0.6 WITHSCORES
              loci serve photos.loci --host 0.0.0.0 --requirepass-file secret.txt
              loci serve photos.loci --tls-cert cert.pem --tls-key key.pem
              loci serve photos.loci --metrics-port 9121 --recall-probe 60
              loci serve agent.loci --model minilm
              redis-cli MEM.REMEMBER acme/alice monday "My sister Ana moved to Porto." SPEAKER Alice
              redis-cli MEM.RECALL acme/alice "Where does Ana live?" COUNT 3

            Once it listens, it prints the address to standard output.
            """)

    @Argument(help: "The database: a file.", completion: .file(extensions: ["loci"]))
    var database: String

    @OptionGroup var address: ListeningOptions

    @OptionGroup var limits: ServingOptions

    @OptionGroup var watching: WatchingOptions

    @OptionGroup var model: ModelOptions

    func run() throws {
        let configuration = try makeConfiguration()
        // Before there is a file: a model that is not installed leaves none.
        let named = try model.named
        var logger = Logger(label: "loci", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = watching.logLevel.level
        let database = try Database.open(database, access: .create)
        let host = configuration.host
        let server = Server(
            database: database, memories: ServedMemories(database, named), configuration: configuration, logger: logger
        ) { port, metricsPort in
            var lines = "listening on \(host):\(port)\n"
            if let metricsPort { lines += "metrics on http://\(host):\(metricsPort)/metrics\n" }
            // Nobody may be there to read it.
            try? Console.output.write(lines)
        }
        try Self.run(server, logger)
    }

    /// Serves until a signal comes.
    private static func run(_ server: Server, _ logger: Logger) throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: server, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .cancelGroup)
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try AsynchronousWork.run { try await group.run() }
    }

    private func makeConfiguration() throws -> ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.host = address.host
        configuration.port = address.port
        configuration.isProtected = !address.noProtectedMode
        configuration.password = try address.password
        configuration.encryption = address.encryption
        configuration.maximumConnections = limits.maxConnections
        configuration.maximumRequestBytes = limits.maxMemoryPerRequest
        configuration.idleTimeout = limits.idleTimeout == 0 ? nil : .seconds(limits.idleTimeout)
        configuration.stallTimeout = .seconds(limits.stallTimeout)
        configuration.eventLoopThreads = limits.eventLoops
        configuration.searchThreads = limits.searchThreads
        configuration.slowCommandThreshold =
            watching.slowLogMicroseconds < 0 ? nil : .microseconds(watching.slowLogMicroseconds)
        configuration.metricsPort = watching.metricsPort
        configuration.recallProbeInterval = watching.recallProbe.map { .seconds($0) }
        return configuration
    }
}
