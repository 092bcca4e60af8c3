// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociWords

@Suite struct TokenizerTests {
    static func words(_ text: String, _ language: WordLanguage = .none) throws -> [String] {
        try tokens(Array(text.utf8), language).map { String(decoding: $0.word, as: UTF8.self) }
    }

    static func tokens(_ bytes: [UInt8], _ language: WordLanguage = .none) throws -> [Token] {
        var tokens: [Token] = []
        try Tokenizer(language: language).forEachToken(in: bytes.span) { token throws(WordsError) in
            tokens.append(token)
        }
        return tokens
    }

    @Test(arguments: [
        ("", []),
        ("The quick-brown fox!", ["the", "quick", "brown", "fox"]),
        ("don't 'quote' dogs' O’Neil", ["don't", "quote", "dogs", "o'neil"]),
        ("3.14 1,000 v1.2.3 3.x .5 5.", ["3.14", "1,000", "v1.2.3", "3", "x", "5", "5"]),
        ("example.com snake_case a1b2 3rd", ["example", "com", "snake", "case", "a1b2", "3rd"]),
        ("Straße STRASSE ẞ ΟΔΟΣ οδος ﬁn", ["strasse", "strasse", "ss", "οδοσ", "οδοσ", "fin"]),
        ("e\u{301}te\u{301} \u{C9}T\u{C9} \u{212B}", ["\u{E9}t\u{E9}", "\u{E9}t\u{E9}", "\u{E5}"]),
        ("東京の天気 コーヒー x語y", ["東", "京", "の", "天", "気", "コ", "ー", "ヒ", "ー", "x", "語", "y"]),
        ("か\u{3099}が", ["が", "が"]),
        ("한국어 검색", ["한국어", "검색"]),
        ("ＡＢＣ　１２．５", ["abc", "12.5"]),
        ("co\u{AD}operate नमस्ते", ["cooperate", "नमस्ते"]),
        ("col·lecció רש״י", ["col·lecció", "רש״י"]),
        ("\u{301}x \u{200D} 👩‍👩‍👧 ½", ["x", "½"]),
        ("กา", ["ก", "า"]),
        ("Ilık İZMİR", ["ilık", "i\u{307}zmi\u{307}r"]),
    ])
    func wordsOfTexts(text: String, words: [String]) throws {
        #expect(try Self.words(text) == words)
        #expect(try Self.words(text).map { Array($0.utf8) } == words.map { Array($0.utf8) }, "equal in bytes, too")
    }

    @Test func languagesThatReadLettersOtherwise() throws {
        #expect(try Self.words("Ilık İZMİR IŞIK", .turkish) == ["ılık", "izmir", "ışık"])
        #expect(try Self.words("l'eau d’or aujourd'hui", .french) == ["l", "eau", "d", "or", "aujourd", "hui"])
    }

    @Test func positionsCountWords() throws {
        let tokens = try Self.tokens(Array("a, b -- 東京 c".utf8))
        #expect(tokens.map(\.position) == [0, 1, 2, 3, 4])
        #expect(tokens.map(\.isLone) == [false, false, true, true, false])
    }

    @Test func longWordsAreCutAtScalars() throws {
        let plain = try Self.tokens(Array((String(repeating: "A", count: 5_000) + " b").utf8))
        #expect(plain.map(\.word.count) == [255, 1])
        let wide = try Self.tokens(Array((String(repeating: "я", count: 5_000) + " b").utf8))
        #expect(wide.map(\.word.count) == [254, 1])
        #expect(String(decoding: wide[0].word, as: UTF8.self) == String(repeating: "я", count: 127))
    }

    @Test func bytesThatAreNoTextEndWords() throws {
        let bytes: [UInt8] = [0x61, 0xFF, 0x62, 0xC3, 0x63, 0xE2, 0x82, 0xED, 0xA0, 0x80, 0xC0, 0x80, 0x64, 0xF5, 0xC3]
        #expect(try Self.tokens(bytes).map(\.word) == [[0x61], [0x62], [0x63], [0x64]])
    }

    /// The way for ASCII and the way for all else give the same: a soft hyphen changes nothing but which of them is taken.
    @Test func bothWaysAgree() throws {
        var generator = SeededGenerator()
        let letters = Array("aZ09.,'-_ q".unicodeScalars)
        for _ in 0..<TestSettings.iterations(3_000) {
            var plain = ""
            var other = ""
            for _ in 0..<generator.below(16) {
                let scalar = letters[generator.below(letters.count)]
                plain.unicodeScalars.append(scalar)
                other.unicodeScalars.append(scalar)
                if scalar.properties.isAlphabetic || scalar.properties.generalCategory == .decimalNumber {
                    other.unicodeScalars.append("\u{AD}")
                }
            }
            // A point right after the hyphen is looked at as the general way does.
            #expect(try Self.words(plain) == Self.words(other), "\(generator): \(plain)")
        }
    }

    @Test func equivalentTextsAreEqualInBytes() throws {
        var generator = SeededGenerator()
        let letters: [Unicode.Scalar] = [
            "a", "e", "\u{E9}", "\u{1E69}", "\u{301}", "\u{323}", "\u{307}", "\u{345}", "\u{3B1}", "\u{1F82}",
            "\u{AC01}", "\u{1100}",
            "\u{1161}", "\u{11A8}", "\u{212B}", "\u{F900}", " ", "\u{958}", "\u{FB2C}", "\u{1E9B}", "I", "\u{130}",
        ]
        for _ in 0..<TestSettings.iterations(2_000) {
            let scalars = (0..<1 + generator.below(8)).map { _ in letters[generator.below(letters.count)] }
            var decomposed: [Unicode.Scalar] = []
            for scalar in scalars { CanonicalForm.appendDecomposition(of: scalar, to: &decomposed) }
            CanonicalForm.reorder(&decomposed)
            var composed = decomposed
            CanonicalForm.compose(&composed)
            var (text, apart, together) = ("", "", "")
            text.unicodeScalars.append(contentsOf: scalars)
            apart.unicodeScalars.append(contentsOf: decomposed)
            together.unicodeScalars.append(contentsOf: composed)
            #expect(text == apart && text == together, "\(generator): \(scalars)")
            let expected = try Self.tokens(Array(text.utf8))
            #expect(try Self.tokens(Array(apart.utf8)) == expected, "\(generator): \(scalars)")
            #expect(try Self.tokens(Array(together.utf8)) == expected, "\(generator): \(scalars)")
        }
    }

    @Test func anyBytesAreRead() throws {
        var generator = SeededGenerator(fresh: #function)
        let pieces = [
            "don't", "3.", "é", "\u{301}", "東", "\u{200D}", "İ", "ｱ", "👩", "\u{1F82}", "한", "ﬃ", " ", "\u{F0000}",
        ].map { Array($0.utf8) }
        var count = 0
        for _ in 0..<TestSettings.iterations(3_000) {
            var bytes: [UInt8] = []
            for _ in 0..<generator.below(12) {
                bytes += generator.below(3) == 0 ? generator.bytes(3) : pieces[generator.below(pieces.count)]
            }
            for token in try Tests.tokens(bytes, WordLanguage.allCases[generator.below(3) == 0 ? 27 : 0]) {
                count += 1
                #expect((1...Tokenizer.maximumBytes).contains(token.word.count))
                #expect(String(validating: token.word, as: UTF8.self) != nil, "\(generator): \(bytes)")
            }
        }
        #expect(count > 0)
    }

    private typealias Tests = TokenizerTests
}
