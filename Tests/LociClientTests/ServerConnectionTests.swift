// Loci, Apache License 2.0.

import TestServer
import Testing

@testable import LociClient
@testable import LociProtocol

extension ScriptedServer {
    func address(_ credentials: String = "") throws -> ServerAddress {
        try ServerAddress(parsing: "redis://\(credentials)127.0.0.1:\(port)")
    }
}

/// Connections to servers that behave, and to those that do not.
@Suite struct ServerConnectionTests {
    /// A minute: no test waits for it, however busy the machine is.
    private static let patient = waiting(.seconds(60))

    private static func waiting(_ timeout: Duration) -> ServerConnection.Options {
        var options = ServerConnection.Options()
        options.replyTimeout = timeout
        return options
    }

    private static func requests(_ count: Int) -> RequestEncoder {
        var requests = RequestEncoder()
        for number in 0..<count { requests.request("ECHO", "\(number)") }
        return requests
    }

    @Test func repliesComeInOrder() throws {
        let server = try ScriptedServer { words in .send(":\(words[1])\r\n") }
        let connection = try ServerConnection(to: server.address(), Self.patient)
        #expect(try connection.send(Self.requests(500)) == (0..<500).map { .integer($0) })
        #expect(try connection.send(Self.requests(1)) == [.integer(0)])
        #expect(try connection.send(RequestEncoder()) == [])
        #expect(server.requests.count == 501)
    }

    @Test func aReplyMayComeByteByByte() throws {
        let text = "*3\r\n$3\r\na\r\n\r\n%1\r\n+k\r\n,0.5\r\n>1\r\n_\r\n"
        let server = try ScriptedServer { _ in .trickle(text) }
        let connection = try ServerConnection(to: server.address(), Self.patient)
        let expected = Reply.array([
            .bulk(Array("a\r\n".utf8)), .map([.init(key: .simple("k"), value: .double(0.5))]), .push([.null]),
        ])
        #expect(try connection.send(Self.requests(3)) == [expected, expected, expected])
    }

    @Test func messagesThatNobodyAskedForArePassedOver() throws {
        let server = try ScriptedServer { _ in .send(">1\r\n+hello\r\n+OK\r\n") }
        let connection = try ServerConnection(to: server.address(), Self.patient)
        #expect(try connection.ask("PING") == .simple("OK"))
    }

    @Test func whoAsksIsSaidFirst() throws {
        let server = try ScriptedServer { words in
            words[0] == "HELLO" ? .send("%2\r\n$6\r\nserver\r\n$4\r\nloci\r\n$5\r\nproto\r\n:3\r\n") : .send("+OK\r\n")
        }
        var options = Self.patient
        #expect(try ServerConnection(to: server.address("me:p%20w@"), options).greeting.isEmpty)
        options.version = .resp3
        #expect(try ServerConnection(to: server.address("me:p%20w@"), options).greeting["server"]?.text == "loci")
        #expect(server.requests == [["AUTH", "me", "p w"], ["HELLO", "3", "AUTH", "me", "p w"]])
    }

    @Test func aWrongPasswordIsSaidToBe() throws {
        let server = try ScriptedServer { _ in .send("-WRONGPASS invalid username-password pair\r\n") }
        let expected = ClientError.authentication(
            address: "redis://127.0.0.1:\(server.port)", "WRONGPASS invalid username-password pair")
        #expect(throws: expected) { try ServerConnection(to: server.address(":p@"), Self.patient) }
        #expect(expected.description.contains("LOCI_PASSWORD"))
    }

    @Test func anErrorReplyIsNoEndOfTheConnection() throws {
        let server = try ScriptedServer { words in words[1] == "1" ? .send("-ERR no\r\n") : .send("+OK\r\n") }
        let connection = try ServerConnection(to: server.address(), Self.patient)
        #expect(throws: ClientError.errorReply("ERR no")) { try connection.send(Self.requests(3)) }
        let exchange = connection.exchange(Self.requests(3))
        #expect(exchange.replies == [.simple("OK"), .error("ERR no"), .simple("OK")] && exchange.failure == nil)
    }

    @Test func whatCameBeforeTheEndIsKept() throws {
        let server = try ScriptedServer { words in words[1] == "2" ? .close : .send("+OK\r\n") }
        let connection = try ServerConnection(to: server.address(), Self.patient)
        let closed = ClientError.closed(address: "redis://127.0.0.1:\(server.port)")
        let exchange = connection.exchange(Self.requests(5))
        #expect(exchange.replies == [.simple("OK"), .simple("OK")])
        #expect(exchange.failure == closed)
        #expect(connection.exchange(Self.requests(1)).failure == closed)
    }

