// Loci, Apache License 2.0.

import LociAttributes
import Testing

@Suite struct AttributesTests {
    @Test func textIsKeptAsGiven() throws {
        let text = #" { "a" : 1.50 , "b":[ ] } "#
        let attributes = try Attributes(json: text)
        #expect(attributes.json == text)
        #expect(attributes.utf8 == Array(text.utf8))
        #expect(try attributes != Attributes(json: #"{"a":1.50,"b":[]}"#))
        #expect(try attributes == Attributes(validating: text.utf8))
    }

    @Test func membersAreWrittenInOrder() throws {
        let attributes = try Attributes([
            "z": 1, "a": nil, "é": "\u{1}\n\"\\/é", "m": ["x", 2.5, true, ["k": false]], "n": -0.0, "big": 1e300,
            "whole": 9_007_199_254_740_991, "small": 1e-7,
        ])
        #expect(
            attributes.json
                == #"{"a":null,"big":1e+300,"m":["x",2.5,true,{"k":false}],"n":-0.0,"small":1e-07,"#
                + #""whole":9007199254740991,"z":1,"é":"\u0001\n\"\\/é"}"#)
        #expect(try Attributes(json: attributes.json) == attributes)
        #expect(try Attributes([:]).json == "{}")
    }

    @Test func pathsLeadToValues() throws {
        let attributes = try Attributes(
            json:
                #"{"a": {"b": [1, "x", null], "c": {}}, "k\u00e9y": "\ud83d\ude00\t", "t": true, "f": false, "n": -1.5e3}"#
        )
        #expect(attributes["a", "b"] == [1, "x", nil])
        #expect(attributes["a"] == ["b": [1, "x", nil], "c": [:]])
        #expect(attributes["a", "c"] == [:])
        #expect(attributes["kéy"] == "😀\t")
        #expect(attributes["t"] == true)
        #expect(attributes["f"] == false)
        #expect(attributes["n"] == -1500)
        #expect(attributes["a", "x"] == nil)
        #expect(attributes["t", "x"] == nil)
        #expect(attributes["b"] == nil)
        #expect(attributes[] == (try Attributes(json: attributes.json))[])
        #expect(try Attributes(json: "{}")[] == .object([:]))
    }

    @Test func limitsAreKept() throws {
        let room = Attributes.maximumBytes - #"{"a":""}"#.utf8.count
        let full = String(repeating: "x", count: room)
        #expect(try Attributes(["a": .string(full)]).utf8.count == Attributes.maximumBytes)
        #expect(try Attributes(json: "{\"a\":\"\(full)\"}")["a"] == .string(full))
        let above = AttributesError.tooLarge(bytes: Attributes.maximumBytes + 1, limit: Attributes.maximumBytes)
        #expect(throws: above) { try Attributes(["a": .string(full + "x")]) }
        #expect(throws: above) { try Attributes(json: "{\"a\":\"\(full)x\"}") }

        let deep = AttributesError.tooDeep(limit: Attributes.maximumDepth)
        for (levels, fits) in [(Attributes.maximumDepth, true), (Attributes.maximumDepth + 1, false), (20_000, false)] {
            let arrays = levels - 1
            let text = #"{"a":"# + String(repeating: "[", count: arrays) + String(repeating: "]", count: arrays) + "}"
            if fits {
                #expect(try Attributes(json: text).json == text)
            } else {
                #expect(throws: deep) { try Attributes(json: text) }
            }
        }
        var value = AttributeValue.list([])
        for _ in 0..<Attributes.maximumDepth { value = .list([value]) }
        #expect(throws: deep) { try Attributes(["a": value]) }
        #expect(throws: AttributesError.notFinite(key: "b")) { try Attributes(["a": ["b": [.number(.infinity)]]]) }
        #expect(throws: AttributesError.notFinite(key: "a")) { try Attributes(["a": .number(.nan)]) }
    }
}
