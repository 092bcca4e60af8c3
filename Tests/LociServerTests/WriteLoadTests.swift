// Loci, Apache License 2.0.

import Dispatch
import Loci
import LociProtocol
import Synchronization
import TestSupport
import Testing

/// Many clients that write, read and optimize at once.
@Suite struct WriteLoadTests {
    @Test func acknowledgedWritesAreThere() async throws {
        try await TestServer.run { server in
            let rounds = TestSettings.iterations(30)
            let writers = 4
            let failures = Mutex<[String]>([])
            try await Self.onThreads(writers + 2) { thread in
                do {
                    let client = try server.connect()
                    switch thread {
                    case 0:
                        for _ in 0..<rounds {
                            let reply = try client.call("VSIM set VALUES 4 1 2 3 4 COUNT 5")
                            if reply.isError { throw TestFailure("\(reply)") }
                        }
                    case 1:
                        for _ in 0..<max(1, rounds / 10) { _ = try client.call("LOCI.OPTIMIZE set") }
                    default:
                        try Self.write(client, writer: thread - 2, rounds: rounds)
                    }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
            #expect(failures.withLock { $0 } == [])
            let set = try server.database.collection("set")
            for writer in 0..<writers {
                for round in 0..<rounds {
                    let id = VectorID("w\(writer)-\(round)")
                    #expect(try set.contains(id) == (round % 3 != 2))
                    if round % 3 == 1 { #expect(try set.attributes(of: id)?.json == "{\"round\":\(round)}") }
                }
            }
            #expect(try server.database.check() == [])
        }
    }

    /// Adds an element a round, gives every third attributes, and removes every third.
    private static func write(_ client: TestClient, writer: Int, rounds: Int) throws {
        var generator = SeededGenerator(seed: UInt64(writer))
        for round in 0..<rounds {
            let id = "w\(writer)-\(round)"
            let vector = generator.floats(4).map { "\($0)" }
            guard try client.call(["VADD", "set", "VALUES", "4"] + vector + [id]) == .integer(1) else {
                throw TestFailure("\(id) was there")
            }
            if round % 3 == 1 { _ = try client.call(["VSETATTR", "set", id, "{\"round\":\(round)}"]) }
            if round % 3 == 2, try client.call(["VREM", "set", id]) != .integer(1) {
                throw TestFailure("\(id) was not there")
            }
        }
    }

    /// Runs `body` on threads of their own, so that those of tests are free.
    static func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) async throws {
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<count {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        DispatchQueue(label: "client \(thread)").async {
                            body(thread)
                            continuation.resume()
                        }
                    }
                }
            }
        }
    }
}
