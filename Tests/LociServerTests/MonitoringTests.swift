// Loci, Apache License 2.0.

import LociProtocol
import Metrics
import TestSupport
import Testing

@testable import LociServer

@Suite struct MonitoringTests {
    @Test func metricsAreTextOfPrometheus() {
        let registry = PrometheusRegistry()
        Counter(label: "things_total", dimensions: [("kind", "a\"b\\c\nd")], factory: registry).increment(by: 3)
        Meter(label: "size", factory: registry).set(1.5)
        let timer = Metrics.Timer(label: "duration_seconds", dimensions: [("command", "vsim")], factory: registry)
        timer.recordNanoseconds(30_000)
        timer.recordNanoseconds(20_000_000_000)
        let lines = registry.text.split(separator: "\n")
        #expect(lines.first == "# TYPE duration_seconds histogram")
        #expect(lines.contains("duration_seconds_bucket{command=\"vsim\",le=\"2.5e-05\"} 0"))
        #expect(lines.contains("duration_seconds_bucket{command=\"vsim\",le=\"5e-05\"} 1"))
        #expect(lines.contains("duration_seconds_bucket{command=\"vsim\",le=\"10\"} 1"))
        #expect(lines.contains("duration_seconds_bucket{command=\"vsim\",le=\"+Inf\"} 2"))
        #expect(lines.contains("duration_seconds_count{command=\"vsim\"} 2"))
        #expect(lines.contains("# TYPE size gauge"))
        #expect(lines.contains("size 1.5"))
        #expect(lines.contains(#"things_total{kind="a\"b\\c\nd"} 3"#))
    }

    @Test func metricsAreToldOverHTTP() async throws {
        try await TestServer.run {
            $0.metricsPort = 0
        } _: { server in
            let client = try server.connect()
            for number in 0..<3 { _ = try client.call("VADD set VALUES 2 1 \(number) e\(number)") }
            let port = try #require(server.metricsPort)
            func page(_ path: String) throws -> String {
                let browser = try TestClient(port: port)
                try browser.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return try browser.rest()
            }
            let metrics = try page("/metrics")
            #expect(metrics.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(metrics.contains("\nloci_command_duration_seconds_count{command=\"vadd\"} 3\n"))
            #expect(metrics.contains("\nloci_vectors 3\n"))
            #expect(metrics.contains("\nloci_connections 1\n"))
            #expect(try page("/health").hasSuffix("\r\n\r\nok\n"))
            #expect(try page("/else").hasPrefix("HTTP/1.1 404"))
        }
    }

    @Test func slowCommandsAreNoted() async throws {
        try await TestServer.run {
            $0.slowCommandThreshold = .zero
        } _: { server in
            let client = try server.connect()
            _ = try client.call("VADD set VALUES 2 1 0 e")
            let entries = try client.call("SLOWLOG GET").elements
            #expect(entries.count == 1)
            #expect(entries.first?.elements[3].elements.first == .text("VADD"))
            #expect(try client.call("SLOWLOG LEN") == .integer(1))
            #expect(try client.call("SLOWLOG RESET") == .simple("OK"))
            #expect(try client.call("SLOWLOG LEN") == .integer(0))
        }
    }
}
