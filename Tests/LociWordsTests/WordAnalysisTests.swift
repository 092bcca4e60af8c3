// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociWords

@Suite struct WordAnalysisTests {
    static func terms(_ text: String, _ analysis: WordAnalysis = WordAnalysis()) throws -> [String] {
        var terms: [String] = []
        try WordAnalyser(analysis).forEachTerm(of: text) { token throws(WordsError) in
            terms.append(String(decoding: token.word, as: UTF8.self))
        }
        return terms
    }

    @Test(arguments: [
        ("Café ÅNGSTRÖM Łódź søster", ["cafe", "angstrom", "lodz", "soster"]),
        ("ёлка Йод ή Ελλάδα", ["елка", "йод", "η", "ελλαδα"]),
        ("がぎ हिन्दी 한국", ["が", "ぎ", "हिन्दी", "한국"]),
        ("مُحَمَّد שָׁלוֹם", ["محمد", "שלום"]),
        ("Ilık İZMİR", ["ilik", "izmir"]),
    ])
    func accentsAreDropped(text: String, terms: [String]) throws {
        #expect(try Self.terms(text).map { Array($0.utf8) } == terms.map { Array($0.utf8) })
    }

    @Test func accentsAreKept() throws {
        #expect(try Self.terms("Café ёлка", WordAnalysis(keepsDiacritics: true)) == ["café", "ёлка"])
    }

    #if Stemming
    @Test(arguments: [
        (WordLanguage.english, "Running runners ran connections don't", ["run", "runner", "ran", "connect", "don't"]),
        (.german, "Häuser Straßen", ["haus", "strass"]),
        (.french, "l'économie nationales", ["l", "econom", "national"]),
        (.russian, "Красивые собаки", ["красив", "собак"]),
        (.turkish, "kitapların", ["kitap"]),
        (.spanish, "canciones", ["cancion"]),
        (.none, "Running", ["running"]),
    ])
    func stems(language: WordLanguage, text: String, terms: [String]) throws {
        #expect(try Self.terms(text, WordAnalysis(language: language)) == terms)
    }

    @Test(arguments: WordLanguage.allCases) func everyLanguageHasStems(language: WordLanguage) throws {
        var generator = SeededGenerator(fresh: #function)
        let analyser = try WordAnalyser(WordAnalysis(language: language))
        for _ in 0..<TestSettings.iterations(50) {
            var text = ""
            for _ in 0..<30 {
                let value =
                    [0x61, 0x400, 0x620, 0x5D0, 0x900, 0x530, 0xB80, 0x3B0, 0xC0][generator.below(9)]
                    + generator.below(40)
                text.unicodeScalars.append(Unicode.Scalar(UInt32(value)) ?? "x")
            }
            try analyser.forEachTerm(of: text) { token throws(WordsError) in
                #expect((1...255).contains(token.word.count))
            }
        }
    }
    #else
    @Test func stemsNeedTheTrait() {
        #expect(throws: WordsError.stemmingNotBuilt(language: .english)) {
            _ = try Self.terms("x", WordAnalysis(language: .english))
        }
        #expect("\(WordsError.stemmingNotBuilt(language: .english))".contains("the package trait Stemming"))
    }
    #endif

    @Test func documentsHaveEachTermOnce() throws {
        let document = try WordAnalyser(WordAnalysis()).words(of: ["b a B, c! a é b"])
        #expect(document.length == 7)
        #expect(document.terms.map { String(decoding: $0.term, as: UTF8.self) } == ["a", "b", "c", "e"])
        #expect(document.terms.map(\.positions) == [[1, 4], [0, 2, 6], [3], [5]])
        #expect(try WordAnalyser(WordAnalysis()).words(of: [" - "]) == .none)
    }

    /// So that no phrase leads from one to the next; texts without words take no places.
    @Test func textsOfADocumentStandApart() throws {
        let document = try WordAnalyser(WordAnalysis()).words(of: ["a b", "", "b", " - ", "a"])
        #expect(document.length == 4)
        #expect(document.terms.map(\.positions) == [[0, 35], [1, 18]])
    }

    @Test func textsHaveALimit() throws {
        let text = String(repeating: "x", count: WordAnalyser.maximumTextBytes + 1)
        #expect(throws: WordsError.textTooLong(bytes: 16_777_217, limit: 16_777_216)) {
            _ = try WordAnalyser(WordAnalysis()).words(of: [text])
        }
    }

    @Test func codesAreStable() throws {
        #expect(WordAnalysis().code == [1, 0, 0, 0])
        #expect(WordAnalysis(language: .english, keepsDiacritics: true).code == [1, 7, 1, 0])
        #expect(WordLanguage.yiddish.rawValue == 28)
        for language in WordLanguage.allCases {
            #expect(WordLanguage(name: language.name) == language)
            for keeps in [false, true] {
                let analysis = WordAnalysis(language: language, keepsDiacritics: keeps)
                #expect(try WordAnalysis(code: analysis.code) == analysis)
            }
        }
        for code: [UInt8] in [
            [], [1, 0, 0], [2, 0, 0, 0], [1, 29, 0, 0], [1, 0, 2, 0], [1, 0, 0, 1], [1, 0, 0, 0, 0],
        ] {
            #expect(throws: WordsError.self) { try WordAnalysis(code: code) }
        }
    }
}
