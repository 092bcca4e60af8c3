// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociAttributes

/// Values of fields as indexes keep them.
@Suite struct FieldTermTests {
    private func terms(_ json: String, _ path: String, _ kind: FieldKind) throws -> [[UInt8]] {
        let reader = try FieldTermReader([(try FilterPath(parsing: path), kind)])
        var terms: [[UInt8]] = []
        reader.forEachTerm(of: Array(json.utf8).span.bytes) { terms.append($1) }
        return terms
    }

    @Test func textsAreStringsAndThoseOfArrays() throws {
        let reader = try FieldTextReader(FilterPath(parsing: "a.b"))
        func texts(_ value: String) -> [String] { reader.texts(of: Array(#"{"a": {"b": \#(value)}}"#.utf8).span.bytes) }
        #expect(texts(#""x \u00e9\n""#) == ["x é\n"])
        #expect(texts(#"["x", 1, "", {"c": "no"}, ["no"], null, "y"]"#) == ["x", "", "y"])
        for value in ["1", "null", "{}", "[]", "true"] { #expect(texts(value) == []) }
        #expect(reader.texts(of: Array(#"{"a": "x"}"#.utf8).span.bytes) == [])
    }

    @Test func valuesAreWhatTheFormatSays() throws {
        let one: [UInt8] = [0xBF, 0xF0, 0, 0, 0, 0, 0, 0]
        #expect(try terms(#"{"a": "b\u0000c"}"#, "a", .keyword) == [[1], [0x11, 0x62, 0, 0xFF, 0x63, 0, 0]])
        #expect(try terms(#"{"a": 1}"#, "a", .keyword) == [[1], [0x10] + one])
        #expect(try terms(#"{"a": true}"#, "a", .number) == [[1], [0x10] + one])
        #expect(try terms(#"{"a": " 1"}"#, "a", .number) == [[1], [0x12] + one])
        #expect(try terms(#"{"a": "1970-01-01T00:00:01Z"}"#, "a", .time) == [[1], [0x13] + one])
        #expect(try terms(#"{"a": "soon"}"#, "a", .time) == [[1], [0x14]])
        #expect(try terms(#"{"a": null}"#, "a", .time) == [[1], [2]])
        #expect(try terms(#"{"a": {}}"#, "a", .keyword) == [[1], [4]])
        #expect(try terms(#"{"a": [null]}"#, "a", .keyword) == [[1], [4]])
        #expect(try terms(#"{"a": ["x", 1, "x"]}"#, "a", .keyword) == [[1], [3], [0x21, 0x78, 0, 0], [0x20] + one])
        #expect(try terms(#"{"a": {"b c": [5, 1]}}"#, #".a."b c"[1]"#, .number) == [[1], [0x10] + one])
        for value in [#""x y""#, "1", "null", #"["x"]"#, "{}"] {
            #expect(try terms(#"{"a": \#(value)}"#, "a", .text) == [[1]])
        }
        #expect(FieldTerm.bytes(ofWord: [0x78, 0x79]) == [0x31, 0x78, 0x79, 0])
        #expect(try terms(#"{"b": 1}"#, "a", .keyword) == [])
        #expect(try terms(#"{"a": -0.0}"#, "a", .number) == terms(#"{"a": 0}"#, "a", .number))
    }

    @Test func longStringsAreCut() throws {
        let kept = String(repeating: "x", count: 240)
        #expect(try terms("{\"a\": \"\(kept)\"}", "a", .keyword).last == [0x11] + Array(kept.utf8) + [0, 0])
        #expect(try terms("{\"a\": \"\(kept)y\"}", "a", .keyword).last == [0x11] + Array(kept.utf8) + [0, 1])
        let zeros = String(repeating: "\\u0000", count: 240)
        #expect(try terms("{\"a\": \"\(zeros)\"}", "a", .keyword).last?.count == FieldTerm.maximumBytes)
    }

    @Test func theOrderOfBytesIsThatOfValues() {
        var generator = SeededGenerator()
        let edges: [Double] = [
            -.infinity, -1e300, -1, -1e-300, 0, Double.leastNonzeroMagnitude, 1, 1.5, 2, 1e300, .infinity,
        ]
        let numbers = (edges + (0..<500).map { _ in Double(generator.below(2_000)) / 16 - 60 }).sorted()
        for (left, right) in zip(numbers, numbers.dropFirst()) {
            #expect((FieldTerm.key(left) < FieldTerm.key(right)) == (left < right), "\(left) \(right)")
        }
        let strings = (0..<500).map { _ in
            (0..<generator.below(4)).map { _ in UInt8([0, 1, 97, 255][generator.below(4)]) }
        }
        for left in strings {
            for right in strings.prefix(40) {
                let (first, second) = (FieldTerm.bytes(0x11, left), FieldTerm.bytes(0x11, right))
                #expect(first.lexicographicallyPrecedes(second) == left.lexicographicallyPrecedes(right))
                #expect(left == right || !first.starts(with: second), "\(generator): \(left) \(right)")
            }
            let found = FieldTerm.text(of: FieldTerm.bytes(0x11, left).span.bytes)
            #expect(found?.bytes == left && found?.isCut == false)
        }
    }

    @Test func pathsHaveOneText() throws {
        for (given, text) in [
            ("year", "year"), (".year", "year"), (".author.name", "author.name"), ("tags[0]", "tags[0]"),
            (#""release date""#, #""release date""#), (#""plain""#, "plain"),
        ] {
            #expect(try FilterPath(parsing: given).text == text)
            #expect(try FilterPath(parsing: text) == FilterPath(parsing: given))
        }
        for bad in ["", ".", "a == 1", "a b", "a..b"] {
            #expect(throws: AttributesError.self) { try FilterPath(parsing: bad) }
        }
    }
}
