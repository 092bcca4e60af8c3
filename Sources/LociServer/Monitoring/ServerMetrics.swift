// Loci, Apache License 2.0.

import Loci
import Metrics
import Synchronization

/// What a server counts, for Prometheus and for whatever metrics system the program has chosen.
final class ServerMetrics: Sendable {
    let registry = PrometheusRegistry()
    private let factory: any MetricsFactory
    private let durations: [Metrics.Timer]
    private let errors: Counter
    private let connections: Counter
    private let refusedConnections: Counter
    private let dismissals: Counter
    private let refusedAuthentications: Counter
    private let commits: Counter
    private let committed: Counter
    private let commandCount = Atomic<Int>(0)
    private let connectionCount = Atomic<Int>(0)

    /// - Parameter commands: The names of all commands, in the order of their table.
    init(commands: [String]) {
        let factory = MultiplexMetricsHandler(factories: [registry, MetricsSystem.factory])
        self.factory = factory
        durations = commands.map {
            Metrics.Timer(
                label: "loci_command_duration_seconds", dimensions: [("command", $0.lowercased())], factory: factory)
        }
        func counter(_ label: String) -> Counter { Counter(label: label, factory: factory) }
        errors = counter("loci_command_errors_total")
        connections = counter("loci_connections_total")
        refusedConnections = counter("loci_connections_refused_total")
        dismissals = counter("loci_connections_dismissed_total")
        refusedAuthentications = counter("loci_authentications_refused_total")
        commits = counter("loci_commits_total")
        committed = counter("loci_commit_commands_total")
    }

    /// How many commands were run, and how many connections were made.
    var totals: (commands: Int, connections: Int) {
        (commandCount.load(ordering: .relaxed), connectionCount.load(ordering: .relaxed))
    }

    func note(command: Int, took duration: Duration) {
        commandCount.add(1, ordering: .relaxed)
        let (seconds, attoseconds) = duration.components
        durations[command].recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    func noteCommit(commands: Int) {
        commits.increment()
        committed.increment(by: commands)
    }

    func countError() { errors.increment() }

    func countConnection() {
        connections.increment()
        connectionCount.add(1, ordering: .relaxed)
    }

    func countRefusedConnection() { refusedConnections.increment() }
    func countDismissal() { dismissals.increment() }
    func countRefusedAuthentication() { refusedAuthentications.increment() }

    /// Tells the present value of something.
    func set(_ label: String, _ value: Double, _ dimensions: [(String, String)] = []) {
        Meter(label: label, dimensions: dimensions, factory: factory).set(value)
    }
}
