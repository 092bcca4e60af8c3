// Loci, Apache License 2.0.

import Testing

@testable import LociProtocol

/// The rules of requests, one by one. What is expected was seen from Redis, unless a test says otherwise.
@Suite struct RequestDecoderTests {
    @Test(arguments: [
        ("*1\r\n$4\r\nPING\r\n", [["PING"]]),
        ("*2\r\n$4\r\nECHO\r\n$0\r\n\r\n", [["ECHO", ""]]),
        ("*2\r\n$4\r\nECHO\r\n$6\r\na\r\nb\r\n\r\n", [["ECHO", "a\r\nb\r\n"]]),
        ("*1\r\n$1\r\na\r\n*1\r\n$1\r\nb\r\nPING\r\n*1\r\n$1\r\nc\r\n", [["a"], ["b"], ["PING"], ["c"]]),
        ("\r\n\n  \r\n*0\r\n*-1\r\n*-7\r\nPING\n", [["PING"]]),
        ("*1\rx$4\rxPINGxxPING\n", [["PING"], ["PING"]]),
        ("*2\r\n$1\r\na\r\n", []),
        ("*2\r\n$1\r\na\r\n$1\r\nb\r", []),
        ("*1", []), ("*1\r", []), ("PING", []), ("", []),
    ])
    func requests(text: String, expected: [[String]]) {
        let received = ReceivedRequests(text)
        #expect(received.words == expected)
        #expect(received.error == nil)
    }

    @Test(arguments: [
        ("*x\r\n", "invalid multibulk length"), ("*\r\n", "invalid multibulk length"),
        ("* 1\r\n", "invalid multibulk length"), ("*01\r\n", "invalid multibulk length"),
        ("*+1\r\n", "invalid multibulk length"), ("*-0\r\n", "invalid multibulk length"),
        ("*1048577\r\n", "invalid multibulk length"), ("*9223372036854775808\r\n", "invalid multibulk length"),
        ("*1\nx$4\r\nPING\r\n", "invalid multibulk length"),
        ("*1\r\n+PING\r\n", "expected '$', got '+'"), ("*1\r\n\r\n", "expected '$', got ' '"),
        ("*2\r\n$1\r\na\r\nb\r\n", "expected '$', got 'b'"),
        ("*1\r\n$-5\r\n", "invalid bulk length"), ("*1\r\n$-1\r\n", "invalid bulk length"),
        ("*1\r\n$x\r\n", "invalid bulk length"), ("*1\r\n$\r\n", "invalid bulk length"),
        ("*1\r\n$04\r\nPING\r\n", "invalid bulk length"), ("*1\r\n$536870913\r\n", "invalid bulk length"),
        ("*1\r\n$9223372036854775807\r\n", "invalid bulk length"),
    ])
    func refusals(text: String, expected: String) {
        let received = ReceivedRequests(text)
        #expect(received.requests == [])
        #expect(received.error?.replyLine == "ERR Protocol error: \(expected)")
    }

    @Test(arguments: ["*1048576\r\n", "*1\r\n$536870912\r\n", "*2\r\n$4\r\nECHO\r\n$536870912\r\nabc"])
    func theLimitsThemselvesAreAllowed(text: String) {
        #expect(ReceivedRequests(text).error == nil)
    }

    @Test(arguments: [
        ("*10\r\n", nil), ("*11\r\n", "unauthenticated multibulk length"),
        ("*1\r\n$16384\r\n", nil), ("*1\r\n$16385\r\n", "unauthenticated bulk length"),
        ("*1\r\n$-1\r\n", "invalid bulk length"), ("*1\r\n$536870913\r\n", "invalid bulk length"),
        ("a b c d e f g h i j k l\r\n", nil),
    ])
    func beforeAuthentication(text: String, expected: String?) {
        let received = ReceivedRequests(text, isAuthenticated: false)
        #expect(received.error?.replyLine == expected.map { "ERR Protocol error: \($0)" })
    }

    @Test func authenticationLiftsTheLimits() throws {
        var decoder = RequestDecoder(isAuthenticated: false)
        decoder.isAuthenticated = true
        let bytes = Array("*11\r\n".utf8)
        #expect(try decoder.next(in: bytes.span.bytes) == .needMore(consumed: 0))
    }