    @Test func garbageIsNoReply() throws {
        let server = try ScriptedServer { _ in .send("+OK\r\nHTTP/1.1 400 Bad Request\r\n") }
        let connection = try ServerConnection(to: server.address(), Self.patient)
        let exchange = connection.exchange(Self.requests(2))
        let failure = ClientError.protocolError(
            address: "redis://127.0.0.1:\(server.port)", .unknownReplyType(found: UInt8(ascii: "H")))
        #expect(exchange.replies == [.simple("OK")] && exchange.failure == failure)
    }

    @Test func aReplyToNoRequestEndsTheConnection() throws {
        let server = try ScriptedServer { _ in .send("+OK\r\n+OK\r\n") }
        let connection = try ServerConnection(to: server.address(), Self.patient)
        #expect(connection.exchange(Self.requests(1)).replies == [.simple("OK")])
        // Whether the second came with the first or later, nothing is taken for the reply to what is asked now.
        #expect(connection.exchange(Self.requests(3)).failure != nil)
    }

    @Test func silenceHasAnEnd() throws {
        let server = try ScriptedServer { words in words[1] == "1" ? .ignore : .send("+OK\r\n") }
        let connection = try ServerConnection(to: server.address(), Self.waiting(.milliseconds(200)))
        let exchange = connection.exchange(Self.requests(2))
        #expect(exchange.failure == .timeout(address: "redis://127.0.0.1:\(server.port)", seconds: 0.2))
        #expect(exchange.replies.count <= 1)
        #expect(connection.exchange(Self.requests(1)).failure != nil)
    }

    @Test func whoeverWaitsCanBeStopped() throws {
        let server = try ScriptedServer { _ in .ignore }
        var options = Self.patient
        options.isInterrupted = { true }
        let connection = try ServerConnection(to: server.address(), options)
        #expect(connection.exchange(Self.requests(1)).failure == .interrupted)
    }

    @Test func whereNobodyListensIsSaid() throws {
        // A port that no test's server can be given.
        let address = try ServerAddress(parsing: "redis://127.0.0.1:1")
        #expect(throws: ClientError.cannotConnect(address: "\(address)", reason: "Connection refused")) {
            try ServerConnection(to: address)
        }
    }

    @Test func encryptedConnections() throws {
        let certificate = try TestCertificate()
        let server = try ScriptedServer(security: certificate.context) { _ in .send("+OK\r\n") }
        var options = Self.patient
        options.certificateAuthorities = certificate.path
        for host in ["127.0.0.1", "localhost"] {
            let address = try ServerAddress(parsing: "rediss://\(host):\(server.port)")
            #expect(try ServerConnection(to: address, options).ask("PING") == .simple("OK"), "\(host)")
        }
    }

    @Test func whoHasNoKnownCertificateIsNotTalkedTo() throws {
        let certificate = try TestCertificate()
        let server = try ScriptedServer(security: certificate.context) { _ in .send("+OK\r\n") }
        let address = try ServerAddress(parsing: "rediss://127.0.0.1:\(server.port)")
        // The handshake may have failed before the connection is asked for anything, or while it is.
        let failure = #expect(throws: ClientError.self) {
            _ = try ServerConnection(to: address, Self.patient).send(Self.requests(1))
        }
        guard case .encryption = failure else {
            Issue.record("the certificate is not known here: \(String(describing: failure))")
            return
        }
        #expect(server.requests.isEmpty)
    }

    @Test func shapes() {
        let flat = Reply.array([.bulk(Array("a".utf8)), .bulk(Array("0.5".utf8))])
        let map = Reply.map([.init(key: .simple("a"), value: .double(0.5))])
        for reply in [flat, map] {
            #expect(reply.members?["a"]?.number == 0.5)
            #expect(reply.entries?.count == 1)
        }
        #expect(
            Reply.array([.null]).entries == nil && Reply.null.entries == nil
                && Reply.array([.null, .null]).members == nil)
        #expect(Reply.integer(1).truth == true && Reply.boolean(false).truth == false && Reply.integer(2).truth == nil)
        #expect(Reply.bulk(Array("x".utf8)).number == nil && Reply.integer(3).number == 3)
    }
}
