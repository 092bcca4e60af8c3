// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociProtocol

/// Replies as clients read them.
@Suite struct ReplyDecoderTests {
    @Test(
        arguments: [
            ("+OK\r\n", .simple("OK")), ("+\r\n", .simple("")), ("-ERR no\r\n", .error("ERR no")),
            (":12\r\n", .integer(12)), (":-9223372036854775808\r\n", .integer(.min)),
            ("$3\r\na\r\n\r\n", .bulk(Array("a\r\n".utf8))), ("$0\r\n\r\n", .bulk([])),
            ("$-1\r\n", .null), ("*-1\r\n", .null), ("_\r\n", .null),
            ("*0\r\n", .array([])), ("*2\r\n:1\r\n*1\r\n_\r\n", .array([.integer(1), .array([.null])])),
            ("%0\r\n", .map([])),
            (
                "%1\r\n$1\r\na\r\n%1\r\n:1\r\n#t\r\n",
                .map([.init(key: .bulk([97]), value: .map([.init(key: .integer(1), value: .boolean(true))]))])
            ),
            ("~1\r\n#f\r\n", .set([.boolean(false)])), (">1\r\n+a\r\n", .push([.simple("a")])),
            (",0.5\r\n", .double(0.5)), (",inf\r\n", .double(.infinity)), (",-inf\r\n", .double(-.infinity)),
            (",1e+19\r\n", .double(1e19)), (",10\r\n", .double(10)),
            ("(-12345678901234567890\r\n", .bigNumber("-12345678901234567890")),
            ("=8\r\ntxt:a\r\nb\r\n", .verbatim(format: "txt", text: "a\r\nb")),
            ("=4\r\nmkd:\r\n", .verbatim(format: "mkd", text: "")),
            ("!6\r\nERR\r\na\r\n", .error("ERR\r\na")),
            // Attributes tell something about what follows.
            ("|1\r\n+popularity\r\n*2\r\n:1\r\n:2\r\n+OK\r\n", .simple("OK")), ("|0\r\n:1\r\n", .integer(1)),
            ("*2\r\n|1\r\n+a\r\n|1\r\n:1\r\n:2\r\n+b\r\n:1\r\n:2\r\n", .array([.integer(1), .integer(2)])),
        ] as [(String, Reply)])
    func replies(text: String, expected: Reply) {
        let received = ReceivedReplies(text + "+next\r\n")
        #expect(received.replies == [expected, .simple("next")])
        #expect(received.error == nil)
        for cut in 1..<text.utf8.count {
            let start = ReceivedReplies(Array(text.utf8.prefix(cut)))
            #expect(start.replies == [] && start.error == nil, "the first \(cut) bytes")
        }
    }

    @Test func notANumber() {
        guard case .double(let value)? = ReceivedReplies(",nan\r\n").replies.first else {
            Issue.record("no double")
            return
        }
        #expect(value.isNaN)
    }

    @Test(
        arguments: [
            ("HTTP/1.1 400\r\n", .unknownReplyType(found: UInt8(ascii: "H"))),
            ("\r\n", .unknownReplyType(found: 13)), (";4\r\n", .unknownReplyType(found: UInt8(ascii: ";"))),
            (":x\r\n", .malformedReply(type: UInt8(ascii: ":"), text: "x")),
            (":\r\n", .malformedReply(type: UInt8(ascii: ":"), text: "")),
            (":1\rx", .malformedReply(type: UInt8(ascii: ":"), text: "1?x")),
            ("$?\r\n", .malformedReply(type: UInt8(ascii: "$"), text: "?")),
            ("$-2\r\n", .malformedReply(type: UInt8(ascii: "$"), text: "-2")),
            ("$1\r\nabc", .malformedReply(type: UInt8(ascii: "$"), text: "bc")),
            ("=-1\r\n", .malformedReply(type: UInt8(ascii: "="), text: "-1")),
            ("=3\r\ntxt\r\n", .malformedReply(type: UInt8(ascii: "="), text: "txt")),
            ("%-1\r\n", .malformedReply(type: UInt8(ascii: "%"), text: "-1")),
            ("*?\r\n", .malformedReply(type: UInt8(ascii: "*"), text: "?")),
            ("_x\r\n", .malformedReply(type: UInt8(ascii: "_"), text: "x")),
            ("#T\r\n", .malformedReply(type: UInt8(ascii: "#"), text: "T")),
            (",x\r\n", .malformedReply(type: UInt8(ascii: ","), text: "x")),
            ("(1.5\r\n", .malformedReply(type: UInt8(ascii: "("), text: "1.5")),
            ("(-\r\n", .malformedReply(type: UInt8(ascii: "("), text: "-")),
            ("$9223372036854775807\r\n", .replyTooLarge(limit: 1 << 30)),
            ("$1073741824\r\n", .replyTooLarge(limit: 1 << 30)),
            ("*9223372036854775807\r\n", .replyTooManyElements(limit: 1 << 24)),
            ("%9223372036854775807\r\n", .replyTooManyElements(limit: 1 << 24)),
            ("%8388609\r\n", .replyTooManyElements(limit: 1 << 24)),
            ("*2\r\n*16777214\r\n", nil), ("*2\r\n*16777215\r\n", .replyTooManyElements(limit: 1 << 24)),
        ] as [(String, ProtocolError?)])
    func refusals(text: String, expected: ProtocolError?) {
        let received = ReceivedReplies(text)
        #expect(received.replies == [])
        #expect(received.error == expected)
        #expect(received.error?.replyText == nil)
    }

    @Test func depth() {
        let nested = String(repeating: "*1\r\n", count: 127) + "*0\r\n"
        #expect(ReceivedReplies(nested).replies.count == 1)
        #expect(ReceivedReplies("*1\r\n" + nested).error == .replyTooDeep(limit: 128))
        #expect(ReceivedReplies(String(repeating: "|1\r\n", count: 200)).error == .replyTooDeep(limit: 128))
    }

    @Test func lines() {
        let fits = "+" + String(repeating: "a", count: 65_535)
        #expect(ReceivedReplies(fits + "\r\n").replies.count == 1)
        #expect(ReceivedReplies(fits + "a\r\n").error == .replyLineTooLong(limit: 65_536))
        #expect(ReceivedReplies(fits + "a").error == .replyLineTooLong(limit: 65_536))
    }

    @Test func bytesOfAllParts() {
        var limits = ReplyLimits()
        limits.replyBytes = 18
        let text = "*2\r\n+abcde\r\n:1234"
        #expect(ReceivedReplies("*2\r\n+abcde\r\n:12\r\n+a\r\n", limits: limits).replies.count == 2)
        for bytes in [Array((text + "\r\n").utf8), Array("*2\r\n+abcde\r\n$2\r\nab\r\n".utf8)] {
            #expect(ReceivedReplies(bytes, limits: limits).error == .replyTooLarge(limit: 18))
            #expect(ReceivedReplies(bytes, cuts: 0..<bytes.count, limits: limits).error == .replyTooLarge(limit: 18))
        }
    }

    @Test func anErrorStays() {
        var decoder = ReplyDecoder()
        let wrong = Array("x".utf8)
        let right = Array("+OK\r\n".utf8)
        let expected = ProtocolError.unknownReplyType(found: UInt8(ascii: "x"))
        #expect(throws: expected) { try decoder.next(in: wrong.span.bytes) }
        #expect(throws: expected) { try decoder.next(in: right.span.bytes) }
    }

    /// What `ReplyLimits` says of memory.
    @Test func sizeOfAnElement() {
        #expect(MemoryLayout<Reply>.stride <= 40)
    }
}
