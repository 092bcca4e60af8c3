// Loci, Apache License 2.0.

import Foundation
import LociAttributes
import TestSupport
import Testing

@Suite struct JSONTests {
    /// Whatever is wrong is refused with the place; the whole message is what people read.
    @Test(arguments: [
        (#"{"a": }"#, "at byte 6 a value is expected", 6),
        (#"{"a": nul}"#, "at byte 6 a value is expected", 6),
        (#"{"a": 01}"#, "at byte 6 a number has a needless zero", 6),
        (#"{"a": 1.}"#, "at byte 8 a digit is expected", 8),
        (#"{"a": -}"#, "at byte 7 a digit is expected", 7),
        (#"{"a": 1e+}"#, "at byte 9 a digit is expected", 9),
        (#"{"a": +1}"#, "at byte 6 a value is expected", 6),
        (#"{"a": NaN}"#, "at byte 6 a value is expected", 6),
        (#"{"a" 1}"#, "at byte 5 a colon is expected", 5),
        (#"{"a": 1 2}"#, "at byte 8 a comma or } is expected", 8),
        (#"{"a": [1 2]}"#, "at byte 9 a comma or ] is expected", 9),
        (#"{"a": [1,]}"#, "at byte 9 a value is expected", 9),
        (#"{"a": 1,}"#, "at byte 8 a key in quotation marks is expected", 8),
        (#"{a: 1}"#, "at byte 1 a key in quotation marks is expected", 1),
        (#"{"a": "x}"#, "at byte 6 a string does not end", 6),
        (#"{"a": "\x"}"#, "at byte 7 no escape of JSON begins so", 7),
        (#"{"a": "\u12G4"}"#, "four hexadecimal digits", 7),
        (#"{"a": "\ud800"}"#, "both halves of a surrogate pair", 7),
        (#"{"a": "\udc00\ud800"}"#, "both halves of a surrogate pair", 7),
        ("{\"a\": \"\n\"}", "a control character must be escaped", 7),
        (#"{"a": 1} x"#, "at byte 9 the text should end", 9),
        (#"{"a": 1"#, "at byte 7 a comma or } is expected", 7),
        ("", "at byte 0 a value is expected", 0),
        ("\u{FEFF}{}", "at byte 0 a value is expected", 0),
        ("/* */ {}", "at byte 0 a value is expected", 0),
    ])
    func faultsAreShown(text: String, reason: String, position: Int) throws {
        let error = try #require(throws: AttributesError.self) { try Attributes(json: text) }
        guard case .badJSON(let fault) = error else { throw TestFailure("\(error)") }
        #expect(error.description.contains(reason))
        #expect(fault.position == position)
    }

    @Test func excerptsAreShort() throws {
        let long = String(repeating: "é", count: 50)
        let error = try #require(throws: AttributesError.self) {
            try Attributes(json: "{\"a\":\"\(long)\",\n \"b\": oops, \"c\":\"\(long)\"}")
        }
        #expect(
            error.description == """
                the attributes are not JSON: at byte 115 a value is expected; correct the text
                  ...\(String(repeating: "é", count: 15))",  "b": oops, "c":"\(String(repeating: "é", count: 14))...
                  \(String(repeating: " ", count: 27))^
                """)
    }

    @Test func otherFaultsAreNamed() throws {
        for (text, error) in [
            ("[1]", AttributesError.notObject(found: "an array")),
            ("12", .notObject(found: "a number")),
            (#"{"a": 1, "\u0061": 2}"#, .duplicateKey(key: "a", position: 9)),
            (#"{"x": [{"a": 1, "a": 2}]}"#, .duplicateKey(key: "a", position: 16)),
            (#"{"a": 1e999}"#, .numberOutOfRange(number: "1e999", position: 6)),
            (#"{"a": [-1e309]}"#, .numberOutOfRange(number: "-1e309", position: 7)),
        ] {
            #expect(throws: error, "\(text)") { try Attributes(json: text) }
        }
        // The same name in other objects is none of these.
        #expect(throws: Never.self) { try Attributes(json: #"{"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 1}]}"#) }
        let prefix = Array(#"{"a":""#.utf8)
        for bytes: [UInt8] in [
            [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xFF],
        ] {
            #expect(throws: AttributesError.notUTF8(position: 6), "\(bytes)") {
                try Attributes(validating: prefix + bytes + Array("\"}".utf8))
            }
            #expect(throws: AttributesError.self) { try Attributes(validating: prefix + bytes) }
        }
    }

    @Test func numbersAreThoseOfTheLibrary() throws {
        var generator = SeededGenerator()
        var texts = [
            "0", "-0", "1e22", "1e23", "9007199254740993", "900719925474099.1", "0.1", "1E-400",
            "123456789012345678901234567890",
            "2.2250738585072014e-308", "4.9e-324", "1.7976931348623157e308", "8.5e-22", "1e-22", "0e400",
            "0.000e-9999999999",
        ]
        for _ in 0..<TestSettings.iterations(2_000) {
            let number = Double(bitPattern: generator.next())
            if number.isFinite { texts.append(number.description) }
            texts.append("\(generator.below(100_000_000)).\(generator.below(1_000_000))e\(generator.below(60) - 30)")
        }
        for text in texts where !text.contains("n") {
            let expected = try #require(Double(text))
            let attributes = try Attributes(json: "{\"a\":\(text)}")
            #expect(attributes["a"] == .number(expected), "\(text), \(generator)")
        }
    }

    @Test func randomValuesAreReadAsFoundationReadsThem() throws {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(300) {
            let members = generator.members(depth: 4)
            let attributes = try Attributes(members)
            #expect(attributes[] == .object(members), "\(generator)")
            let object = try JSONSerialization.jsonObject(with: Data(attributes.utf8))
            #expect(AttributeValue(foundation: object) == .object(members), "\(generator): \(attributes)")
            let written = try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted])
            #expect(try Attributes(validating: Array(written))[] == .object(members), "\(generator): \(attributes)")
        }
    }

    /// Damaged texts: what one reader accepts, the other accepts too, and they see the same.
    ///
    /// Ours alone refuses what is not an object, keys that are given twice, numbers beyond a double, more than 32 levels, and (in
    /// Foundation's reader of some platforms) a comma before the end, halves of surrogate pairs, other encodings.
    @Test func damagedTextsAreRefusedAsFoundationRefusesThem() throws {
        var generator = SeededGenerator()
        let samples = [
            #"{"a": [1, -2.5e3, true], "b\n": {"c": "d\u00e9\ud83d\ude00"}, "e": null}"#,
            #" { "x":"é😀", "y":[ [ ],{ } ] } "#,
        ]
        let letters = Array(#"{}[]",:\/ueEtrf0123.-+ "#.utf8) + [0x00, 0x0A, 0x7F, 0x80, 0xC3]
        var accepted = 0
        var refused = 0
        for round in 0..<TestSettings.iterations(4_000) {
            var bytes = Array(samples[round % 2].utf8)
            for _ in 0...generator.below(3) {
                let position = generator.below(bytes.count)
                switch generator.below(3) {
                case 0: bytes[position] = letters[generator.below(letters.count)]
                case 1: bytes.insert(letters[generator.below(letters.count)], at: position)
                default: bytes.remove(at: position)
                }
            }
            let theirs = try? JSONSerialization.jsonObject(with: Data(bytes))
            let text = String(decoding: bytes, as: UTF8.self)
            do {
                let ours = try Attributes(validating: bytes)
                accepted += 1
                let expected = try #require(theirs, "only ours accepts \(text), \(generator)")
                #expect(ours[] == AttributeValue(foundation: expected), "\(text), \(generator)")
            } catch let error as AttributesError {
                refused += 1
                if case .badJSON(let fault) = error {
                    let before = bytes[..<fault.position].last { ![0x20, 0x0A].contains($0) }
                    let known =
                        fault.reason.contains("surrogate") || before == UInt8(ascii: ",") || bytes.contains(0)
                    #expect(theirs == nil || known, "only Foundation accepts \(text), \(generator): \(error)")
                }
            }
        }
        #expect(accepted > 50 && refused > accepted, "\(accepted) accepted, \(refused) refused")
    }
}

extension AttributeValue {
    /// What JSONSerialization has read.
    init?(foundation object: Any) {
        switch object {
        case is NSNull: self = .null
        // A number of one byte that is true or false is a boolean there.
        case let number as NSNumber where CFNumberIsBoolean(number): self = .bool(number.boolValue)
        case let number as NSNumber: self = .number(number.doubleValue)
        case let string as String: self = .string(string)
        case let elements as [Any]: self = .list(elements.compactMap { AttributeValue(foundation: $0) })
        case let members as [String: Any]: self = .object(members.compactMapValues { AttributeValue(foundation: $0) })
        default: return nil
        }
    }
}

private func CFNumberIsBoolean(_ number: NSNumber) -> Bool {
    String(cString: number.objCType) == "c" || String(cString: number.objCType) == "B"
}

extension SeededGenerator {
    /// A random value that JSON can hold.
    mutating func value(depth: Int) -> AttributeValue {
        switch below(depth > 0 ? 8 : 6) {
        case 0: return .null
        case 1: return .bool(below(2) == 0)
        case 2: return .number(Double(below(2_000) - 1_000))
        case 3:
            // Foundation's reader rounds some of the others wrongly, by a few units in the last place.
            return .number(Double(below(1 << 20)) / 64)
        case 4, 5: return .string(string())
        case 6: return .list((0..<below(4)).map { _ in value(depth: depth - 1) })
        default: return .object(members(depth: depth - 1))
        }
    }

    mutating func members(depth: Int) -> [String: AttributeValue] {
        var members: [String: AttributeValue] = [:]
        for _ in 0..<below(5) { members[string()] = value(depth: depth) }
        return members
    }

    mutating func string() -> String {
        let letters: [Character] = [
            "a", "b", " ", "\"", "\\", "/", "\n", "\u{1}", "é", "ü", "漢", "😀", "\u{7F}", "\u{2028}", ".",
        ]
        return String((0..<below(6)).map { _ in letters[below(letters.count)] })
    }
}