    /// The line's limit is 64 KiB, the end not counted; longer ones are refused whether their end has come or not.
    @Test(arguments: [
        ("", "too big inline request"), ("*", "too big mbulk count string"), ("*1\r\n$", "too big bulk count string"),
        ("*1\r\n+", "too big bulk count string"),
    ])
    func lines(prefix: String, expected: String) {
        let used = prefix.utf8.count - (prefix.hasPrefix("*1") ? 4 : 0)
        let fits = prefix + String(repeating: "1", count: 65_536 - used)
        #expect(ReceivedRequests(fits).error == nil)
        for text in [fits + "1", fits + "1\r\n"] {
            #expect(ReceivedRequests(text).error?.replyLine == "ERR Protocol error: \(expected)")
        }
    }

    @Test func longestInlineRequest() {
        let word = String(repeating: "A", count: 65_535)
        #expect(ReceivedRequests(word + "\r\n").words == [[word]])
    }

    @Test(arguments: [
        "POST / HTTP/1.1\r\n", "post\r\n", "Host: example.org\r\n", "host:\n", "*1\r\n$4\r\nPOST\r\n",
        "*2\r\n$5\r\nhost:\r\n$1\r\na\r\n",
    ])
    func browsersAreCutOffWithoutAReply(text: String) {
        let received = ReceivedRequests("PING\r\n" + text + "PING\r\n")
        #expect(received.words == [["PING"]])
        #expect(received.error == .crossProtocolRequest)
        #expect(received.error?.replyText == nil)
        #expect(received.error?.description.contains("Possible SECURITY ATTACK detected") == true)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n", "Host:x\r\n", "POSTS\r\n", "ECHO POST\r\n", "*2\r\n$1\r\na\r\n$4\r\nPOST\r\n",
    ])
    func otherWordsAreCommands(text: String) {
        let received = ReceivedRequests(text)
        #expect(received.requests.count == 1)
        #expect(received.error == nil)
    }

    @Test func aRequestIsLimitedAsAWhole() {
        var limits = RequestLimits()
        limits.requestBytes = 32
        let argument = "$8\r\n12345678\r\n"
        #expect(ReceivedRequests("*2\r\n" + argument + argument, limits: limits).requests.count == 1)
        // Each request has the limit for itself, and what was passed over before it does not count.
        #expect(
            ReceivedRequests(String(repeating: "\r\n*2\r\n" + argument + argument, count: 5), limits: limits)
                .requests.count == 5)
        let received = ReceivedRequests("*3\r\n" + argument + argument + argument, limits: limits)
        #expect(received.error == .requestTooLarge(limit: 32))
        #expect(received.error?.replyLine == "ERR Protocol error: too big request, the limit is 32 bytes")
    }

    @Test func limitsNearWhatAnIntegerHoldsAreSafe() {
        var limits = RequestLimits()
        limits.bulkBytes = .max
        limits.requestBytes = .max
        limits.arguments = .max
        #expect(ReceivedRequests("*1\r\n$9223372036854775807\r\nabc", limits: limits).error != nil)
        #expect(ReceivedRequests("*1\r\n$9223372036854775000\r\nabc", limits: limits).error == nil)
        #expect(ReceivedRequests("*9223372036854775807\r\n$1\r\na\r\n", limits: limits).error == nil)
    }

    @Test func anErrorStays() {
        var decoder = RequestDecoder(isAuthenticated: true)
        let wrong = Array("*x\r\n".utf8)
        let right = Array("PING\r\n".utf8)
        let expected = ProtocolError.invalidArgumentCount(limit: 1 << 20)
        #expect(throws: expected) { try decoder.next(in: wrong.span.bytes) }
        #expect(throws: expected) { try decoder.next(in: right.span.bytes) }
    }

    /// So that a client that sends empty lines for ever costs no memory.
    @Test func whatIsPassedOverNeedNotBeHeld() {
        let bytes = Array(String(repeating: "\r\n*0\r\n", count: 1_000).utf8)
        let received = ReceivedRequests(bytes, cuts: 0..<bytes.count)
        #expect(received.mostHeld <= 4)
        #expect(received.error == nil)
    }

    @Test func anEmptyLineBeforeAnUnfinishedRequest() {
        let bytes = Array("\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n".utf8)
        for cut in 0...bytes.count {
            #expect(ReceivedRequests(bytes, cuts: [cut]).words == [["a", "b"]], "\(cut)")
        }
    }
}

extension ProtocolError {
    /// The reply as text.
    var replyLine: String? {
        guard let replyText else { return nil }
        // As it goes over the wire.
        var encoder = ReplyEncoder()
        encoder.error(replyText)
        return String(decoding: encoder.bytes.dropFirst().dropLast(2), as: UTF8.self)
    }
}
