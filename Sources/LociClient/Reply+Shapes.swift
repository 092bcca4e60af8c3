// Loci, Apache License 2.0.

package import LociProtocol

/// Replies by what they mean, in whichever version of the protocol they came.
extension Reply {
    /// The bytes of a string or a line.
    package var bytes: [UInt8]? {
        switch self {
        case .bulk(let bytes): bytes
        case .simple(let text), .verbatim(_, let text), .bigNumber(let text): Array(text.utf8)
        default: nil
        }
    }

    /// A string or a line as text; what is not UTF-8 is replaced.
    package var text: String? {
        bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    /// A number that may be sent as text.
    package var number: Double? {
        switch self {
        case .double(let value): value
        case .integer(let value): Double(value)
        case .bulk(let bytes): ArgumentNumber.double(bytes.span.bytes)
        default: nil
        }
    }

    /// A whole number.
    package var integer: Int? {
        if case .integer(let value) = self { Int(value) } else { nil }
    }

    /// A truth value, which RESP2 sends as 1 or 0.
    package var truth: Bool? {
        switch self {
        case .boolean(let value): value
        case .integer(0): false
        case .integer(1): true
        default: nil
        }
    }

    /// The elements of an array.
    package var elements: [Reply]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// Keys and values, of a map or of an array in which they stand by turns.
    package var entries: [(key: Reply, value: Reply)]? {
        switch self {
        case .map(let entries): return entries.map { ($0.key, $0.value) }
        case .array(let elements):
            guard elements.count % 2 == 0 else { return nil }
            return stride(from: 0, to: elements.count, by: 2).map { (elements[$0], elements[$0 + 1]) }
        default: return nil
        }
    }

    /// The values of a map whose keys are texts.
    package var members: [String: Reply]? {
        guard let entries else { return nil }
        var members: [String: Reply] = [:]
        for (key, value) in entries {
            guard let name = key.text else { return nil }
            members[name] = value
        }
        return members
    }
}
