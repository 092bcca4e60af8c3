// Loci, Apache License 2.0.

import Foundation
import TestSupport
import Testing

@testable import LociText

@Suite struct JSONReaderTests {
    private func value(_ text: String) throws(TextError) -> JSONValue {
        try value(Array(text.utf8))
    }

    private func value(_ bytes: [UInt8]) throws(TextError) -> JSONValue {
        var reader = try JSONReader(bytes, path: "x")
        let value = try reader.value()
        try reader.finish()
        return value
    }

    @Test func valuesAreRead() throws {
        #expect(
            try value(#" {"a" : [1, -2.5, 1e3, true, false, null, "x"], "b": {}, "a": 2} "#)
                == .object([
                    (
                        "a",
                        .array([
                            .number(1), .number(-2.5), .number(1000), .boolean(true), .boolean(false), .null,
                            .string("x"),
                        ])
                    ),
                    ("b", .object([])), ("a", .number(2)),
                ]))
        #expect(try value(#""\u00e9\ud83d\ude00\n\/\\\"\t""#) == .string("é😀\n/\\\"\t"))
        #expect(try value("12345678901234567890") == .number(12_345_678_901_234_567_168))
        #expect(try value(#"{"a":1,"a":2}"#)["a"] == .number(2))
        #expect(try value(#"{"a":null}"#)["a"] == nil)
    }

    @Test func otherTextsAreRefused() {
        for text in [
            "", " ", "{", "[", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "01", "1.", "-",
            "+1",
            ".5", "1e", "1e999", "tru", "nul", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"",
            "\"\\ud800\\u0041\"", "\"\u{1}\"", "1 2", "[1]]", "\"\\u+123\"", String(repeating: "[", count: 100_000),
        ] {
            #expect(thrown { () throws(TextError) in try value(text) } != nil, "\(text.prefix(40))")
        }
        #expect(thrown { () throws(TextError) in try value([0x22, 0xFF, 0x22]) } != nil)
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
            let ours = (try? value(damaged)) != nil
            let theirs = (try? JSONSerialization.jsonObject(with: Data(damaged))) != nil
            // Foundation is lenient here and there; what it refuses must be refused.
            #expect(theirs || !ours, "\(String(decoding: damaged, as: UTF8.self))")
        }
    }
}
