// Loci, Apache License 2.0.

extension AttributeValue {
    /// Builds the value that begins at an offset of a text that was validated; nil where none does.
    init?(_ text: RawSpan, at start: Int) {
        guard start < text.byteCount, let kind = JSONKind(firstByte: text.byte(start)) else { return nil }
        switch kind {
        case .null: self = .null
        case .true: self = .bool(true)
        case .false: self = .bool(false)
        case .number: self = .number(DecimalNumber.read(text, start..<text.byteCount))
        case .string:
            guard let string = JSONScan.string(text, at: start) else { return nil }
            self = .string(string.decoded(text))
        case .array:
            var elements: [AttributeValue] = []
            var cursor = JSONMembers(text, at: start)
            while cursor.advance(text) {
                guard let element = AttributeValue(text, at: cursor.value) else { return nil }
                elements.append(element)
            }
            self = .list(elements)
        case .object:
            var members: [String: AttributeValue] = [:]
            var cursor = JSONMembers(text, at: start)
            while cursor.advance(text) {
                members[cursor.key.decoded(text)] = AttributeValue(text, at: cursor.value)
            }
            self = .object(members)
        }
    }
}
