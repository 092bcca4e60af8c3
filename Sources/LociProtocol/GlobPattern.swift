// Loci, Apache License 2.0.

/// A pattern of names, as `KEYS` and `SCAN … MATCH` take one, over bytes.
///
/// `*` stands for any bytes, `?` for one, `[a-z]` for one of a class and `[^a-z]` for one that is not in it; a backslash takes the
/// meaning from what follows. No pattern is wrong: a class that is not closed ends with the pattern, a range may be given from its
/// upper end, and a backslash at the end is one.
///
/// Where a byte does not match, only the last star takes one more: what the stars before it took never needs to change, for
/// they took as little as they could. So no pattern takes more than O(pattern · text).
package struct GlobPattern: Sendable {
    /// Bytes that a pattern may have.
    package static let maximumBytes = 4_096

    private enum Element: Sendable {
        case byte(UInt8)
        case anyByte
        case anyBytes
        /// The class of this number.
        case byteClass(Int)
    }

    private var elements: [Element] = []
    private var classes: [ByteClass] = []

    /// Reads a pattern.
    ///
    /// - Throws: `ProtocolError.patternTooLong`.
    package init(_ pattern: RawSpan) throws(ProtocolError) {
        guard pattern.byteCount <= Self.maximumBytes else {
            throw .patternTooLong(bytes: pattern.byteCount, limit: Self.maximumBytes)
        }
        var position = 0
        while position < pattern.byteCount {
            switch pattern.byte(position) {
            case UInt8(ascii: "*"):
                elements.append(.anyBytes)
            case UInt8(ascii: "?"):
                elements.append(.anyByte)
            case UInt8(ascii: "["):
                let (byteClass, last) = ByteClass.read(pattern, from: position + 1)
                elements.append(.byteClass(classes.count))
                classes.append(byteClass)
                position = last
            case UInt8(ascii: "\\") where position + 1 < pattern.byteCount:
                position += 1
                elements.append(.byte(pattern.byte(position)))
            case let byte:
                elements.append(.byte(byte))
            }
            position += 1
        }
    }

    /// Whether a text is what the pattern describes, from its beginning to its end.
    ///
    /// - Complexity: O(pattern · text).
    package func matches(_ text: RawSpan) -> Bool {
        var element = 0
        var position = 0
        // Behind the last star, and what it has taken up to.
        var retry: (element: Int, position: Int)?
        while position < text.byteCount {
            if element < elements.count, case .anyBytes = elements[element] {
                element += 1
                retry = (element, position)
            } else if element < elements.count, matches(elements[element], text.byte(position)) {
                element += 1
                position += 1
            } else if let last = retry {
                (element, position) = (last.element, last.position + 1)
                retry = (element, position)
            } else {
                return false
            }
        }
        while element < elements.count, case .anyBytes = elements[element] { element += 1 }
        return element == elements.count
    }

    private func matches(_ element: Element, _ byte: UInt8) -> Bool {
        switch element {
        case .byte(let expected): byte == expected
        case .anyByte: true
        case .anyBytes: false
        case .byteClass(let number): classes[number].contains(byte)
        }
    }
}

/// A set of bytes, written in brackets.
private struct ByteClass: Sendable {
    private var isNegated = false
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// Reads a class from behind its opening bracket on, and returns the place of the closing one, or the pattern's end.
    static func read(_ pattern: RawSpan, from start: Int) -> (ByteClass, end: Int) {
        var set = ByteClass()
        var position = start
        if position < pattern.byteCount, pattern.byte(position) == UInt8(ascii: "^") {
            set.isNegated = true
            position += 1
        }
        while position < pattern.byteCount, pattern.byte(position) != UInt8(ascii: "]") {
            let left = pattern.byteCount - position
            let byte = pattern.byte(position)
            if byte == UInt8(ascii: "\\"), left >= 2 {
                set.insert(pattern.byte(position + 1))
                position += 2
            } else if left >= 3, pattern.byte(position + 1) == UInt8(ascii: "-") {
                // The upper end is the byte that follows, a closing bracket or a backslash too: so it is in Redis.
                let other = pattern.byte(position + 2)
                for member in min(byte, other)...max(byte, other) { set.insert(member) }
                position += 3
            } else {
                set.insert(byte)
                position += 1
            }
        }
        return (set, position)
    }

    func contains(_ byte: UInt8) -> Bool {
        let word =
            switch byte >> 6 {
            case 0: words.0
            case 1: words.1
            case 2: words.2
            default: words.3
            }
        return (word >> UInt64(byte & 63) & 1 == 1) != isNegated
    }

    private mutating func insert(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }
}
