// Loci, Apache License 2.0.

/// How a server listens, whom it lets in, and how much each client may take.
public struct ServerConfiguration: Sendable {
    /// The address that is listened at: a number of IPv4 or IPv6, or a name that has one.
    public var host = "127.0.0.1"
    /// The port; 0 for one that is free.
    public var port = 6379
    /// What clients must give before anything else is answered; nil for nothing.
    public var password: String?
    /// Whether an address that others can reach may be listened at only with a password.
    public var isProtected = true
    /// The certificate and the key of the server; nil to speak without TLS.
    public var encryption: Encryption?

    /// How many clients may be connected.
    public var maximumConnections = 10_000
    /// The bytes that a request, and that the reply to it, may have.
    public var maximumRequestBytes = 64 << 20
    /// After how long a client that says nothing is dismissed; nil for never.
    public var idleTimeout: Duration?
    /// After how long a client is dismissed that does not go on with the request that it began, does not read its replies, or
    /// has not authenticated.
    public var stallTimeout: Duration = .seconds(60)
    /// How long requests that are under way may take when the server is stopped.
    public var shutdownTimeout: Duration = .seconds(30)

    /// Commands that take longer are noted; nil to note none.
    public var slowCommandThreshold: Duration? = .milliseconds(10)
    /// The port, on the same address, at which metrics are told; nil for none, 0 for one that is free.
    public var metricsPort: Int?
    /// How often the recall of a collection is measured for the metrics, one collection after another; nil for never.
    public var recallProbeInterval: Duration?

    /// How many threads read and write the sockets; nil for half as many as there are processors.
    public var eventLoopThreads: Int?
    /// How many threads search; nil for one a processor.
    public var searchThreads: Int?

    /// Files of TLS, in PEM.
    public struct Encryption: Sendable, Equatable {
        /// The certificate, and those that vouch for it.
        public var certificateChainPath: String
        /// The key of the certificate.
        public var privateKeyPath: String

        /// Files of TLS.
        public init(certificateChainPath: String, privateKeyPath: String) {
            self.certificateChainPath = certificateChainPath
            self.privateKeyPath = privateKeyPath
        }
    }

    /// The default configuration: for clients of this machine alone.
    public init() {}

    /// The least and the greatest of what can be set.
    enum Limits {
        static let ports = 0...65_535
        static let connections = 1...1_000_000
        /// A request holds a vector of the largest dimension at least.
        static let requestBytes = (1 << 20)...(1 << 30)
        static let threads = 1...1_024
        static let timeout: ClosedRange<Duration> = .seconds(1)...(.seconds(7 * 86_400))
        static let passwordBytes = 1...512
    }

    /// - Throws: `ServerError.setting`, or `.publicAddress`.
    func validate() throws(ServerError) {
        try Self.check("port", port, in: Limits.ports)
        if let metricsPort { try Self.check("metrics port", metricsPort, in: Limits.ports) }
        if let metricsPort, metricsPort == port, port != 0 {
            throw .setting(name: "metrics port", value: "\(port)", allowed: "another than the port of the commands")
        }
        try Self.check("number of connections", maximumConnections, in: Limits.connections)
        try Self.check("bytes of a request", maximumRequestBytes, in: Limits.requestBytes)
        for (name, threads) in [("event loops", eventLoopThreads), ("search threads", searchThreads)] {
            if let threads { try Self.check("number of \(name)", threads, in: Limits.threads) }
        }
        for (name, timeout) in [
            ("idle timeout", idleTimeout), ("stall timeout", stallTimeout), ("shutdown timeout", shutdownTimeout),
            ("interval of recall probes", recallProbeInterval),
        ] {
            guard let timeout, !Limits.timeout.contains(timeout) else { continue }
            throw .setting(name: name, value: "\(timeout)", allowed: "from 1 second to 7 days")
        }
        if let password, !Limits.passwordBytes.contains(password.utf8.count) {
            throw .setting(
                name: "length of the password", value: "\(password.utf8.count)", allowed: "from 1 to 512 bytes")
        }
    }

    private static func check(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws(ServerError) {
        guard range.contains(value) else {
            throw .setting(
                name: name, value: "\(value)", allowed: "from \(range.lowerBound) to \(range.upperBound)")
        }
    }
}
