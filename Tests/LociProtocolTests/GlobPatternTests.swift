// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociProtocol

/// Patterns of names. What is expected was seen from Redis's `KEYS`, but for several stars and an empty name, which match here.
@Suite struct GlobPatternTests {
    private func matches(_ pattern: String, _ text: String) throws -> Bool {
        try matches(Array(pattern.utf8), Array(text.utf8))
    }

    private func matches(_ pattern: [UInt8], _ text: [UInt8]) throws -> Bool {
        try GlobPattern(pattern.span.bytes).matches(text.span.bytes)
    }

    @Test(arguments: [
        ("", ""), ("*", ""), ("**", ""), ("*", "x"), ("a*", "abc"), ("a*", "a"), ("**", "a"), ("a**", "a"),
        ("??", "ab"),
        ("*a*b*", "xaxb"), ("h[ae]llo", "hallo"), ("[a-c]", "b"), ("[c-a]", "b"), ("[^a]", "b"), ("[^]", "a"),
        ("[^", "a"),
        ("\\*", "*"), ("a\\", "a\\"), ("*\\", "ab\\"), ("[abc", "a"), ("[abc", "c"), ("[\\]]", "]"), ("[a-", "a"),
        ("[a-", "-"), ("[a-]", "^"), ("[-a]", "-"), ("[a-\\c]", "\\"), ("[\\", "\\"), ("[a\\", "a"), ("[a\\", "\\"),
        ("[^\\]]", "a"), ("[^]a]", "xa]"), ("[a]b", "ab"), ("[a-z", "b"), ("[a-c", "b"), ("[b-", "b"), ("[^b", "a"),
        ("[!a]", "!"), ("*ab", "aab"), ("a*b*c", "abbcbc"), ("\u{0}?", "\u{0}\u{1}"),
    ])
    func whatMatches(pattern: String, text: String) throws {
        #expect(try matches(pattern, text))
    }

    @Test(arguments: [
        ("", "a"), ("?", ""), ("a?", "a"), ("[^a]", "a"), ("[!a]", "b"), ("\\*", "x"), ("a\\", "a"), ("[abc", "d"),
        ("[", "["),
        ("[", "x"), ("[]", "a"), ("[]]", "]"), ("[a-]", "-"), ("[a-]", "b"), ("[a-]]", "b"), ("[\\a-c]", "b"),
        ("[a-\\c]", "b"), ("*[", ""), ("x[", "x"), ("[^\\]]", "]"), ("[]a]", "a"), ("[]a]", "a]"), ("*\\", "ab"),
        ("[ab", "ab"), ("[a-", "b"), ("[b-", "c"), ("[b", "bb"), ("[^b", "b"), ("[a", "b"), ("a*b*c", "abbcb"),
        ("A", "a"),
    ])
    func whatDoesNot(pattern: String, text: String) throws {
        #expect(try !matches(pattern, text))
    }

    /// With as many ways to divide the text among the stars as this, trying all of them would not end.
    @Test func manyStars() throws {
        let pattern = String(repeating: "*a", count: 1_000) + "*b"
        #expect(try !matches(pattern, String(repeating: "a", count: 3_000)))
        #expect(try matches(pattern, String(repeating: "a", count: 3_000) + "b"))
    }

    @Test func tooLong() throws {
        #expect(try matches(String(repeating: "*", count: 4_096), "a"))
        #expect(throws: ProtocolError.patternTooLong(bytes: 4_097, limit: 4_096)) {
            try matches(String(repeating: "*", count: 4_097), "a")
        }
    }

    /// The same answers as by trying all ways, over few letters, so that many match.
    @Test func asPlainMatchingSays() throws {
        var generator = SeededGenerator()
        let letters = Array("ab*?".utf8)
        var matched = 0
        let rounds = TestSettings.iterations(20_000)
        for _ in 0..<rounds {
            let pattern = (0..<generator.below(8)).map { _ in letters[generator.below(4)] }
            let text = (0..<generator.below(8)).map { _ in letters[generator.below(2)] }
            let expected = Self.plain(pattern[...], text[...])
            #expect(
                try matches(pattern, text) == expected,
                "\(generator): \(pattern) \(text)")
            if expected { matched += 1 }
        }
        #expect(rounds < 1_000 || matched > rounds / 20)
    }

    private static func plain(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == UInt8(ascii: "*") {
            return (text.startIndex...text.endIndex).contains { plain(pattern.dropFirst(), text[$0...]) }
        }
        guard let byte = text.first, first == UInt8(ascii: "?") || first == byte else { return false }
        return plain(pattern.dropFirst(), text.dropFirst())
    }

    @Test func anyBytesAreSurvived() throws {
        var generator = SeededGenerator(fresh: #function)
        let letters = Array("a]-^\\[*?".utf8) + [0x00, 0xFF]
        for _ in 0..<TestSettings.iterations(10_000) {
            let pattern = (0..<generator.below(12)).map { _ in letters[generator.below(letters.count)] }
            let text = (0..<generator.below(12)).map { _ in letters[generator.below(letters.count)] }
            _ = try matches(pattern, text)
            // Every text matches itself with all meanings taken off.
            let literal = text.flatMap { [UInt8(ascii: "\\"), $0] }
            #expect(try matches(literal, text), "\(generator): \(text)")
        }
    }
}
