// Loci, Apache License 2.0.

import Loci
import LociProtocol
import Synchronization
import TestSupport
import Testing

/// Searches of many connections at once, which threads take together: each gets the reply that it gets alone.
@Suite struct GatheringTests {
    private static let dimension = 16

    @Test func repliesAreThoseOfLoneSearches() async throws {
        var generator = SeededGenerator(fresh: #function)
        let seed = "\(generator)"
        try await TestServer.run { server in
            let client = try server.connect()
            for row in 0..<500 {
                let vector = blob(generator.floats(Self.dimension))
                let words = [Array("VADD".utf8), Array("set".utf8), Array("FP32".utf8), vector, Array("e\(row)".utf8)]
                #expect(try client.call(words) == .integer(1))
            }
            let requests = (0..<200).map { _ in Self.request(&generator) }
            let alone = try requests.map { try Self.client(server, $0.isNewProtocol).call($0.words) }
            #expect(alone.contains { $0.isError } && alone.contains { !$0.isError }, "\(seed)")
            let failures = Mutex<[String]>([])
            try await WriteLoadTests.onThreads(8) { thread in
                do {
                    let clients = try [Self.client(server, false), Self.client(server, true)]
                    for round in 0..<TestSettings.iterations(200) {
                        // Threads ask for the same at about the same time, and for other things than their neighbours.
                        let place = (round + thread % 3) % requests.count
                        let reply = try clients[requests[place].isNewProtocol ? 1 : 0].call(requests[place].words)
                        if reply != alone[place] {
                            throw TestFailure("\(seed), request \(place): \(reply) instead of \(alone[place])")
                        }
                    }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
            #expect(failures.withLock { $0 } == [])
        }
    }

    private struct SearchRequest: Sendable {
        let words: [[UInt8]]
        let isNewProtocol: Bool
    }

    private static func client(_ server: TestServer, _ isNewProtocol: Bool) throws -> TestClient {
        let client = try server.connect()
        if isNewProtocol { _ = try client.call("HELLO 3") }
        return client
    }

    /// A search of one of few kinds, so that many are alike; some are refused.
    private static func request(_ generator: inout SeededGenerator) -> SearchRequest {
        let kind = Int.random(in: 0..<5, using: &generator)
        let dimension = kind == 4 ? Self.dimension / 2 : Self.dimension
        let vector = blob(generator.floats(dimension))
        var words = ["VSIM", kind == 3 ? "none" : "set", "FP32"].map { Array($0.utf8) } + [vector]
        if kind == 1 { words += ["COUNT", "3", "WITHSCORES"].map { Array($0.utf8) } }
        if kind == 2 { words += ["EF", "5000"].map { Array($0.utf8) } }
        return SearchRequest(words: words, isNewProtocol: Bool.random(using: &generator))
    }
}
