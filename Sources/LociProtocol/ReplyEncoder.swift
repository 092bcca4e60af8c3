// Loci, Apache License 2.0.

/// Writes replies, part by part, in the version of the protocol that a connection speaks.
///
/// An aggregate is begun with the number of its elements, which the calls after it write. Types that the older version does not
/// have are written as what Redis writes there: maps and sets as arrays, doubles and the like as bulk strings.
package struct ReplyEncoder: Sendable {
    /// How a verbatim string is meant to be shown.
    package enum VerbatimFormat: String, Sendable {
        case text = "txt"
        case markdown = "mkd"
    }

    /// The version of what is written from now on.
    package var version: ProtocolVersion
    /// What was written. Who sends it removes it.
    package var bytes: [UInt8] = []

    /// An encoder that has written nothing.
    package init(version: ProtocolVersion = .resp2) {
        self.version = version
    }

    /// Writes a line of text, such as `OK`. Ends of lines in it become blanks.
    package mutating func simple(_ text: some Sequence<UInt8>) {
        line(UInt8(ascii: "+"), text)
    }

    /// Writes an error: its code, such as `ERR`, a blank, and what is wrong. Ends of lines in it become blanks.
    package mutating func error(_ text: some Sequence<UInt8>) {
        line(UInt8(ascii: "-"), text)
    }

    /// Writes an integer.
    package mutating func integer(_ value: Int64) {
        header(UInt8(ascii: ":"), value)
    }

    /// Writes a string of any bytes.
    package mutating func bulk(_ value: RawSpan) {
        header(UInt8(ascii: "$"), Int64(value.byteCount))
        value.withUnsafeBytes { bytes += $0 }
        endLine()
    }

    /// Writes a text as a string of bytes.
    package mutating func bulk(_ text: String) {
        bulk(text.utf8.span.bytes)
    }

    /// Writes that there is no value.
    package mutating func null() {
        bytes += (version == .resp3 ? "_\r\n" : "$-1\r\n").utf8
    }

    /// Writes that there is no array: in the older version another null than that of values.
    package mutating func nullArray() {
        bytes += (version == .resp3 ? "_\r\n" : "*-1\r\n").utf8
    }

    /// Begins an array of `count` elements.
    package mutating func array(_ count: Int) {
        header(UInt8(ascii: "*"), Int64(count))
    }

    /// Begins a map of `count` pairs: keys and values by turns. In the older version an array of twice as many elements.
    package mutating func map(_ count: Int) {
        switch version {
        case .resp2: array(count * 2)
        case .resp3: header(UInt8(ascii: "%"), Int64(count))
        }
    }

    /// Begins a set of `count` elements; in the older version an array.
    package mutating func set(_ count: Int) {
        header(UInt8(ascii: version == .resp3 ? "~" : "*"), Int64(count))
    }

    /// Begins a message of `count` elements that nobody asked for; in the older version an array.
    package mutating func push(_ count: Int) {
        header(UInt8(ascii: version == .resp3 ? ">" : "*"), Int64(count))
    }

    /// Writes a double; in the older version a bulk string of its text.
    package mutating func double(_ value: Double) {
        var text: [UInt8] = []
        DoubleText.append(value, to: &text)
        switch version {
        case .resp2: bulk(text.span.bytes)
        case .resp3: line(UInt8(ascii: ","), text)
        }
    }

    /// Writes a truth value; in the older version 1 or 0.
    package mutating func boolean(_ value: Bool) {
        switch version {
        case .resp2: integer(value ? 1 : 0)
        case .resp3: bytes += (value ? "#t\r\n" : "#f\r\n").utf8
        }
    }

    /// Writes the decimal digits of an integer of any length; in the older version as a bulk string.
    package mutating func bigNumber(_ digits: String) {
        switch version {
        case .resp2: bulk(digits)
        case .resp3: line(UInt8(ascii: "("), digits.utf8)
        }
    }

    /// Writes a text that is to be shown as it is; in the older version as a bulk string.
    package mutating func verbatim(_ format: VerbatimFormat, _ text: String) {
        switch version {
        case .resp2:
            bulk(text)
        case .resp3:
            let prefix = "\(format.rawValue):".utf8
            header(UInt8(ascii: "="), Int64(prefix.count + text.utf8.count))
            bytes += prefix
            bytes += text.utf8
            endLine()
        }
    }

    private mutating func header(_ type: UInt8, _ number: Int64) {
        bytes.append(type)
        bytes += String(number).utf8
        endLine()
    }

    private mutating func line(_ type: UInt8, _ text: some Sequence<UInt8>) {
        bytes.append(type)
        for byte in text {
            bytes.append(byte == .carriageReturn || byte == .lineFeed ? UInt8(ascii: " ") : byte)
        }
        endLine()
    }

    private mutating func endLine() {
        bytes.append(.carriageReturn)
        bytes.append(.lineFeed)
    }
}
