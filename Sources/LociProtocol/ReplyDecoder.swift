// Loci, Apache License 2.0.

/// Reads the replies of a server, of both versions of the protocol.
///
/// The bytes are those of a connection's buffer from where `next` told to drop them. What was read of an unfinished reply is
/// kept here, so a reply that comes byte by byte costs O(its length) in all. Attributes, which may stand before any reply and
/// tell something about it, are read and dropped. Streamed strings and aggregates, which no server of Redis's sends, are refused.
package struct ReplyDecoder: Sendable {
    /// What a call of `next` found.
    package enum Step: Sendable, Equatable {
        /// No reply is whole. The first `consumed` bytes are done with, and `next` is to be called with the others and more.
        case needMore(consumed: Int)
        /// A reply. The first `consumed` bytes are done with.
        case reply(Reply, consumed: Int)
    }

    /// An aggregate whose elements are still to come.
    private struct Frame: Sendable {
        let type: UInt8
        /// The elements that it has when it is whole: of a map, keys and values.
        let count: Int
        var elements: [Reply] = []
    }

    /// A part of a reply.
    private enum Part {
        case value(Reply)
        case aggregate(Frame)
    }

    private let limits: ReplyLimits
    /// What was wrong: after it nothing is read any more.
    private var failure: ProtocolError?
    private var frames: [Frame] = []
    /// Bytes of the reply under way that were consumed in earlier calls, and elements that it has announced.
    private var earlierBytes = 0
    private var announced = 0
    /// Where the next part begins, and up to where the end of its line was looked for.
    private var position = 0
    private var scanned = 0

    /// A decoder for a new connection.
    package init(limits: ReplyLimits = ReplyLimits()) {
        self.limits = limits
    }

    /// Looks for the next reply.
    ///
    /// - Parameter bytes: All bytes that were received and not yet consumed. They may not be fewer than in the last call.
    /// - Throws: What is wrong with the reply. The connection is to be closed; each later call throws the same.
    /// - Complexity: O(bytes that are new).
    package mutating func next(in bytes: RawSpan) throws(ProtocolError) -> Step {
        if let failure { throw failure }
        precondition(bytes.byteCount >= scanned, "bytes were dropped that the decoder had not consumed")
        do {
            while let part = try takePart(bytes) {
                guard let reply = try complete(part) else { continue }
                let consumed = position
                (position, scanned, earlierBytes, announced) = (0, 0, 0, 0)
                return .reply(reply, consumed: consumed)
            }
        } catch {
            failure = error
            throw error
        }
        let consumed = position
        earlierBytes += consumed
        position = 0
        scanned -= consumed
        return .needMore(consumed: consumed)
    }

    /// Puts a part in its place, and returns the reply if it is whole then.
    private mutating func complete(_ part: Part) throws(ProtocolError) -> Reply? {
        var value: Reply
        switch part {
        case .value(let taken):
            value = taken
        case .aggregate(let frame):
            guard frames.count < limits.depth else { throw .replyTooDeep(limit: limits.depth) }
            if frame.count > 0 {
                frames.append(frame)
                return nil
            }
            guard let empty = Self.reply(frame) else { return nil }
            value = empty
        }
        while let last = frames.indices.last {
            frames[last].elements.append(value)
            guard frames[last].elements.count == frames[last].count else { return nil }
            guard let whole = Self.reply(frames.removeLast()) else { return nil }
            value = whole
        }
        return value
    }

    /// The reply that a whole aggregate is; nil if it is attributes.
    private static func reply(_ frame: Frame) -> Reply? {
        switch frame.type {
        case UInt8(ascii: "|"): nil
        case UInt8(ascii: "~"): .set(frame.elements)
        case UInt8(ascii: ">"): .push(frame.elements)
        case UInt8(ascii: "%"):
            .map(
                stride(from: 0, to: frame.elements.count, by: 2).map { index in
                    Reply.Entry(key: frame.elements[index], value: frame.elements[index + 1])
                })
        default: .array(frame.elements)
        }
    }

    /// The next part, or nil if it is not there as a whole.
    private mutating func takePart(_ bytes: RawSpan) throws(ProtocolError) -> Part? {
        guard position < bytes.byteCount else { return nil }
        let type = bytes.byte(position)
        switch type {
        case UInt8(ascii: "$"), UInt8(ascii: "="), UInt8(ascii: "!"):
            return try takeString(type, bytes)
        case UInt8(ascii: "*"), UInt8(ascii: "~"), UInt8(ascii: ">"), UInt8(ascii: "%"), UInt8(ascii: "|"):
            return try takeAggregate(type, bytes)
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "#"),
            UInt8(ascii: ","), UInt8(ascii: "("):
            guard let line = try findLine(bytes) else { return nil }
            let text = bytes.extracting(line)
            guard let value = Self.value(type, text) else { throw Self.malformed(type, text) }
            move(to: line.upperBound + 2)
            return .value(value)
        default:
            throw .unknownReplyType(found: type)
        }
    }

    /// The value that a line is by itself; nil if it is none of its type.
    private static func value(_ type: UInt8, _ text: RawSpan) -> Reply? {
        switch type {
        case UInt8(ascii: "+"): .simple(text.text)
        case UInt8(ascii: "-"): .error(text.text)
        case UInt8(ascii: ":"): ArgumentNumber.integer(text).map { .integer($0) }
        case UInt8(ascii: "_"): text.isEmpty ? .null : nil
        case UInt8(ascii: "#"): truth(text)
        case UInt8(ascii: ","):
            text.isWord("nan") || text.isWord("-nan") ? .double(.nan) : ArgumentNumber.double(text).map { .double($0) }
        default: isWholeNumber(text) ? .bigNumber(text.text) : nil
        }
    }

    private static func truth(_ text: RawSpan) -> Reply? {
        guard text.byteCount == 1 else { return nil }
        switch text.byte(0) {
        case UInt8(ascii: "t"): return .boolean(true)
        case UInt8(ascii: "f"): return .boolean(false)
        default: return nil
        }
    }

    private static func isWholeNumber(_ text: RawSpan) -> Bool {
        var position = text.byteCount > 1 && text.byte(0) == UInt8(ascii: "-") ? 1 : 0
        guard position < text.byteCount else { return false }
        while position < text.byteCount {
            guard text.byte(position).isDigit else { return false }
            position += 1
        }
        return true
    }

    private mutating func takeAggregate(_ type: UInt8, _ bytes: RawSpan) throws(ProtocolError) -> Part? {
        guard let line = try findLine(bytes) else { return nil }
        let text = bytes.extracting(line)
        guard let count = ArgumentNumber.integer(text), count >= -1 else { throw Self.malformed(type, text) }
        if count == -1 {
            guard type == UInt8(ascii: "*") else { throw Self.malformed(type, text) }
            move(to: line.upperBound + 2)
            return .value(.null)
        }
        let isPairs = type == UInt8(ascii: "%") || type == UInt8(ascii: "|")
        let free = (limits.elements - announced) / (isPairs ? 2 : 1)
        guard count <= Int64(free) else { throw .replyTooManyElements(limit: limits.elements) }
        let elements = Int(count) * (isPairs ? 2 : 1)
        announced += elements
        move(to: line.upperBound + 2)
        return .aggregate(Frame(type: type, count: elements))
    }

    /// Takes a string whose length stands before it.
    private mutating func takeString(_ type: UInt8, _ bytes: RawSpan) throws(ProtocolError) -> Part? {
        guard let line = try findLine(bytes) else { return nil }
        let text = bytes.extracting(line)
        guard let length = ArgumentNumber.integer(text), length >= -1 else { throw Self.malformed(type, text) }
        let start = line.upperBound + 2
        if length == -1 {
            guard type == UInt8(ascii: "$") else { throw Self.malformed(type, text) }
            move(to: start)
            return .value(.null)
        }
        guard length <= Int64(limits.replyBytes - earlierBytes - start - 2) else {
            throw .replyTooLarge(limit: limits.replyBytes)
        }
        guard bytes.byteCount - start - 2 >= Int(length) else { return nil }
        let end = start + Int(length)
        guard bytes.byte(end) == .carriageReturn, bytes.byte(end + 1) == .lineFeed else {
            throw Self.malformed(type, bytes.extracting(end..<end + 2))
        }
        let content = bytes.extracting(start..<end)
        move(to: end + 2)
        switch type {
        case UInt8(ascii: "$"): return .value(.bulk(content.copied))
        case UInt8(ascii: "!"): return .value(.error(content.text))
        default:
            guard content.byteCount >= 4, content.byte(3) == UInt8(ascii: ":") else {
                throw Self.malformed(type, content)
            }
            return .value(.verbatim(format: content.extracting(first: 3).text, text: content.extracting(4...).text))
        }
    }

    /// Where the line from `position` on lies, without its type and its end; nil if its end is not there.
    private mutating func findLine(_ bytes: RawSpan) throws(ProtocolError) -> Range<Int>? {
        let last = min(bytes.byteCount, position + limits.lineBytes + 1)
        while scanned < last, bytes.byte(scanned) != .carriageReturn { scanned += 1 }
        guard earlierBytes + scanned + 2 <= limits.replyBytes else { throw .replyTooLarge(limit: limits.replyBytes) }
        guard scanned < last else {
            if last - position > limits.lineBytes { throw .replyLineTooLong(limit: limits.lineBytes) }
            return nil
        }
        guard scanned + 1 < bytes.byteCount else { return nil }
        guard bytes.byte(scanned + 1) == .lineFeed else {
            throw Self.malformed(bytes.byte(position), bytes.extracting(position + 1..<scanned + 2))
        }
        return position + 1..<scanned
    }

    private mutating func move(to place: Int) {
        position = place
        scanned = place
    }

    /// The error that shows how a part goes on: its first bytes, as far as they can be shown.
    private static func malformed(_ type: UInt8, _ text: RawSpan) -> ProtocolError {
        let shown = text.extracting(first: 32).copied.map { $0 >= 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: "?") }
        return .malformedReply(type: type, text: String(decoding: shown, as: UTF8.self))
    }
}
