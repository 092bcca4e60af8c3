// Loci, Apache License 2.0.

extension ProtocolError {
    /// The text of the error reply that tells the client, without the type; nil if nothing is to be sent.
    ///
    /// The texts are Redis's, to the letter, since clients compare them. Bytes, for one of them repeats a byte of the request.
    package var replyText: [UInt8]? {
        switch self {
        case .unbalancedQuotes: Self.protocolError("unbalanced quotes in request")
        case .inlineTooLong: Self.protocolError("too big inline request")
        case .argumentCountTooLong: Self.protocolError("too big mbulk count string")
        case .bulkLengthTooLong: Self.protocolError("too big bulk count string")
        case .invalidArgumentCount: Self.protocolError("invalid multibulk length")
        case .invalidBulkLength: Self.protocolError("invalid bulk length")
        case .unauthenticatedArgumentCount: Self.protocolError("unauthenticated multibulk length")
        case .unauthenticatedBulkLength: Self.protocolError("unauthenticated bulk length")
        case .bulkExpected(let found): Self.protocolError("expected '$', got '") + [found, UInt8(ascii: "'")]
        case .requestTooLarge(let limit): Self.protocolError("too big request, the limit is \(limit) bytes")
        case .patternTooLong: Array("ERR \(description)".utf8)
        case .crossProtocolRequest: nil
        // Of what a server sends, which nobody answers.
        case .unknownReplyType, .malformedReply, .replyLineTooLong, .replyTooDeep, .replyTooManyElements,
            .replyTooLarge:
            nil
        }
    }

    private static func protocolError(_ text: String) -> [UInt8] { Array("ERR Protocol error: \(text)".utf8) }

    private static func shown(_ byte: UInt8) -> String {
        byte > 0x20 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
    }
}

extension ProtocolError: CustomStringConvertible {
    /// What is wrong, and what to do: for logs, and for who uses the command line.
    package var description: String {
        switch self {
        case .unbalancedQuotes:
            "the quotes of an inline request are not balanced; close each, and put a space behind it"
        case .inlineTooLong(let limit):
            "an inline request has no end within \(limit) bytes; send long requests as arrays of bulk strings"
        case .argumentCountTooLong(let limit):
            "the number of arguments has no end within \(limit) bytes; end it by CR and LF"
        case .bulkLengthTooLong(let limit):
            "the length of an argument has no end within \(limit) bytes; end it by CR and LF"
        case .invalidArgumentCount(let limit):
            "the number of arguments is no number up to \(limit); send fewer arguments a request"
        case .invalidBulkLength(let limit):
            "the length of an argument is no number from 0 to \(limit); send shorter arguments"
        case .unauthenticatedArgumentCount(let count, let limit):
            "a client that has not authenticated sent \(count) arguments, the limit is \(limit); send AUTH first"
        case .unauthenticatedBulkLength(let bytes, let limit):
            "a client that has not authenticated sent an argument of \(bytes) bytes, the limit is \(limit); "
                + "send AUTH first"
        case .bulkExpected(let found):
            "\(Self.shown(found)) stands where '$' and the length of an argument must; "
                + "send every argument as a bulk string"
        case .requestTooLarge(let limit):
            "a request has more than \(limit) bytes; send it in parts"
        case .crossProtocolRequest:
            "Possible SECURITY ATTACK detected: the request begins with POST or Host:, as HTTP does; connection closed"
        case .unknownReplyType(let found):
            "a reply begins with \(Self.shown(found)), which is no type of RESP; look whether the address is the server's"
        case .malformedReply(let type, let text):
            "a reply of the type \(Self.shown(type)) goes on with '\(text)', which RESP does not allow; "
                + "look whether the address is the server's"
        case .replyLineTooLong(let limit):
            "a line of a reply has no end within \(limit) bytes; look whether the address is the server's"
        case .replyTooDeep(let limit):
            "a reply lies more than \(limit) levels deep; ask for less of it"
        case .replyTooManyElements(let limit):
            "a reply has more than \(limit) elements; ask for fewer at a time"
        case .replyTooLarge(let limit):
            "a reply has more than \(limit) bytes; ask for less at a time"
        case .patternTooLong(let bytes, let limit):
            "the pattern has \(bytes) bytes, the limit is \(limit); shorten it"
        }
    }
}
