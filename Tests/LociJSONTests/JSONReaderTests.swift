// Loci, Apache License 2.0.

import Foundation
import TestSupport
import Testing

@testable import LociJSON

/// What is wrong, and where.
private struct Fault: Error {
    let position: Int
    let reason: String
}

@Suite struct JSONReaderTests {
    private static let strict = {
        var rules = JSONRules()
        (rules.allowsDuplicates, rules.replacesHalfPairs) = (false, true)
        return rules
    }()

    private func read(_ bytes: [UInt8], _ rules: JSONRules = strict) throws -> JSONValue {
        var reader = try JSONReader(bytes, rules: rules) { Fault(position: $0, reason: $1) }
        return try reader.wholeValue()
    }

    private func read(_ text: String, _ rules: JSONRules = strict) throws -> JSONValue {
        try read(Array(text.utf8), rules)
    }

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
            #expect((0...text.utf8.count).contains((error as? Fault)?.position ?? -1))
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
        #expect(throws: Fault.self) { try read(#""\ud83d\u00""#) }
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0xC3, 0xA9],
            [0x22, 0xC3, 0x5C, 0x6E, 0xA9, 0x22], [0x00], [0x22, 0x00, 0x22],
        ] as [[UInt8]])
    func badUTF8IsRefused(bytes: [UInt8]) {
        #expect(throws: Fault.self) { try read(bytes) }
    }

    @Test func rulesDiffer() throws {
        var rules = JSONRules()
        #expect(try read(#"{"a":1,"a":2}"#, rules)["a"] == 2)
        #expect(throws: Fault.self) { try read(#""\ud83d""#, rules) }
        #expect(try read("1e999", rules).line == "1e999")
        rules.refusesLargeNumbers = true
        #expect(throws: Fault.self) { try read(#"{"a":1e999}"#, rules) }
        #expect(try read("1e308", rules).number == 1e308)
        rules.maximumDepth = 2
        #expect(try read("[[1]]", rules).line == "[[1]]")
        #expect(throws: Fault.self) { try read("[[[1]]]", rules) }
    }

    @Test func partsAreReadOneByOne() throws {
        let text = Array(
            #"x{"vocab": {"a": 0, "é": 12}, "pairs": [["a", "b"], "c d"], "rest": {"deep": [1]}, "last": 5}y"#.utf8)
        var reader = try JSONReader(text, range: 1..<text.count - 1) { Fault(position: $0, reason: $1) }
        var (tokens, pairs): ([String: Int], [[String]]) = ([:], [])
        try reader.enterObject()
        while try reader.nextMember() {
            switch reader.key {
            case "vocab":
                try reader.enterObject()
                while try reader.nextMember() { tokens[reader.key] = try reader.count() }
            case "pairs":
                try reader.enterArray()
                while try reader.nextElement() {
                    guard reader.isAtArray() else {
                        pairs.append([try #require(try reader.value().text)])
                        continue
                    }
                    pairs.append([])
                    try reader.enterArray()
                    while try reader.nextElement() {
                        var bytes: [UInt8] = []
                        try reader.appendString(to: &bytes)
                        pairs[pairs.count - 1].append(String(decoding: bytes, as: UTF8.self))
                    }
                }
            case "rest": try reader.skip()
            default: #expect(try reader.value() == 5)
            }
        }
        try reader.finish()
        #expect(tokens == ["a": 0, "é": 12] && pairs == [["a", "b"], ["c d"]])
        for text in ["-1", "1.5", "1e400", "true", #""1""#] {
            var reader = try JSONReader(Array(text.utf8)) { Fault(position: $0, reason: $1) }
            #expect(throws: Fault.self) { try reader.count() }
        }
        for (text, expected) in [("0", 0), ("7e2", 700), ("1234567890123456", 1_234_567_890_123_456)] {
            var reader = try JSONReader(Array(text.utf8)) { Fault(position: $0, reason: $1) }
            #expect(try reader.count() == expected)
        }
    }

    @Test func damagedTextsAreReadAsFoundationReadsThem() throws {
        var generator = SeededGenerator()
        let bytes = Array(#"{"a":[1,-2.5e1,{"b":"x\u00e9\n"}],"c":true,"d":null,"e":{"f":[]}}"#.utf8)
        for _ in 0..<TestSettings.iterations(1_500) {
            var damaged = bytes
            for _ in 0...generator.below(2) {
                // Of ASCII without a zero, so that Foundation does not take it for UTF-16 or UTF-32.
                damaged[generator.below(damaged.count)] = UInt8(1 + generator.below(127))
            }
            let ours = (try? read(damaged, JSONRules())) != nil
            let theirs = (try? JSONSerialization.jsonObject(with: Data(damaged))) != nil
            // Foundation is lenient here and there; what it refuses must be refused.
            #expect(theirs || !ours, "\(String(decoding: damaged, as: UTF8.self))")
        }
    }

    @Test func whatIsPassedOverIsReadToTheSamePlace() throws {
        var generator = SeededGenerator()
        let bytes = Array(#"[{"a":[1,-2.5e1,{"b":"x\u00e9\n"}],"c":true},"\ud83d",[],{}]"#.utf8)
        for _ in 0..<TestSettings.iterations(1_500) {
            var damaged = bytes
            for _ in 0..<generator.below(3) { damaged[generator.below(damaged.count)] = UInt8(generator.below(256)) }
            func end(_ body: (inout JSONReader<Fault>) throws -> Void) -> Int {
                do {
                    var reader = try JSONReader(damaged) { Fault(position: $0, reason: $1) }
                    try body(&reader)
                    return reader.position
                } catch {
                    return -1 - ((error as? Fault)?.position ?? 0)
                }
            }
            #expect(end { _ = try $0.value() } == end { try $0.skip() }, "\(String(decoding: damaged, as: UTF8.self))")
        }
    }

    @Test func writtenStringsAreReadAgain() throws {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(500) {
            var text = ""
            for _ in 0..<generator.below(20) {
                let most: UInt32 = [0x30, 0x80, 0x3000, 0x11_0000].randomElement(using: &generator) ?? 0x80
                text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0..<most, using: &generator)) ?? "\"")
            }
            var bytes: [UInt8] = []
            JSONStringWriter.append(text.utf8, to: &bytes)
            #expect(bytes.allSatisfy { $0 >= 0x20 })
            #expect(try read(bytes).text.map { Array($0.utf8) } == Array(text.utf8))
            #expect(try read(JSONValue.string(text).line).text.map { Array($0.utf8) } == Array(text.utf8))
        }
        var bytes: [UInt8] = []
        JSONStringWriter.append("\"\\\n\r\t\u{01}\u{1F}/\u{7F}é".utf8, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == #""\"\\\n\r\t\u0001\u001f/"# + "\u{7F}é\"")
    }

    @Test func depthIsLimited() throws {
        let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(try read(deepest).line == deepest)
        #expect(throws: Fault.self) { try read("[" + deepest + "]") }
        // Far beyond what a stack holds.
        #expect(throws: Fault.self) { try read(String(repeating: "[", count: 1_000_000)) }
        #expect(throws: Fault.self) { try read(String(repeating: #"{"a":"#, count: 1_000_000)) }
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
        #expect(JSONValue.float(0.1).line == "0.1" && JSONValue.float(.infinity).line == "null")
    }

    @Test func linesHaveNoLineEnds() throws {
        let text = "\u{00}\u{0A}\u{0D}\u{85}\u{7F}\u{2028}\u{2029}\"\\é😀"
        let line = JSONValue.object([(text, .string(text))]).line
        #expect(!line.unicodeScalars.contains { "\u{0A}\u{0D}\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0) })
        #expect(try read(line) == .object([(text, .string(text))]))
    }

    @Test func whatIsJSONAlreadyStaysOnItsLine() {
        #expect(JSONValue.raw("{\n\t\"a\": \"\u{2028}\"}").line == "{  \"a\": \"\\u2028\"}")
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
