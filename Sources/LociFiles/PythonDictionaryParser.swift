// Loci, Apache License 2.0.

/// Reads the dictionary literal of a numpy header: strings, booleans and a tuple of integers, and nothing else.
struct PythonDictionaryParser {
    /// The three entries that the format demands.
    struct Fields: Equatable {
        var type: String
        var isFortranOrder: Bool
        var shape: [Int]
    }

    private let path: String
    private let text: [UInt8]
    private var position = 0

    init(path: String, text: [UInt8]) {
        self.path = path
        self.text = text
    }

    /// Reads `{'descr': ..., 'fortran_order': ..., 'shape': ...}` in any order.
    ///
    /// - Throws: `badHeader`; `unsupportedType` for records, whose `descr` is a list; `sizeOverflow`.
    mutating func parse() throws(VectorFileError) -> Fields {
        var type: String?
        var isFortranOrder: Bool?
        var shape: [Int]?
        try expect("{")
        while !take("}") {
            let key = try string()
            try expect(":")
            switch key {
            case "descr" where type == nil: type = try elementType()
            case "fortran_order" where isFortranOrder == nil: isFortranOrder = try boolean()
            case "shape" where shape == nil: shape = try tuple()
            default: throw failure("the key '\(key)' is unknown or given twice")
            }
            if !take(",") {
                try expect("}")
                break
            }
        }
        skipSpace()
        guard position == text.count else { throw failure("text follows the dictionary") }
        guard let type, let isFortranOrder, let shape else {
            throw failure("one of 'descr', 'fortran_order' and 'shape' is missing")
        }
        return Fields(type: type, isFortranOrder: isFortranOrder, shape: shape)
    }

    private mutating func elementType() throws(VectorFileError) -> String {
        skipSpace()
        if position < text.count, text[position] == UInt8(ascii: "[") {
            throw .unsupportedType(
                path: path, type: "numpy record", remedy: "save one field of the array, converted to '<f4'")
        }
        return try string()
    }

    private mutating func string() throws(VectorFileError) -> String {
        skipSpace()
        guard position < text.count, text[position] == UInt8(ascii: "'") || text[position] == UInt8(ascii: "\"") else {
            throw failure("a string is missing")
        }
        let quote = text[position]
        position += 1
        guard let end = text[position...].firstIndex(of: quote) else { throw failure("a string has no end") }
        defer { position = end + 1 }
        return String(decoding: text[position..<end], as: UTF8.self)
    }

    private mutating func boolean() throws(VectorFileError) -> Bool {
        if take("True") { return true }
        if take("False") { return false }
        throw failure("'fortran_order' is neither True nor False")
    }

    private mutating func tuple() throws(VectorFileError) -> [Int] {
        try expect("(")
        var sizes: [Int] = []
        while !take(")") {
            sizes.append(try integer())
            if !take(",") {
                try expect(")")
                break
            }
        }
        return sizes
    }

    private mutating func integer() throws(VectorFileError) -> Int {
        skipSpace()
        let digits = text[position...].prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard !digits.isEmpty else { throw failure("a size is missing in 'shape'") }
        var value = 0
        for digit in digits {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflow) = product.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
            guard !overflow, !sumOverflow else { throw .sizeOverflow(path: path) }
            value = sum
        }
        position = digits.endIndex
        // Python 2 marked long integers so.
        _ = take("L")
        return value
    }

    private mutating func expect(_ token: StaticString) throws(VectorFileError) {
        guard take(token) else { throw failure("'\(token)' is missing at byte \(position) of the dictionary") }
    }

    private mutating func take(_ token: StaticString) -> Bool {
        skipSpace()
        let matches = token.withUTF8Buffer { text[position...].starts(with: $0) }
        if matches { position += token.utf8CodeUnitCount }
        return matches
    }

    private mutating func skipSpace() {
        while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) {
            position += 1
        }
    }

    private func failure(_ reason: String) -> VectorFileError {
        .badHeader(path: path, reason: reason)
    }
}
