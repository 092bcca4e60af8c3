// Loci, Apache License 2.0.

/// The values of a field as an index keeps them: bytes whose order is that of the values, and of which none begins with another.
///
///     01                       the field is there
///     02                       it is `null`
///     03                       it is a list
///     04                       it is an object, or an array of other than numbers and strings
///     10  key of a number      it is a number, or a boolean
///     11  bytes of a string    keyword: it is a string
///     12  key of a number      number: it is a string that counts as this number
///     13  key of a number      time: it is a string that is this time, in seconds since 1970
///     14                       time: it is a string that is no time
///     20 … 24                  the same of an element of the list
///     30                       text: how many words the rows have
///     31  bytes of a word      text: it has the word; 00 ends it
///
/// The key of a number has 8 bytes, big-endian: those of the double, all bits inverted if it is negative and the sign bit alone if
/// it is not; minus zero is zero. In the bytes of a string 00 is written as 00 FF, and 00 00 ends them. Of a string of more than 240
/// bytes these are kept, ended by 00 01.
///
/// A row has 01, one of 02 … 14, and, of a list, one of 20 … 24 for each element that differs from the others. In an index of texts it
/// has 01, and one of 31 for each of its words.
package enum FieldTerm {
    package static let present: UInt8 = 0x01
    static let null: UInt8 = 0x02
    static let list: UInt8 = 0x03
    package static let none: UInt8 = 0x04
    static let number: UInt8 = 0x10
    static let string: UInt8 = 0x11
    static let stringNumber: UInt8 = 0x12
    static let stringTime: UInt8 = 0x13
    static let stringOther: UInt8 = 0x14
    package static let lengths: UInt8 = 0x30
    package static let word: UInt8 = 0x31
    /// Added to the first byte where the value is an element of a list.
    static let element: UInt8 = 0x10

    /// So many bytes of a string are kept.
    package static let keptBytes = 240
    /// The longest value: a string of 240 bytes that are 00.
    package static let maximumBytes = 1 + 2 * keptBytes + 2

    /// The value of a word.
    /// - Parameter word: Bytes of which none is 0, as of letters and digits.
    package static func bytes(ofWord word: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(word.count + 2)
        bytes.append(FieldTerm.word)
        bytes += word
        // So that none begins with another: slots follow in the keys.
        bytes.append(0)
        return bytes
    }

    /// A number that is in the order of doubles.
    static func key(_ number: Double) -> UInt64 {
        // The sum of minus zero and zero is zero.
        let bits = (number + 0).bitPattern
        return bits >> 63 == 1 ? ~bits : bits | 1 << 63
    }

    static func bytes(_ tag: UInt8, _ key: UInt64) -> [UInt8] {
        var bytes: [UInt8] = [tag]
        withUnsafeBytes(of: key.bigEndian) { bytes.append(contentsOf: $0) }
        return bytes
    }

    static func bytes(_ tag: UInt8, _ string: [UInt8]) -> [UInt8] {
        let isCut = string.count > keptBytes
        return escaped(tag, string.prefix(keptBytes)) + [0, isCut ? 1 : 0]
    }

    /// The beginning that all strings have which begin with some bytes.
    static func escaped(_ tag: UInt8, _ string: some Sequence<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = [tag]
        for byte in string {
            bytes.append(byte)
            if byte == 0 { bytes.append(0xFF) }
        }
        return bytes
    }

    /// The string of a value, and whether it is only the beginning of one; nil for other values.
    package static func text(of value: RawSpan) -> (bytes: [UInt8], isCut: Bool)? {
        guard value.byteCount >= 3, value.byte(0) & 0x0F == string & 0x0F else { return nil }
        var bytes: [UInt8] = []
        var index = 1
        while index < value.byteCount {
            let byte = value.byte(index)
            if byte == 0 {
                guard index + 1 < value.byteCount else { return nil }
                let next = value.byte(index + 1)
                if next != 0xFF { return index + 2 == value.byteCount && next < 2 ? (bytes, next == 1) : nil }
                index += 1
            }
            bytes.append(byte)
            index += 1
        }
        return nil
    }
}

/// Finds the values of fields in the text of attributes.
package struct FieldTermReader: Sendable {
    private let program: FilterProgram
    private let kinds: [FieldKind]

    /// - Parameter fields: Different ones, 1 to `Filter.maximumFields`.
    /// - Throws: `filterTooManyFields`.
    package init(_ fields: [(path: FilterPath, kind: FieldKind)]) throws(AttributesError) {
        program = try FilterProgram(.any(fields.map { .exists($0.path) }))
        kinds = fields.map(\.kind)
    }

    /// Gives the values of all fields that are there.
    ///
    /// - Parameters:
    ///   - text: Of attributes, as it was checked when they were stored.
    ///   - body: Gets the place of a field among those that were given, and a value.
    /// - Complexity: O(bytes)
    package func forEachTerm(of text: RawSpan, _ body: (_ field: Int, _ value: [UInt8]) -> Void) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: program.fields.count) { offsets in
            let pool = program.pool.span.bytes
            program.locate(text, pool, offsets)
            for (field, kind) in kinds.enumerated() where offsets[field] != FilterProgram.missing {
                body(field, [FieldTerm.present])
                if kind == .text { continue }
                let value = program.value(text, at: offsets[field])
                switch value {
                case nil: body(field, [FieldTerm.none])
                case .null: body(field, [FieldTerm.null])
                case .array(let start):
                    body(field, [FieldTerm.list])
                    var elements = JSONMembers(text, at: start)
                    var seen: Set<[UInt8]> = []
                    while elements.advance(text) {
                        guard let element = program.value(text, at: elements.value) else { continue }
                        let term = scalar(element, kind, FieldTerm.element, text, pool)
                        if seen.insert(term).inserted { body(field, term) }
                    }
                case .some(let value): body(field, scalar(value, kind, 0, text, pool))
                }
            }
        }
    }

    private func scalar(
        _ value: FilterValue, _ kind: FieldKind, _ base: UInt8, _ text: RawSpan, _ pool: RawSpan
    ) -> [UInt8] {
        guard let string = value.string else {
            return FieldTerm.bytes(base + FieldTerm.number, FieldTerm.key(value.number(text, pool)))
        }
        switch kind {
        case .keyword, .text: return FieldTerm.bytes(base + FieldTerm.string, string.bytes(text))
        case .number:
            return FieldTerm.bytes(base + FieldTerm.stringNumber, FieldTerm.key(value.number(text, pool)))
        case .time:
            guard let time = value.time(text, pool) else { return [base + FieldTerm.stringOther] }
            return FieldTerm.bytes(base + FieldTerm.stringTime, FieldTerm.key(time))
        }
    }
}
