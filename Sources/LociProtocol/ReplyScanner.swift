// Loci, Apache License 2.0.

/// Finds where replies of RESP2 end, and makes nothing of them but the texts of errors.
///
/// For who counts replies, as a generator of load does: it takes no memory, and no time for what is in the strings.
/// The bytes are given as to `ReplyDecoder`.
package struct ReplyScanner: Sendable {
    /// What a call of `next` found.
    package enum Step: Sendable, Equatable {
        /// No reply ends here. The first `consumed` bytes are done with.
        case needMore(consumed: Int)
        /// The end of a reply, with its text if it is an error. The first `consumed` bytes are done with.
        case reply(error: String?, consumed: Int)
    }

    private let limits: ReplyLimits
    /// The parts of the reply under way that are still to come, and the bytes of its current string.
    private var (remaining, skipping) = (0, 0)
    private var announced = 0
    private var error: String?

    /// A scanner for a new connection.
    package init(limits: ReplyLimits = ReplyLimits()) {
        self.limits = limits
    }

    /// Looks for the end of the next reply.
    ///
    /// - Parameter bytes: All bytes that were received and not yet consumed.
    /// - Throws: What is wrong with the reply, as far as it is looked at. The connection is to be closed.
    /// - Complexity: O(lines). A line that comes in pieces is looked at once a piece.
    package mutating func next(in bytes: RawSpan) throws(ProtocolError) -> Step {
        var position = 0
        while true {
            let passed = min(skipping, bytes.byteCount - position)
            position += passed
            skipping -= passed
            if skipping == 0, announced > 0, remaining == 0 {
                defer { (announced, error) = (0, nil) }
                return .reply(error: error, consumed: position)
            }
            guard skipping == 0, position < bytes.byteCount, let end = try lineEnd(in: bytes, from: position) else {
                return .needMore(consumed: position)
            }
            try take(bytes.byte(position), bytes.extracting(position + 1..<end))
            position = end + 2
        }
    }

    /// Takes the line that a part begins with.
    private mutating func take(_ type: UInt8, _ text: RawSpan) throws(ProtocolError) {
        if announced == 0 { (announced, remaining) = (1, 1) }
        remaining -= 1
        switch type {
        case UInt8(ascii: "+"), UInt8(ascii: ":"): break
        case UInt8(ascii: "-"): if announced == 1 { error = text.text }
        case UInt8(ascii: "$"):
            let length = try number(type, text)
            guard length <= Int64(limits.replyBytes) else { throw .replyTooLarge(limit: limits.replyBytes) }
            if length >= 0 { skipping = Int(length) + 2 }
        case UInt8(ascii: "*"):
            let count = try number(type, text)
            guard count <= Int64(limits.elements - announced) else {
                throw .replyTooManyElements(limit: limits.elements)
            }
            announced += Int(max(0, count))
            remaining += Int(max(0, count))
        default: throw .unknownReplyType(found: type)
        }
    }

    private func number(_ type: UInt8, _ text: RawSpan) throws(ProtocolError) -> Int64 {
        guard let number = ArgumentNumber.integer(text), number >= -1 else {
            throw .malformedReply(type: type, text: text.extracting(first: 32).text)
        }
        return number
    }

    /// Where the carriage return of a line stands; nil if the line has not ended.
    private func lineEnd(in bytes: RawSpan, from start: Int) throws(ProtocolError) -> Int? {
        let last = min(bytes.byteCount, start + limits.lineBytes + 1)
        var position = start
        while position < last, bytes.byte(position) != .carriageReturn { position += 1 }
        if position < last { return position + 1 < bytes.byteCount ? position : nil }
        if last - start > limits.lineBytes { throw .replyLineTooLong(limit: limits.lineBytes) }
        return nil
    }
}
