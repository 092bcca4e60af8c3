// Loci, Apache License 2.0.

import Foundation
import LociJSON
import TestSupport
import Testing

@testable import LociCommand

@Suite struct OutputJSONTests {
    @Test func orderIsKept() {
        let value = JSONValue.object([
            ("z", 1), ("a", "text"), ("list", .array([true, .null, .integer(-5)])), ("empty", .object([])),
            ("none", .array([])),
        ])
        #expect(value.line == #"{"z":1,"a":"text","list":[true,null,-5],"empty":{},"none":[]}"#)
    }

    @Test(arguments: [
        (0, "0"), (-0.5, "-0.5"), (1, "1"), (1e-7, "1e-07"), (1e22, "1e+22"), (0.1, "0.1"), (.infinity, "null"),
        (-.infinity, "null"), (.nan, "null"),
    ])
    func numbers(value: Double, text: String) {
        #expect(JSONValue.number(value).line == text)
    }

    @Test func decimals() {
        #expect(JSONValue.number(0.25, decimals: 3).line == "0.250")
        #expect(JSONValue.number(-0.0001, decimals: 2).line == "0.00")
        #expect(JSONValue.number(1e300, decimals: 2).line == "1e+300")
        #expect(JSONValue.number(.nan, decimals: 2).line == "null")
    }

    @Test func floatsAreShort() {
        #expect(JSONValue.float(0.1).line == "0.1")
        #expect(JSONValue.float(16_777_216).line == "16777216")
        #expect(JSONValue.float(.nan).line == "null")
        #expect(JSONValue.float(-.infinity).line == "null")
    }

    @Test func escapes() {
        #expect(JSONValue.string("\"\\/\n\r\t\u{8}\u{C}").line == #""\"\\/\n\r\t\b\f""#)
        #expect(JSONValue.string("\u{0}\u{1F}\u{7F}\u{85}\u{2028}").line == #""\u0000\u001f\u007f\u0085\u2028""#)
        #expect(JSONValue.string("a\r\nb").line == #""a\r\nb""#)
        #expect(JSONValue.string("検索 🙂 e\u{301}").line == "\"検索 🙂 e\u{301}\"")
        #expect(JSONValue.object([("a\"b", 1)]).line == #"{"a\"b":1}"#)
    }

    private struct Row: Decodable {
        let text: String
        let number: Double?
        let float: Double?
    }

    /// What another reader of JSON makes of it is what was written.
    @Test func readBack() throws {
        var random = SeededGenerator(fresh: #function)
        for _ in 0..<TestSettings.iterations(500) {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0..<20, using: &random) {
                let limit: UInt32 = Bool.random(using: &random) ? 0x100 : 0x30000
                if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) { scalars.append(scalar) }
            }
            let text = String(scalars)
            let number = Double(bitPattern: .random(in: 0...UInt64.max, using: &random))
            let value = Float(bitPattern: .random(in: 0...UInt32.max, using: &random))
            let line = JSONValue.object([
                ("text", .string(text)), ("number", .number(number)), ("float", .float(value)),
            ]).line
            #expect(line.split(whereSeparator: \.isNewline).count == 1, "\(random)")
            let row = try JSONDecoder().decode(Row.self, from: Data(line.utf8))
            #expect(Array(row.text.unicodeScalars) == Array(scalars), "\(random)")
            #expect(row.number == (number.isFinite ? number : nil), "\(random)")
            #expect(row.float.map { Float($0) } == (value.isFinite ? value : nil), "\(random)")
        }
    }
}
