// Loci, Apache License 2.0.

/// What rows of one group have in a field: a number, or a string. Booleans are the numbers 1 and 0, as filters see them.
package struct FieldGroup: Sendable, Hashable {
    /// The value as the attributes of one of the rows have it.
    package let value: AttributeValue
    /// What the values of a group have in common: the bytes of a string, or of a number; the first byte says which.
    private let identity: [UInt8]
    /// The value as an index of the kind `keyword` keeps it, and one of another kind if it is a number; nil for a string of which
    /// indexes keep the beginning alone.
    package let term: [UInt8]?

    /// Whether indexes of every kind keep it in the same way.
    package var isNumber: Bool { identity.first == FieldTerm.number }

    fileprivate init(_ number: Double, value: AttributeValue) {
        self.value = value
        identity = FieldTerm.bytes(FieldTerm.number, FieldTerm.key(number))
        term = identity
    }

    fileprivate init(_ string: [UInt8]) {
        value = .string(String(decoding: string, as: UTF8.self))
        identity = [FieldTerm.string] + string
        term = string.count > FieldTerm.keptBytes ? nil : FieldTerm.bytes(FieldTerm.string, string)
    }

    /// Groups are the same whose values are; `true` and 1 are.
    package static func == (left: FieldGroup, right: FieldGroup) -> Bool { left.identity == right.identity }

    package func hash(into hasher: inout Hasher) { hasher.combine(identity) }
}

/// Finds the groups that rows belong to by a field.
package struct FieldGroupReader: Sendable {
    private let program: FilterProgram

    /// - Throws: What filters throw that name the field.
    package init(_ path: FilterPath) throws(AttributesError) {
        program = try FilterProgram(.exists(path))
    }

    /// The group of a row; nil if it has no such field, or in it neither a number nor a boolean nor a string.
    ///
    /// - Parameter text: Of attributes, as it was checked when they were stored.
    /// - Complexity: O(bytes)
    package func group(of text: RawSpan) -> FieldGroup? {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: program.fields.count) { offsets in
            let pool = program.pool.span.bytes
            program.locate(text, pool, offsets)
            guard let value = program.value(text, at: offsets[0]) else { return nil }
            switch value {
            case .number(let number):
                return switch JSONKind(firstByte: text.byte(offsets[0])) {
                case .true: FieldGroup(number, value: .bool(true))
                case .false: FieldGroup(number, value: .bool(false))
                default: FieldGroup(number, value: .number(number))
                }
            case .text(let string): return FieldGroup(string.bytes(text))
            case .null, .time, .constant, .list, .array: return nil
            }
        }
    }
}
