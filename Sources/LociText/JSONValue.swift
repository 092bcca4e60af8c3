// Loci, Apache License 2.0.

/// A value of JSON, for the small parts of a model's files.
enum JSONValue: Equatable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([(key: String, value: JSONValue)])

    /// The value of a key of an object, the last if there are two; nil if there is none, or a null.
    subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self, let value = members.last(where: { $0.key == key })?.value,
            value != .null
        else { return nil }
        return value
    }

    var text: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    var boolean: Bool? {
        if case .boolean(let boolean) = self { return boolean }
        return nil
    }

    var number: Double? {
        if case .number(let number) = self { return number }
        return nil
    }

    var integer: Int? {
        number.flatMap { Int(exactly: $0) }
    }

    var elements: [JSONValue]? {
        if case .array(let elements) = self { return elements }
        return nil
    }

    static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }
}

extension JSONValue {
    /// Reads a file that is one value of JSON.
    ///
    /// - Throws: `cannotRead`, `fileTooLarge`, `badJSON`.
    static func read(_ path: String) throws(TextError) -> JSONValue {
        var reader = try JSONReader(path: path)
        let value = try reader.value()
        try reader.finish()
        return value
    }
}
