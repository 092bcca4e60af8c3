// Loci, Apache License 2.0.

/// What can be wrong with the bytes of a connection.
///
/// After each of them but `patternTooLong` the place where the next request or reply begins is not known, so the connection
/// has to be closed.
package enum ProtocolError: Error, Equatable, Sendable {
    // Of requests.

    /// A quote of an inline request is not closed, or no space follows where it is.
    case unbalancedQuotes
    /// An inline request has no end within the limit, in bytes.
    case inlineTooLong(limit: Int)
    /// The line with the number of arguments has no end within the limit, in bytes.
    case argumentCountTooLong(limit: Int)
    /// The line with the length of an argument has no end within the limit, in bytes.
    case bulkLengthTooLong(limit: Int)
    /// The number of arguments is no number, or above the limit.
    case invalidArgumentCount(limit: Int)
    /// The length of an argument is no number, negative, or above the limit, in bytes.
    case invalidBulkLength(limit: Int)
    /// A client that has not authenticated sends more arguments than it may.
    case unauthenticatedArgumentCount(count: Int, limit: Int)
    /// A client that has not authenticated sends a longer argument than it may, in bytes.
    case unauthenticatedBulkLength(bytes: Int, limit: Int)
    /// In the place of an argument's length stands something else.
    case bulkExpected(found: UInt8)
    /// A request with all its arguments is longer than the limit, in bytes.
    case requestTooLarge(limit: Int)
    /// The first word is one of HTTP: a browser was led here.
    case crossProtocolRequest

    // Of replies.

    /// A reply begins with a byte that stands for no type.
    case unknownReplyType(found: UInt8)
    /// What follows a type is not what must follow it: the beginning of it.
    case malformedReply(type: UInt8, text: String)
    /// A line of a reply has no end within the limit, in bytes.
    case replyLineTooLong(limit: Int)
    /// Arrays, maps and sets lie deeper in each other than the limit.
    case replyTooDeep(limit: Int)
    /// The arrays, maps and sets of a reply announce more elements in all than the limit.
    case replyTooManyElements(limit: Int)
    /// A reply is longer than the limit, in bytes.
    case replyTooLarge(limit: Int)

    // Of arguments.

    /// A pattern is longer than the limit, in bytes.
    case patternTooLong(bytes: Int, limit: Int)
}
