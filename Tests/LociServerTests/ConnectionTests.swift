// Loci, Apache License 2.0.

import Loci
import LociProtocol
import LociServer
import TestSupport
import Testing

@Suite struct ConnectionTests {
    @Test func linesThatPeopleTypeAreUnderstood() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            try client.send("PING\n\r\n*0\r\nECHO \"a b\"\r\n")
            #expect(try client.reply() == .simple("PONG"))
            #expect(try client.reply() == .text("a b"))
            // Whoever closes its side still reads the replies.
            try client.send("PING\nVCARD set\n")
            client.finishSending()
            #expect(try client.reply() == .simple("PONG"))
            #expect(try client.reply() == .integer(0))
            #expect(try client.isClosed())
        }
    }

    @Test(arguments: [
        ("*x\r\n", "ERR Protocol error: invalid multibulk length"),
        ("PING\r\n*1\r\n+PING\r\n", "ERR Protocol error: expected '$', got '+'"),
        ("*1\r\n$-5\r\n", "ERR Protocol error: invalid bulk length"),
        ("ECHO \"a\r\n", "ERR Protocol error: unbalanced quotes in request"),
    ])
    func whatIsNoRequestClosesTheConnection(bytes: String, error: String) async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            try client.send(bytes)
            var last = try client.reply()
            if last == .simple("PONG") { last = try client.reply() }
            #expect(last == .error(error))
            #expect(try client.isClosed())
        }
    }

    @Test func browsersAreCutOff() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            try client.send("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nDEL set\r\n")
            #expect(try client.isClosed())
        }
    }

    @Test func repliesComeInTheOrderOfRequests() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            var lines: [[String]] = []
            for number in 0..<200 {
                lines.append(["VADD", "set", "VALUES", "2", "1", "\(number)", "e\(number)"])
                lines.append(["ECHO", "\(number)"])
                lines.append(["VCARD", "set"])
            }
            for line in lines { try client.begin(line) }
            for number in 0..<200 {
                #expect(try client.reply() == .integer(1))
                #expect(try client.reply() == .text("\(number)"))
                #expect(try client.reply() == .integer(Int64(number + 1)))
            }
        }
    }

    @Test func alikeSearchesOfAPipelineAreThoseOfSingleOnes() async throws {
        try await TestServer.run { server in
            var generator = SeededGenerator("alikeSearches")
            let base = (0..<300).map { _ in generator.floats(8) }
            _ = try server.database.buildCollection(
                "set", CollectionConfiguration(metric: .cosine, quantization: .lvq8),
                from: VectorArray(base.flatMap(\.self), dimension: 8))
            let queries = (0..<40).map { _ in generator.floats(8) }
            func request(_ query: [Float]) -> [[UInt8]] {
                [Array("VSIM".utf8), Array("set".utf8), Array("FP32".utf8), blob(query), Array("WITHSCORES".utf8)]
            }
            let client = try server.connect()
            let single = try queries.map { try client.call(request($0)) }
            for query in queries { try client.send(TestClient.request(request(query))) }
            for reply in single { #expect(try client.reply() == reply) }
            #expect(single.allSatisfy { $0.elements.count == 20 })
        }
    }

    @Test func requestsMayComeByteByByte() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            for byte in TestClient.request([Array("ECHO".utf8), Array("hello".utf8)]) { try client.send([byte]) }
            #expect(try client.reply() == .text("hello"))
        }
    }

    @Test func whoHasNotAuthenticatedGetsNothing() async throws {
        try await TestServer.run { configuration in
            configuration.password = "secret"
        } _: { server in
            let client = try server.connect()
            #expect(try client.call("PING") == .error("NOAUTH Authentication required."))
            #expect(
                try client.call("AUTH wrong")
                    == .error("WRONGPASS invalid username-password pair or user is disabled."))
            #expect(try client.call("AUTH secretsecret").isError)
            // In one packet: what follows a password that is right is of a client that has authenticated.
            try client.send("AUTH secret\r\n*12\r\n" + String(repeating: "$4\r\nPING\r\n", count: 12))
            #expect(try client.reply() == .simple("OK"))
            #expect(try client.reply()?.isError == true)
            #expect(try client.call("PING") == .simple("PONG"))
            #expect(try client.call("RESET") == .simple("RESET"))
            #expect(try client.call("VCARD set") == .error("NOAUTH Authentication required."))
            let greeter = try server.connect()
            #expect(try greeter.call("HELLO 3 AUTH default secret").isError == false)
            let stranger = try server.connect()
            try stranger.send("*11\r\n")
            #expect(try stranger.reply() == .error("ERR Protocol error: unauthenticated multibulk length"))
        }
    }

    @Test func moreConnectionsThanAllowedAreRefused() async throws {
        try await TestServer.run {
            $0.maximumConnections = 2
        } _: { server in
            let first = try server.connect()
            let second = try server.connect()
            #expect(try first.call("PING") == .simple("PONG"))
            #expect(try second.call("PING") == .simple("PONG"))
            let third = try server.connect()
            #expect(try third.reply() == .error("ERR max number of clients reached"))
            #expect(try third.isClosed())
        }
    }

    @Test func aRequestBeyondTheLimitIsRefused() async throws {
        try await TestServer.run {
            $0.maximumRequestBytes = 1 << 20
        } _: { server in
            let client = try server.connect()
            try client.send("*2\r\n$4\r\nECHO\r\n$2000000\r\n")
            #expect(try client.reply()?.string?.hasPrefix("ERR Protocol error: too big request") == true)
            #expect(try client.isClosed())
            let other = try server.connect()
            let many = (0..<60).map { "element-\($0)-" + String(repeating: "x", count: 400) }
            for element in many { _ = try other.call("VADD set VALUES 2 1 0 \(element)") }
            #expect(try other.call("VRANDMEMBER set -10000").string?.contains("the limit is") == true)
            #expect(try other.call("PING") == .simple("PONG"))
        }
    }

    @Test func theServerEndsInGoodOrder() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            let idle = try server.connect()
            #expect(try idle.call("PING") == .simple("PONG"))
            // All that has come is answered before the connection is closed.
            for number in 0..<50 { try client.begin(["VADD", "set", "VALUES", "2", "1", "\(number)", "e\(number)"]) }
            #expect(try client.reply() == .integer(1))
            let other = try server.connect()
            try other.begin(["SHUTDOWN"])
            #expect(try other.isClosed())
            #expect(try idle.isClosed())
            var answered = 1
            while try client.reply() != nil { answered += 1 }
            try await server.stop()
            #expect(try server.database.collection("set").count == answered)
        }
    }

    @Test func randomBytesHarmNobody() async throws {
        try await TestServer.run {
            $0.maximumRequestBytes = 1 << 20
        } _: { server in
            var generator = SeededGenerator("randomBytesHarmNobody")
            let pieces: [[UInt8]] = [
                "*3\r\n", "$3\r\n", "VADD", "\r\n", "$-1\r\n", "*-1\r\n", "EXEC\r\n", "MULTI\r\n",
                "VSIM k VALUES 2 1 0\r\n", "\"",
                "*1048576\r\n", "$536870912\r\n", "HELLO 3\r\n", "VADD k VALUES 2 1 0 e\r\n", "KEYS ***?\r\n", "\0",
                "RESET\r\n",
            ].map { Array($0.utf8) }
            let witness = try server.connect()
            for _ in 0..<TestSettings.iterations(60) {
                let client = try server.connect()
                for _ in 0..<generator.below(12) {
                    let bytes =
                        generator.below(4) == 0
                        ? generator.bytes(generator.below(40)) : pieces[generator.below(pieces.count)]
                    // The server may have closed the connection already.
                    try? client.send(bytes)
                }
                client.finishSending()
                while try client.reply() != nil {}
                #expect(try witness.call("PING") == .simple("PONG"))
            }
        }
    }
}
