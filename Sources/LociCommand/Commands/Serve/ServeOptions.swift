// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociServer
import Logging

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where the server listens, and whom it lets in.
struct ListeningOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The address to listen at.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("The port; 0 for one that is free.", valueName: "N"))
    var port = 6379

    @Option(
        help: ArgumentHelp(
            "The password that clients must give. Other users of the machine can see it: better --requirepass-file, or the "
                + "environment variable LOCI_PASSWORD.", valueName: "password"))
    var requirepass: String?

    @Option(
        help: ArgumentHelp("A file whose first line is the password.", valueName: "file"), completion: .file())
    var requirepassFile: String?

    @Flag(help: "Allow an address that others can reach without a password.")
    var noProtectedMode = false

    @Option(
        help: ArgumentHelp("Speak TLS, with this certificate chain in PEM.", valueName: "file"), completion: .file())
    var tlsCert: String?

    @Option(help: ArgumentHelp("The key of the certificate, in PEM.", valueName: "file"), completion: .file())
    var tlsKey: String?

    func validate() throws {
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key belong together")
        }
        guard requirepass == nil || requirepassFile == nil else {
            throw ValidationError("give either --requirepass or --requirepass-file")
        }
    }

    var encryption: ServerConfiguration.Encryption? {
        guard let tlsCert, let tlsKey else { return nil }
        return ServerConfiguration.Encryption(certificateChainPath: tlsCert, privateKeyPath: tlsKey)
    }

    /// The password, from wherever it is given.
    var password: String? {
        get throws {
            if let requirepass { return requirepass }
            if let requirepassFile {
                let line = try IdentifierFile.read(requirepassFile).first ?? []
                let password = String(decoding: line, as: UTF8.self)
                guard !password.isEmpty else {
                    throw ValidationError("\(requirepassFile) has no password in its first line")
                }
                return password
            }
            return getenv("LOCI_PASSWORD").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
        }
    }
}

/// What clients may take.
struct ServingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many clients may be connected.", valueName: "N"))
    var maxConnections = 10_000

    @Option(
        help: ArgumentHelp("The bytes that a request, and the reply to it, may have.", valueName: "bytes"))
    var maxMemoryPerRequest = 64 << 20

    @Option(
        help: ArgumentHelp("Dismiss clients that say nothing for so many seconds; 0 for never.", valueName: "S"))
    var idleTimeout = 0

    @Option(
        help: ArgumentHelp(
            "Dismiss clients that leave a request unfinished, or replies unread, for so many seconds.", valueName: "S"))
    var stallTimeout = 60

    @Option(help: ArgumentHelp("How many threads serve sockets; by default one for two cores.", valueName: "N"))
    var eventLoops: Int?

    @Option(help: ArgumentHelp("How many threads search; by default one a core.", valueName: "N"))
    var searchThreads: Int?
}

/// How the server is watched.
struct WatchingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Note commands that take longer, for SLOWLOG and in the log; -1 for none.", valueName: "µs"))
    var slowLogMicroseconds = 10_000

    @Option(
        help: ArgumentHelp(
            "Tell metrics for Prometheus at /metrics on this port; 0 for one that is free.", valueName: "N"))
    var metricsPort: Int?

    @Option(
        help: ArgumentHelp(
            "Measure the recall of a collection for the metrics every so many seconds, one after another.",
            valueName: "S"))
    var recallProbe: Int?

    @Option(help: ArgumentHelp("What is logged: debug, info, warning or error.", valueName: "level"))
    var logLevel = Level.info

    /// How much is logged.
    enum Level: String, ExpressibleByArgument, CaseIterable {
        case debug, info, warning, error

        var level: Logger.Level {
            switch self {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        }
    }
}
