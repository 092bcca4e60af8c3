// Loci, Apache License 2.0.

import LociJSON

extension AttributesError: CustomStringConvertible {
    /// What is wrong, and what to do. Faults of syntax have two more lines, which show the place.
    public var description: String {
        switch self {
        case .notUTF8(let position):
            "the attributes are not UTF-8: byte \(position) begins no character; encode the text as UTF-8"
        case .badJSON(let fault):
            fault.described("the attributes are not JSON", remedy: "correct the text")
        case .notObject(let found):
            "the attributes are \(found); give a JSON object, such as {\"year\": 1980}"
        case .tooLarge(let bytes, let limit):
            "the attributes have \(bytes) bytes, the limit is \(limit); keep large texts elsewhere and their key here"
        case .tooDeep(let limit):
            "the attributes lie more than \(limit) levels deep in objects and arrays; flatten them"
        case .duplicateKey(let key, let position):
            "the key \(Self.shown(key)) is given twice, the second time at byte \(position); "
                + "give each key of an object once"
        case .numberOutOfRange(let number, let position):
            "the number \(Self.shown(number)) at byte \(position) does not fit a double; "
                + "give one up to 1.7e308, or a string"
        case .notFinite(let key):
            "the number of the key \(Self.shown(key)) is infinite or not a number, for which JSON has no word; "
                + "leave the key out, or give null"
        case .badFilter(let fault):
            fault.described("the filter is not understood", remedy: "correct it")
        case .filterTooLong(let bytes, let limit):
            "the filter has \(bytes) bytes, the limit is \(limit); shorten it"
        case .filterTooDeep(let limit):
            "the parts of the filter lie more than \(limit) levels deep; use fewer parentheses and longer chains"
        case .filterListTooLong(let count, let limit):
            "a list of the filter has \(count) elements, the limit is \(limit); "
                + "give the vectors an attribute that tells them apart"
        case .filterTooManyFields(let count, let limit):
            "the filter looks at \(count) fields, the limit is \(limit); put what belongs together into one field"
        case .filterNotFinite:
            "a number of the filter is infinite or not a number, with which nothing can be compared; give a finite one"
        case .filterNotTime(let text):
            "the filter's time \(Self.shown(text)) is none; write it as 2024-05-01T10:00:00Z or 2024-05-01"
        }
    }

    /// A text in quotation marks, on one line, and not too long.
    private static func shown(_ text: String) -> String {
        var bytes: [UInt8] = []
        JSONStringWriter.append(String(text.unicodeScalars.prefix(64)).utf8, to: &bytes)
        if text.unicodeScalars.count > 64 { bytes += "...".utf8 }
        return String(decoding: bytes, as: UTF8.self)
    }
}
