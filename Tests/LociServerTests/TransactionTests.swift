// Loci, Apache License 2.0.

import LociProtocol
import TestSupport
import Testing

@Suite struct TransactionTests {
    @Test func allHappensAtOnceAndIsSeenInOrder() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            #expect(try client.call("MULTI") == .simple("OK"))
            for line in [
                "VADD set VALUES 2 1 0 a NOQUANT", "VCARD set", "VADD set VALUES 2 0 1 b NOQUANT",
                "VSIM set VALUES 2 0 1 COUNT 1", "VREM set b", "VSIM set VALUES 2 0 1 COUNT 1", "PING", "VDIM nosuch",
            ] {
                #expect(try client.call(line) == .simple("QUEUED"))
            }
            let other = try server.connect()
            #expect(try other.call("EXISTS set") == .integer(0))
            #expect(
                try client.call("EXEC")
                    == .array([
                        .integer(1), .integer(1), .integer(1), .array([.text("b")]), .integer(1), .array([.text("a")]),
                        .simple("PONG"), .error("ERR key does not exist"),
                    ]))
            #expect(try other.call("VCARD set") == .integer(1))
        }
    }

    @Test func whatIsRefusedAtOnceSpoilsIt() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            _ = try client.call("MULTI")
            #expect(try client.call("VADD set VALUES 2 1 0 a") == .simple("QUEUED"))
            #expect(try client.call("NOSUCH").isError)
            #expect(
                try client.call("EXEC") == .error("EXECABORT Transaction discarded because of previous errors."))
            #expect(try client.call("EXISTS set") == .integer(0))
            #expect(try client.call("EXEC") == .error("ERR EXEC without MULTI"))
            #expect(try client.call("DISCARD") == .error("ERR DISCARD without MULTI"))
            _ = try client.call("MULTI")
            #expect(try client.call("MULTI") == .error("ERR MULTI calls can not be nested"))
            #expect(try client.call("DISCARD") == .simple("OK"))
            _ = try client.call("MULTI")
            #expect(try client.call("EXEC") == .array([]))
        }
    }

    @Test func readsAreOfOneMoment() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            _ = try client.call("VADD set VALUES 2 1 0 a")
            _ = try client.call("MULTI")
            for line in ["VCARD set", "VSIM set ELE a", "KEYS *"] { _ = try client.call(line) }
            #expect(
                try client.call("EXEC")
                    == .array([.integer(1), .array([.text("a")]), .array([.text("set")])]))
        }
    }
}
