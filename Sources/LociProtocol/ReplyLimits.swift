// Loci, Apache License 2.0.

/// How much a reply may have. What is beyond is an error that closes the connection.
package struct ReplyLimits: Sendable, Equatable {
    /// Levels of arrays, maps and sets in each other.
    package var depth = 128
    /// Elements of all arrays, maps and sets of a reply together; a pair of a map is two.
    package var elements = 1 << 24
    /// Bytes before the end of a line.
    package var lineBytes = 64 << 10
    /// Bytes of a reply as it is sent. In memory it takes up to 160 more an element: 40 in an array that grows by doubling, and
    /// the headers of what it holds.
    package var replyBytes = 1 << 30

    /// The default limits.
    package init() {}
}
