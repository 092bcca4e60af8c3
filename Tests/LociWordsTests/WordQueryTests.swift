// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociWords

@Suite struct WordQueryTests {
    @Test(arguments: [
        ("night  train", "night train"),
        (#"night "blade runner" +director -sequel"#, #"night "blade runner" +director -sequel"#),
        (#"+“blade runner”-"final  cut"x"#, #"+"blade runner" -"final  cut" x"#),
        ("rock & roll - live", "rock roll live"),
        ("c++ e-mail a+b", "c++ e-mail a+b"),
        (#""" "!" word ++"#, "word"),
        ("東京　天気", "東京 天気"),
    ])
    func textsAreParsed(text: String, printed: String) throws {
        let query = try WordQuery(parsing: text)
        #expect(query.description == printed)
        #expect(try WordQuery(parsing: printed) == query)
    }

    @Test func partsAreToldApart() throws {
        let parts = try WordQuery(parsing: #"a +b -"c d""#).parts
        #expect(parts.map(\.demand) == [.optional, .required, .excluded])
        #expect(parts.map(\.text) == ["a", "b", "c d"])
        #expect(parts.map(\.isPhrase) == [false, false, true])
    }

    @Test(arguments: [
        ("", "at byte 0 a word is expected", 0),
        (" ?! ", "at byte 4 a word is expected", 4),
        ("-a -\"b c\"", "at byte 9 a word without - is expected", 9),
        ("é \"b c", "at byte 3 a quotation mark begins a phrase that does not end", 3),
        ("a +\"", "at byte 3 a quotation mark begins", 3),
        ("a --verbose", "at byte 2 a word has two signs", 2),
        ("a +-b", "at byte 2 a word has two signs", 2),
    ])
    func faultsAreShown(text: String, reason: String, position: Int) throws {
        let error = try #require(throws: WordsError.self) { try WordQuery(parsing: text) }
        guard case .badQuery(let fault) = error else { throw TestFailure("\(error)") }
        #expect(error.description.contains(reason))
        #expect(fault.position == position)
    }

    @Test func faultsHaveACaret() {
        #expect(throws: WordsError.self) { try WordQuery(parsing: "night --all\n\"x\"") }
        do {
            _ = try WordQuery(parsing: "night --all\n\"x\"")
        } catch {
            #expect(
                error.description == """
                    the query is not understood: at byte 6 a word has two signs: put it in quotation marks if they belong to it
                      --all "x"
                      ^
                    """)
        }
    }

    @Test func queriesHaveLimits() throws {
        let words = (0..<64).map { "w\($0)" }.joined(separator: " ")
        #expect(try WordQuery(parsing: words).parts.count == 64)
        #expect(throws: WordsError.queryTooManyTerms(count: 66, limit: 64)) { try WordQuery(parsing: words + " a-b") }
        #expect(throws: WordsError.textTooLong(bytes: 4_097, limit: 4_096)) {
            try WordQuery(parsing: String(repeating: "a", count: 4_097))
        }
    }

    private func clauses(_ text: String, _ analysis: WordAnalysis = WordAnalysis()) throws -> [String] {
        try AnalysedQuery(WordQuery(parsing: text), WordAnalyser(analysis)).clauses.map {
            $0.demand.rawValue + $0.terms.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "_")
                + ($0.count > 1 ? "*\($0.count)" : "")
        }
    }

    @Test func clausesAreTerms() throws {
        #expect(try clauses("Blade-Runner +Café -\"a b\" cafe +café") == ["blade_runner", "+cafe*2", "-a_b", "cafe"])
        #expect(try clauses("東京の天気 +東京都 東京 猫") == ["東_京*2", "京_の", "の_天", "天_気", "+東_京_都", "猫"])
        #expect(try clauses("x東京都y2") == ["x", "東_京", "京_都", "y2"])
        #if Stemming
        #expect(try clauses("running runs", WordAnalysis(language: .english)) == ["run*2"])
        #expect(throws: WordsError.queryTooManyTerms(count: 65, limit: 64)) {
            try clauses(((0..<63).map { "w\($0)" } + ["d'or"]).joined(separator: " "), WordAnalysis(language: .french))
        }
        #endif
    }

    @Test func whatIsPrintedIsParsedAsTheSame() throws {
        var generator = SeededGenerator(fresh: #function)
        let pieces = [
            "a", "B", "é", "東", "+", "-", "\"", " ", "“", "'", ".", "\n", "\u{301}", "\u{0}", "x", "7", "👩", "\u{AD}",
        ]
        var accepted = 0
        let rounds = TestSettings.iterations(5_000)
        for round in 0..<rounds {
            var text = (0..<generator.below(16)).map { _ in pieces[generator.below(pieces.count)] }.joined()
            if round % 8 == 0 { text = String(decoding: generator.bytes(generator.below(40)), as: UTF8.self) }
            do throws(WordsError) {
                let query = try WordQuery(parsing: text)
                #expect(try WordQuery(parsing: query.description) == query, "\(generator): \(text.debugDescription)")
                accepted += 1
            } catch {
                if case .badQuery(let fault) = error {
                    #expect((0...text.utf8.count).contains(fault.position) && !error.description.isEmpty)
                } else {
                    throw error
                }
            }
        }
        #expect(rounds < 100 || accepted > rounds / 4 && accepted < rounds, "accepted \(accepted) of \(rounds)")
    }
}
