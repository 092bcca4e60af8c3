// Loci, Apache License 2.0.

import Testing

@testable import LociProtocol

/// What is told of errors: to clients in Redis's words, to logs with value, limit and remedy.
@Suite struct ProtocolErrorTests {
    @Test(
        arguments: [
            (.unbalancedQuotes, "unbalanced quotes in request"),
            (.inlineTooLong(limit: 1), "too big inline request"),
            (.argumentCountTooLong(limit: 1), "too big mbulk count string"),
            (.bulkLengthTooLong(limit: 1), "too big bulk count string"),
            (.invalidArgumentCount(limit: 1), "invalid multibulk length"),
            (.invalidBulkLength(limit: 1), "invalid bulk length"),
            (.unauthenticatedArgumentCount(count: 2, limit: 1), "unauthenticated multibulk length"),
            (.unauthenticatedBulkLength(bytes: 2, limit: 1), "unauthenticated bulk length"),
            (.bulkExpected(found: UInt8(ascii: "+")), "expected '$', got '+'"),
            (.requestTooLarge(limit: 7), "too big request, the limit is 7 bytes"),
        ] as [(ProtocolError, String)])
    func replies(error: ProtocolError, expected: String) {
        #expect(error.replyLine == "ERR Protocol error: \(expected)")
    }

    @Test func aPatternThatIsTooLongIsAnOrdinaryError() {
        let error = ProtocolError.patternTooLong(bytes: 5_000, limit: 4_096)
        #expect(error.replyLine == "ERR the pattern has 5000 bytes, the limit is 4096; shorten it")
    }

    @Test(
        arguments: [
            (
                .unauthenticatedBulkLength(bytes: 20_000, limit: 16_384),
                "a client that has not authenticated sent an argument of 20000 bytes, the limit is 16384; send AUTH first"
            ),
            (
                .invalidBulkLength(limit: 512),
                "the length of an argument is no number from 0 to 512; send shorter arguments"
            ),
            (
                .bulkExpected(found: 0),
                "byte 0 stands where '$' and the length of an argument must; send every argument as a bulk string"
            ),
            (
                .unknownReplyType(found: UInt8(ascii: "H")),
                "a reply begins with 'H', which is no type of RESP; look whether the address is the server's"
            ),
            (
                .malformedReply(type: UInt8(ascii: ":"), text: "x"),
                "a reply of the type ':' goes on with 'x', which RESP does not allow; look whether the address is the server's"
            ),
        ] as [(ProtocolError, String)])
    func descriptions(error: ProtocolError, expected: String) {
        #expect("\(error)" == expected)
    }
}
