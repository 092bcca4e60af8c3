// Loci, Apache License 2.0.

/// A request: the name of a command and its arguments, of any bytes.
package struct Request: Sendable, Equatable {
    /// Where the arguments lie in what `withArguments` lends; at least one.
    private let ranges: [Range<Int>]
    /// The arguments of an inline request, whose quotes are taken off; nil if they lie in the bytes that were received.
    private let unquoted: [UInt8]?

    /// The number of arguments, with the name of the command: at least 1.
    package var count: Int { ranges.count }

    /// A request whose arguments lie in the bytes that were received.
    init(ranges: [Range<Int>]) {
        self.ranges = ranges
        unquoted = nil
    }

    /// A request whose arguments lie in bytes of its own.
    init(ranges: [Range<Int>], unquoted: [UInt8]) {
        self.ranges = ranges
        self.unquoted = unquoted
    }

    /// Lends the arguments: the bytes that they lie in, and where. Nothing is copied.
    ///
    /// - Parameter received: The bytes that the decoder found the request in, or a copy of the first `consumed` of them.
    package func withArguments<Result, Failure: Error>(
        in received: RawSpan, _ body: (RawSpan, [Range<Int>]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let unquoted else { return try body(received, ranges) }
        return try body(unquoted.span.bytes, ranges)
    }
}
