// Loci, Apache License 2.0.

/// Finds requests in the bytes that a client sends, without copying them.
///
/// The bytes are those of a connection's buffer from where `next` told to drop them. Where a request is not there as a whole,
/// the next call goes on where this one stopped, so one that comes byte by byte costs O(its length) in all:
///
///     while true {
///         switch try decoder.next(in: buffer.readableBytes) {
///         case .request(let request, let consumed): run(request); buffer.drop(consumed)
///         case .needMore(let consumed): buffer.drop(consumed); return
///         }
///     }
///
/// The protocol is that of Redis (https://redis.io/docs/latest/develop/reference/protocol-spec/): an array of bulk strings, or
/// a line of words. As there, the two bytes behind a length or an argument are passed over, whatever they are.
package struct RequestDecoder: Sendable {
    /// What a call of `next` found.
    package enum Step: Sendable, Equatable {
        /// No request is whole. The first `consumed` bytes are done with, and `next` is to be called with the others and more.
        case needMore(consumed: Int)
        /// A request, whose arguments lie in the bytes that were given. The first `consumed` of them are done with.
        case request(Request, consumed: Int)
    }

    /// Whether the client may send as much as `limits` allow, or only what they allow before it has authenticated.
    package var isAuthenticated: Bool
    private let limits: RequestLimits
    /// What was wrong: after it nothing is read any more.
    private var failure: ProtocolError?

    /// Where the request under way begins: not 0 only within a call.
    private var start = 0
    /// Where its next part begins.
    private var position = 0
    /// Up to where the end of a line was looked for.
    private var scanned = 0
    /// The arguments that are still to come; 0 before their number is known.
    private var remaining = 0
    /// The length of the next argument, once its line was read.
    private var bulkLength: Int?
    private var ranges: [Range<Int>] = []

    /// A decoder for a new connection.
    package init(limits: RequestLimits = RequestLimits(), isAuthenticated: Bool) {
        self.limits = limits
        self.isAuthenticated = isAuthenticated
    }

    /// Looks for the next request.
    ///
    /// - Parameter bytes: All bytes that were received and not yet consumed. They may not be fewer than in the last call.
    /// - Throws: What is wrong with the request. The connection is to be closed; each later call throws the same.
    /// - Complexity: O(bytes that are new, but for those within arguments).
    package mutating func next(in bytes: RawSpan) throws(ProtocolError) -> Step {
        if let failure { throw failure }
        precondition(bytes.byteCount >= scanned, "bytes were dropped that the decoder had not consumed")
        do {
            return try decode(bytes)
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func decode(_ bytes: RawSpan) throws(ProtocolError) -> Step {
        while remaining == 0 {
            guard position < bytes.byteCount else { return needMore() }
            if bytes.byte(position) == UInt8(ascii: "*") {
                guard let count = try takeArgumentCount(bytes) else { return needMore() }
                if count > 0 {
                    remaining = count
                } else {
                    start = position
                }
            } else {
                guard let end = try findEnd(.lineFeed, in: bytes, orThrow: .inlineTooLong(limit: limits.lineBytes))
                else {
                    return needMore()
                }
                let request = try InlineRequest.read(bytes, position..<end)
                move(to: end + 1)
                if let request { return try finish(request, bytes) }
                start = position
            }
        }
        while remaining > 0 {
            guard try takeBulk(bytes) else { return needMore() }
        }
        return try finish(Request(ranges: ranges), bytes)
    }

    /// The number of arguments, or nil if its line has not ended.
    private mutating func takeArgumentCount(_ bytes: RawSpan) throws(ProtocolError) -> Int? {
        let tooLong = ProtocolError.argumentCountTooLong(limit: limits.lineBytes)
        guard let end = try findEnd(.carriageReturn, in: bytes, orThrow: tooLong) else { return nil }
        guard let count = ArgumentNumber.integer(bytes.extracting(position + 1..<end)), count <= Int64(limits.arguments)
        else { throw .invalidArgumentCount(limit: limits.arguments) }
        if !isAuthenticated, count > Int64(limits.unauthenticatedArguments) {
            throw .unauthenticatedArgumentCount(count: Int(count), limit: limits.unauthenticatedArguments)
        }
        move(to: end + 2)
        return Int(max(count, 0))
    }

    /// Takes the next argument, and says whether it was there as a whole.
    private mutating func takeBulk(_ bytes: RawSpan) throws(ProtocolError) -> Bool {
        let length: Int
        if let bulkLength {
            length = bulkLength
        } else {
            guard let taken = try takeBulkLength(bytes) else { return false }
            length = taken
            bulkLength = taken
        }
        // Not the sum of both: lengths may be near to what an integer holds.
        guard bytes.byteCount - position - 2 >= length else { return false }
        ranges.append(position..<position + length)
        remaining -= 1
        bulkLength = nil
        move(to: position + length + 2)
        return true
    }

    /// The length of the next argument, or nil if its line has not ended.
    private mutating func takeBulkLength(_ bytes: RawSpan) throws(ProtocolError) -> Int? {
        let tooLong = ProtocolError.bulkLengthTooLong(limit: limits.lineBytes)
        guard let end = try findEnd(.carriageReturn, in: bytes, orThrow: tooLong) else { return nil }
        // An empty line's is the byte of its end.
        guard bytes.byte(position) == UInt8(ascii: "$") else { throw .bulkExpected(found: bytes.byte(position)) }
        guard let length = ArgumentNumber.integer(bytes.extracting(position + 1..<end)), length >= 0,
            length <= Int64(limits.bulkBytes)
        else { throw .invalidBulkLength(limit: limits.bulkBytes) }
        if !isAuthenticated, length > Int64(limits.unauthenticatedBulkBytes) {
            throw .unauthenticatedBulkLength(bytes: Int(length), limit: limits.unauthenticatedBulkBytes)
        }
        move(to: end + 2)
        guard length <= Int64(limits.requestBytes - (position - start) - 2) else {
            throw .requestTooLarge(limit: limits.requestBytes)
        }
        return Int(length)
    }

    /// The byte that ends the line from `position` on; nil if it, or the one byte that follows a carriage return, is not there.
    private mutating func findEnd(
        _ end: UInt8, in bytes: RawSpan, orThrow tooLong: ProtocolError
    ) throws(ProtocolError) -> Int? {
        let last = min(bytes.byteCount, position + limits.lineBytes + 1)
        while scanned < last, bytes.byte(scanned) != end { scanned += 1 }
        guard scanned < last else {
            if last - position > limits.lineBytes { throw tooLong }
            return nil
        }
        return end == .lineFeed || scanned + 1 < bytes.byteCount ? scanned : nil
    }

    private mutating func move(to place: Int) {
        position = place
        scanned = place
    }

    /// Tells that what lies before the request under way is done with, from which all places are counted then.
    private mutating func needMore() -> Step {
        let consumed = start
        if consumed > 0 {
            start = 0
            position -= consumed
            scanned -= consumed
            for index in ranges.indices {
                ranges[index] = ranges[index].lowerBound - consumed..<ranges[index].upperBound - consumed
            }
        }
        return .needMore(consumed: consumed)
    }

    private mutating func finish(_ request: Request, _ bytes: RawSpan) throws(ProtocolError) -> Step {
        let isHTTP = request.withArguments(in: bytes) { source, arguments in
            let name = source.extracting(arguments[0])
            return name.isWord("POST") || name.isWord("Host:")
        }
        // Web pages can make browsers send requests to addresses within a company; what HTTP sends would be read as inline
        // commands, one a line of the body.
        if isHTTP { throw .crossProtocolRequest }
        let consumed = position
        start = 0
        ranges = []
        move(to: 0)
        return .request(request, consumed: consumed)
    }
}
