// Loci, Apache License 2.0.

/// A reply of a server, as a client sees it.
package enum Reply: Sendable, Equatable {
    /// A key of a map and its value.
    package struct Entry: Sendable, Equatable {
        /// The key, of any type.
        package let key: Reply
        /// The value, of any type.
        package let value: Reply
    }

    /// A line of text, such as `OK`.
    case simple(String)
    /// An error: a code, a blank, and what is wrong.
    case error(String)
    /// An integer.
    case integer(Int64)
    /// A string of any bytes.
    case bulk([UInt8])
    /// No value, or no array.
    case null
    /// A list.
    case array([Reply])
    /// Keys and values, in the order in which they were sent.
    case map([Entry])
    /// Elements of no order.
    case set([Reply])
    /// A double; infinite ones and not-a-number too.
    case double(Double)
    /// A truth value.
    case boolean(Bool)
    /// The decimal digits of an integer of any length.
    case bigNumber(String)
    /// A text that is to be shown as it is, and three letters that name its format, such as `txt`.
    case verbatim(format: String, text: String)
    /// A message that nobody asked for: not the reply to the last request.
    case push([Reply])
}
