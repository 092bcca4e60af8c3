// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociMCP

@Suite struct JSONReaderTests {
    private func read(_ text: String) throws -> JSONValue { try JSONReader.value(Array(text.utf8)) }

    @Test(arguments: [
        "null", "true", "false", "0", "-0", "12", "-1.5e+10", "1E2", "9007199254740993",
        "123456789012345678901234567890",
        #""""#, #""a""#, "[]", "{}", "[1,[2,[]],{}]", #"{"b":1,"a":{"c":[null]}}"#,
    ])
    func whatIsWrittenAgainIsTheSame(text: String) throws {
        #expect(try read(text).line == text)
        #expect(try read(" \t\r\n\(text)\n ").line == text)
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "tru", "True", "01", "+1", "1.", ".5", "1e", "1e+", "-", "--1", "0x1", "NaN",
        "Infinity", "[", "]",
        "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "}", "{a:1}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a" 1}"#,
        #"{1:1}"#,
        "\"", "\"a", #""\x""#, #""\u12""#, #""\u12G4""#, #""\"#, "\"a\u{01}\"", "\"\n\"", "1 2", "{}{}", "'a'", "//",
        "\u{FEFF}1",
        #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, "[1}", #"{"a":1]"#,
    ])
    func whatIsNoJSONIsRefused(text: String) {
        do {
            let value = try read(text)
            Issue.record("\(text) was read as \(value.line)")
        } catch {
            guard case MCPError.badJSON(let offset, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect((0...text.utf8.count).contains(offset))
        }
    }

    @Test func escapesAreRead() throws {
        let text = #""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00\u0000""#
        #expect(try read(text).text == "\"\\/\u{08}\u{0C}\n\r\t\u{E9}\u{1F600}\0")
        // Halves of pairs; the second of two leads begins a pair.
        #expect(try read(#""\ud83d""#).text == "\u{FFFD}")
        #expect(try read(#""\ude00x""#).text == "\u{FFFD}x")
        #expect(try read(#""\ud83d\u0041""#).text == "\u{FFFD}A")
        #expect(try read(#""\ud83d\ud83d\ude00""#).text == "\u{FFFD}\u{1F600}")
        #expect(throws: MCPError.self) { try read(#""\ud83d\u00""#) }
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0xC3, 0xA9],
            [0x22, 0xC3, 0x5C, 0x6E, 0xA9, 0x22], [0x00], [0x22, 0x00, 0x22],
        ] as [[UInt8]])
    func badUTF8IsRefused(bytes: [UInt8]) {
        #expect(throws: MCPError.self) { try JSONReader.value(bytes) }
    }

    @Test func depthIsLimited() throws {
        let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(try read(deepest).line == deepest)
        #expect(throws: MCPError.self) { try read("[" + deepest + "]") }
        // Far beyond what a stack holds.
        #expect(throws: MCPError.self) { try read(String(repeating: "[", count: 1_000_000)) }
        #expect(throws: MCPError.self) { try read(String(repeating: #"{"a":"#, count: 1_000_000)) }
    }

    @Test func numbersAreReadAsWhatTheyAre() throws {
        #expect(try read("10").integer == 10)
        #expect(try read("10.0").integer == 10)
        #expect(try read("1e1").integer == 10)
        #expect(try read("10.5").integer == nil)
        #expect(try read("1e400").number == nil)
        #expect(try read("99999999999999999999").integer == nil)
        #expect(JSONValue.number(Double.nan).line == "null")
        #expect(JSONValue.number(2.0).line == "2")
    }

    @Test func linesHaveNoLineEnds() throws {
        let text = "\u{00}\u{0A}\u{0D}\u{85}\u{7F}\u{2028}\u{2029}\"\\é😀"
        let line = JSONValue.object([(text, .string(text))]).line
        #expect(!line.unicodeScalars.contains { "\u{0A}\u{0D}\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0) })
        #expect(try read(line) == .object([(text, .string(text))]))
    }

    @Test func namesOfOtherBytesAreOthers() throws {
        // Swift takes both for é.
        #expect(try read("{\"\u{E9}\":1,\"e\u{301}\":2}").members?.count == 2)
        #expect(try read("{\"\u{E9}\":1}")["e\u{301}"] == nil)
    }

    /// Values that are made at random are read back as they were.
    @Test func randomValuesAreReadBack() throws {
        var generator = SeededGenerator(fresh: #function)
        for _ in 0..<TestSettings.iterations(2_000) {
            let value = randomValue(depth: 0, using: &generator)
            #expect(try read(value.line) == value, "\(generator)")
        }
    }

    private func randomValue(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
        func text() -> String {
            String(
                String.UnicodeScalarView(
                    (0..<generator.below(6)).compactMap { _ in
                        Unicode.Scalar(UInt32(generator.below(generator.below(2) == 0 ? 0x80 : 0x11_0000)))
                    }))
        }
        switch generator.below(depth < 5 ? 7 : 5) {
        case 0: return .null
        case 1: return .boolean(generator.below(2) == 0)
        case 2: return .integer(Int(truncatingIfNeeded: generator.next()))
        case 3: return .number(Double(generator.float()))
        case 4: return .string(text())
        case 5: return .array((0..<generator.below(4)).map { _ in randomValue(depth: depth + 1, using: &generator) })
        default:
            return .object(
                (0..<generator.below(4)).map { index in
                    ("\(index)" + text(), randomValue(depth: depth + 1, using: &generator))
                })
        }
    }
}
