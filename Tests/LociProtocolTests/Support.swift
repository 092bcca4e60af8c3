// Loci, Apache License 2.0.

import TestSupport

@testable import LociProtocol

/// What a server makes of the bytes of one connection.
struct ReceivedRequests: Equatable {
    var requests: [[[UInt8]]] = []
    var error: ProtocolError?
    /// The most bytes that had to be held for a request that was not whole.
    var mostHeld = 0

    static func == (left: Self, right: Self) -> Bool { left.requests == right.requests && left.error == right.error }

    /// The requests as text.
    var words: [[String]] { requests.map { $0.map { String(decoding: $0, as: UTF8.self) } } }

    /// Receives bytes in pieces that end at the cuts, as they come from a socket.
    init(
        _ bytes: [UInt8], cuts: some Sequence<Int> = EmptyCollection(), limits: RequestLimits = RequestLimits(),
        isAuthenticated: Bool = true
    ) {
        var decoder = RequestDecoder(limits: limits, isAuthenticated: isAuthenticated)
        var buffer: [UInt8] = []
        var received = 0
        do throws(ProtocolError) {
            for cut in Array(cuts) + [bytes.count] {
                buffer += bytes[received..<cut]
                received = cut
                while case .request(let request, let consumed) = try take(&decoder, &buffer) {
                    requests.append(
                        request.withArguments(in: buffer.span.bytes) { source, ranges in
                            ranges.map { source.extracting($0).copied }
                        })
                    buffer.removeFirst(consumed)
                }
                mostHeld = max(mostHeld, buffer.count)
            }
        } catch {
            self.error = error
        }
    }

    init(_ text: String, limits: RequestLimits = RequestLimits(), isAuthenticated: Bool = true) {
        self.init(Array(text.utf8), limits: limits, isAuthenticated: isAuthenticated)
    }

    /// A step, after which the buffer has what was passed over no longer, unless a request lies behind it.
    private func take(
        _ decoder: inout RequestDecoder, _ buffer: inout [UInt8]
    ) throws(ProtocolError) -> RequestDecoder.Step {
        let step = try decoder.next(in: buffer.span.bytes)
        if case .needMore(let consumed) = step { buffer.removeFirst(consumed) }
        return step
    }
}

/// What a client makes of the bytes of one connection.
struct ReceivedReplies: Equatable {
    var replies: [Reply] = []
    var error: ProtocolError?
    /// The most bytes that had to be held for a part that was not whole.
    var mostHeld = 0

    static func == (left: Self, right: Self) -> Bool {
        left.replies == right.replies && left.error == right.error
    }

    /// Receives bytes in pieces that end at the cuts, as they come from a socket.
    init(_ bytes: [UInt8], cuts: some Sequence<Int> = EmptyCollection(), limits: ReplyLimits = ReplyLimits()) {
        var decoder = ReplyDecoder(limits: limits)
        var buffer: [UInt8] = []
        var received = 0
        do throws(ProtocolError) {
            for cut in Array(cuts) + [bytes.count] {
                buffer += bytes[received..<cut]
                received = cut
                while case .reply(let reply, let consumed) = try take(&decoder, &buffer) {
                    replies.append(reply)
                    buffer.removeFirst(consumed)
                }
                mostHeld = max(mostHeld, buffer.count)
            }
        } catch {
            self.error = error
        }
    }

    /// A step, after which the buffer has what was read no longer, unless a reply ends there.
    private func take(_ decoder: inout ReplyDecoder, _ buffer: inout [UInt8]) throws(ProtocolError) -> ReplyDecoder.Step
    {
        let step = try decoder.next(in: buffer.span.bytes)
        if case .needMore(let consumed) = step { buffer.removeFirst(consumed) }
        return step
    }

    init(_ text: String, limits: ReplyLimits = ReplyLimits()) {
        self.init(Array(text.utf8), limits: limits)
    }
}

extension SeededGenerator {
    /// Takes out, puts in and changes bytes at up to three places.
    /// - Parameter pieces: What is put in.
    mutating func damage(_ bytes: inout [UInt8], with pieces: [[UInt8]]) {
        for _ in 0..<below(4) where !bytes.isEmpty {
            let position = below(bytes.count)
            switch below(3) {
            case 0: bytes.removeSubrange(position..<min(bytes.count, position + 1 + below(8)))
            case 1: bytes.insert(contentsOf: pieces[below(pieces.count)], at: position)
            default: bytes[position] = UInt8(truncatingIfNeeded: next())
            }
        }
    }

    /// A request as clients send it.
    mutating func multibulk(arguments: [[UInt8]]) -> [UInt8] {
        var bytes = Array("*\(arguments.count)\r\n".utf8)
        for argument in arguments {
            bytes += Array("$\(argument.count)\r\n".utf8) + argument + Array("\r\n".utf8)
        }
        return bytes
    }

