// Loci, Apache License 2.0.

import Testing

@testable import LociProtocol

/// The ends of replies, found without reading them.
@Suite struct ReplyScannerTests {
    private static let texts = [
        "+OK\r\n", "+\r\n", ":12\r\n", "$3\r\na\r\n\r\n", "$0\r\n\r\n", "$-1\r\n", "*-1\r\n", "*0\r\n",
        "*2\r\n:1\r\n*1\r\n$1\r\na\r\n", "*3\r\n*0\r\n*0\r\n*-1\r\n", "*1\r\n-ERR inner\r\n",
    ]

    /// What a scanner finds in bytes that come in pieces of a size: the errors of the replies.
    private static func scan(_ text: String, pieces size: Int) throws -> [String?] {
        var scanner = ReplyScanner()
        var (rest, found): ([UInt8], [String?]) = ([], [])
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            rest += bytes[start..<min(bytes.count, start + size)]
            scanning: while true {
                switch try scanner.next(in: rest.span.bytes) {
                case .needMore(let consumed):
                    rest.removeFirst(consumed)
                    break scanning
                case .reply(let error, let consumed):
                    rest.removeFirst(consumed)
                    found.append(error)
                }
            }
        }
        #expect(rest.isEmpty)
        return found
    }

    @Test(arguments: [1, 2, 3, 7, 1_000])
    func everyReplyEndsOnce(pieces: Int) throws {
        let text = Self.texts.joined() + "-ERR no\r\n+OK\r\n"
        let expected: [String?] = Self.texts.map { _ in nil } + ["ERR no", nil]
        #expect(try Self.scan(text, pieces: pieces) == expected)
    }

    @Test func noPartIsAReply() throws {
        for text in Self.texts {
            for cut in 1..<text.utf8.count {
                var scanner = ReplyScanner()
                let start = Array(text.utf8.prefix(cut))
                guard case .needMore = try scanner.next(in: start.span.bytes) else {
                    Issue.record("\(cut) bytes of \(text.debugDescription)")
                    continue
                }
            }
        }
    }

    @Test func whatIsNoReplyIsRefused() {
        func error(_ text: String, _ limits: ReplyLimits = ReplyLimits()) -> ProtocolError? {
            var scanner = ReplyScanner(limits: limits)
            let bytes = Array(text.utf8)
            do throws(ProtocolError) {
                _ = try scanner.next(in: bytes.span.bytes)
                return nil
            } catch {
                return error
            }
        }
        #expect(error("HTTP/1.1 400\r\n") == .unknownReplyType(found: UInt8(ascii: "H")))
        #expect(error("$-2\r\n") == .malformedReply(type: UInt8(ascii: "$"), text: "-2"))
        #expect(error("*x\r\n") == .malformedReply(type: UInt8(ascii: "*"), text: "x"))
        var limits = ReplyLimits()
        (limits.elements, limits.replyBytes, limits.lineBytes) = (4, 10, 8)
        #expect(error("*5\r\n", limits) == .replyTooManyElements(limit: 4))
        #expect(error("*3\r\n*2\r\n", limits) == .replyTooManyElements(limit: 4))
        #expect(error("$11\r\n", limits) == .replyTooLarge(limit: 10))
        #expect(error("+123456789", limits) == .replyLineTooLong(limit: 8))
    }
}
