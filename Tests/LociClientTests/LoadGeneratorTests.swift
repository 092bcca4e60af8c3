// Loci, Apache License 2.0.

import TestServer
import Testing

@testable import LociClient

/// Load, and what is counted of it. Nothing here depends on how fast the machine is.
@Suite struct LoadGeneratorTests {
    private static func plan(_ count: Int, seconds: Double = 0.2) -> LoadPlan {
        var plan = LoadPlan(
            requests: (0..<count).map { number in
                var request = RequestEncoder()
                request.request("ECHO", "\(number)")
                return request
            })
        plan.duration = .seconds(seconds)
        return plan
    }

    private static func nothing(_: Duration) throws(ClientError) {}

    @Test(arguments: [(1, 1), (3, 1), (2, 8)])
    func requestsAreSentInTurn(connections: Int, pipeline: Int) throws {
        let server = try ScriptedServer { _ in .send("*1\r\n$2\r\nok\r\n") }
        let generator = try LoadGenerator(to: server.address(), connections: connections, .init())
        var plan = Self.plan(5)
        plan.pipeline = pipeline
        let result = try generator.run(plan, watch: Self.nothing)
        let seen = server.requests
        #expect(result.answered > 0 && result.answered <= seen.count)
        #expect(result.latency.count == UInt64(seen.count) && result.unanswered == 0 && result.errors == 0)
        let counts = (0..<5).map { number in seen.count { $0 == ["ECHO", "\(number)"] } }
        #expect(counts.reduce(0, +) == seen.count)
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
        // The connections are of use for another run.
        #expect(try generator.run(plan, watch: Self.nothing).answered > 0)
    }

    @Test func noMoreIsInFlightThanThePipelineHolds() throws {
        let server = try ScriptedServer { _ in .ignore }
        let generator = try LoadGenerator(to: server.address(), connections: 2, .init())
        var plan = Self.plan(1, seconds: 0.1)
        (plan.pipeline, plan.drainTimeout) = (3, .milliseconds(300))
        let result = try generator.run(plan, watch: Self.nothing)
        #expect(server.requests.count == 6)
        #expect(result.answered == 0 && result.unanswered == 6 && result.latency.count == 6)
        // They waited for the time of the run and that for the rest.
        #expect(result.latency.percentile(0.01) >= 300_000_000)
        #expect(throws: ClientError.self) { try generator.run(plan, watch: Self.nothing) }
    }

    @Test func anOpenLoopSendsWhatFallsDue() throws {
        let server = try ScriptedServer { _ in .send("+OK\r\n") }
        let generator = try LoadGenerator(to: server.address(), connections: 2, .init())
        var plan = Self.plan(3)
        (plan.rate, plan.pipeline) = (100, 50)
        let result = try generator.run(plan, watch: Self.nothing)
        // At 0, 10, 20 … 190 ms, those that the end came before among the unanswered.
        #expect(server.requests.count + result.unanswered == 20)
        #expect(result.latency.count == 20)
    }

    @Test func whoFallsBehindIsChargedWithAllThatWaits() throws {
        // One of all is never answered, so its connection takes no more.
        let server = try ScriptedServer { _ in .ignore }
        let generator = try LoadGenerator(to: server.address(), connections: 1, .init())
        var plan = Self.plan(1, seconds: 0.5)
        (plan.rate, plan.drainTimeout) = (100, .milliseconds(100))
        let result = try generator.run(plan, watch: Self.nothing)
        #expect(server.requests.count == 1 && result.unanswered == 50 && result.latency.count == 50)
        // The half that was due in the first half of the time waited for more than the other half.
        #expect(result.latency.percentile(0.51) >= 300_000_000)
    }

    @Test func errorsAreCounted() throws {
        let server = try ScriptedServer { _ in .send("-ERR no\r\n") }
        let generator = try LoadGenerator(to: server.address(), connections: 1, .init())
        let result = try generator.run(Self.plan(1, seconds: 0.05), watch: Self.nothing)
        #expect(result.errors > 0 && result.errors == Int(result.latency.count) && result.firstError == "ERR no")
    }

    @Test func whatEndsAConnectionEndsTheRun() throws {
        let closing = try ScriptedServer { _ in .close }
        let generator = try LoadGenerator(to: closing.address(), connections: 2, .init())
        #expect(throws: ClientError.closed(address: "redis://127.0.0.1:\(closing.port)")) {
            try generator.run(Self.plan(1, seconds: 60), watch: Self.nothing)
        }
        let garbage = try ScriptedServer { _ in .send("?\r\n") }
        let other = try LoadGenerator(to: garbage.address(), connections: 1, .init())
        #expect(throws: ClientError.self) { try other.run(Self.plan(1, seconds: 60), watch: Self.nothing) }
    }

    @Test func whoeverWatchesCanStopIt() throws {
        let server = try ScriptedServer { _ in .send("+OK\r\n") }
        let generator = try LoadGenerator(to: server.address(), connections: 1, .init())
        #expect(throws: ClientError.interrupted) {
            try generator.run(Self.plan(1, seconds: 60)) { _ throws(ClientError) in throw .interrupted }
        }
    }
}