    /// A request as people type it: every way to quote that can say the argument.
    mutating func inline(arguments: [[UInt8]]) -> [UInt8] {
        var line: [UInt8] = []
        for (index, argument) in arguments.enumerated() {
            if index > 0 || below(4) == 0 { line += Array(repeating: UInt8(ascii: " "), count: 1 + below(3)) }
            let isPlain = !argument.isEmpty && argument.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x27 }
            let hasLine = argument.contains(0x0A) || argument.contains(0x5C)
            if isPlain && below(2) == 0 && !(index == 0 && argument[0] == UInt8(ascii: "*")) {
                line += argument
            } else if !hasLine && below(2) == 0 {
                line.append(UInt8(ascii: "'"))
                for byte in argument { line += byte == 0x27 ? [0x5C, byte] : [byte] }
                line.append(UInt8(ascii: "'"))
            } else {
                line.append(UInt8(ascii: "\""))
                for byte in argument { line += escaped(byte) }
                line.append(UInt8(ascii: "\""))
            }
        }
        return line + Array((below(2) == 0 ? "\n" : "\r\n").utf8)
    }

    private mutating func escaped(_ byte: UInt8) -> [UInt8] {
        let special: [UInt8: String] = [0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t", 0x08: "\\b", 0x07: "\\a"]
        if byte == 0x22 || byte == 0x5C { return [0x5C, byte] }
        if let text = special[byte], below(2) == 0 { return Array(text.utf8) }
        guard byte < 0x20 || byte > 0x7E || below(8) == 0 else { return [byte] }
        let digits = Array((below(2) == 0 ? "0123456789abcdef" : "0123456789ABCDEF").utf8)
        return Array("\\x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    /// Arguments of any bytes, with those that mean something to the protocol more often than others.
    mutating func arguments() -> [[UInt8]] {
        let letters = Array("a*$\r\n\"'\\ 0".utf8)
        return (0...below(4)).map { _ in
            below(2) == 0 ? bytes(below(20)) : (0..<below(8)).map { _ in letters[below(letters.count)] }
        }
    }

    /// A reply of at most this depth.
    mutating func reply(depth: Int) -> Reply {
        switch below(depth > 0 ? 14 : 9) {
        case 0: .simple(line())
        case 1: .error("ERR \(line())")
        case 2: .integer(Int64(bitPattern: next()) >> Int64(below(64)))
        case 3: .bulk(bytes(below(30)))
        case 4: .null
        case 5: .double(double())
        case 6: .boolean(below(2) == 0)
        case 7: .bigNumber("-\(next())\(next())")
        case 8: .verbatim(format: below(2) == 0 ? "txt" : "mkd", text: line() + "\r\n:" + line())
        case 9, 10: .array((0..<below(5)).map { _ in reply(depth: depth - 1) })
        case 11: .set((0..<below(5)).map { _ in reply(depth: depth - 1) })
        case 12: .push((0..<below(5)).map { _ in reply(depth: depth - 1) })
        default:
            .map((0..<below(4)).map { _ in Reply.Entry(key: reply(depth: depth - 1), value: reply(depth: depth - 1)) })
        }
    }

    /// A double of any magnitude that is a number.
    mutating func double() -> Double {
        switch below(4) {
        case 0: return Double(below(2_000) - 1_000)
        case 1: return Double(below(2_000_000) - 1_000_000) / 1_024
        case 2: return below(2) == 0 ? .infinity : -.infinity
        default:
            let value = Double(bitPattern: next())
            return value.isNaN ? 0.5 : value
        }
    }

    private mutating func line() -> String {
        let letters = Array("abc $*:'\"é中🙂")
        return String((0..<below(9)).map { _ in letters[below(letters.count)] })
    }
}

extension ReplyEncoder {
    /// Writes a whole tree.
    mutating func write(_ reply: Reply) {
        switch reply {
        case .simple(let text): simple(text.utf8)
        case .error(let text): error(text.utf8)
        case .integer(let value): integer(value)
        case .bulk(let value): bulk(value.span.bytes)
        case .null: null()
        case .double(let value): double(value)
        case .boolean(let value): boolean(value)
        case .bigNumber(let digits): bigNumber(digits)
        case .verbatim(let format, let text): verbatim(format == "txt" ? .text : .markdown, text)
        case .array(let elements):
            array(elements.count)
            for element in elements { write(element) }
        case .set(let elements):
            set(elements.count)
            for element in elements { write(element) }
        case .push(let elements):
            push(elements.count)
            for element in elements { write(element) }
        case .map(let entries):
            map(entries.count)
            for entry in entries {
                write(entry.key)
                write(entry.value)
            }
        }
    }
}
