// Loci, Apache License 2.0.

import LociWords
import TestSupport
import Testing

@testable import LociMemory

@Suite struct DerivedTextTests {
    private func turns(_ lines: [(speaker: String, text: String)]) async throws -> [MemoryUnit] {
        let folder = try TemporaryFolder()
        let memory = try DerivedFixture.store(folder).memory("a")
        try await memory.remember(DerivedFixture.units("s", lines))
        return try memory.units()
    }

    @Test(arguments: [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Pi is 3.14, see example.org.", ["Pi is 3.14, see example.org."]),
        ("He said \"Stop.\" Then he left", ["He said \"Stop.\"", "Then he left"]), ("a\n\nb\r\nc", ["a", "b", "c"]),
        ("Wait... what?!  Yes", ["Wait...", "what?!", "Yes"]), ("  ", []), ("多謝。 再見", ["多謝。", "再見"]),
    ])
    func sentencesAreFound(_ text: String, _ expected: [String]) {
        #expect(SentenceList.split(text) == expected)
    }

    @Test func aSummaryHasWhatMatters() async throws {
        let all = try await turns(DerivedFixture.turns)
        let summary = try await ExtractiveSummarizer(sentences: 3).summarize(all)
        #expect(
            summary == """
                Tom: The boat needs a new engine before summer.
                Tom: Jonas at the harbour repairs engines.
                Tom: He wants 900 euros for the boat engine.
                """)
        #expect(try await ExtractiveSummarizer(sentences: 3).summarize(all) == summary)
        // One that has room for all leaves out greetings only.
        let long = try await ExtractiveSummarizer(sentences: 100).summarize(all).split(separator: "\n")
        #expect(long.count == 7)
        #expect(!long.contains { $0.contains("Hi!") })
    }

    @Test func whatSaysTheSameIsTakenOnce() async throws {
        let lines = ["Ana moved to Porto in May.", "Ana moved to Porto in May!", "The cat ate a red fish yesterday."]
        let all = try await turns(lines.map { ("A", $0) })
        #expect(
            try await ExtractiveSummarizer(sentences: 2).summarize(all)
                == "A: Ana moved to Porto in May.\nA: The cat ate a red fish yesterday.")
    }

    @Test func textsWithNothingInThemHaveASummary() async throws {
        #expect(try await ExtractiveSummarizer().summarize(turns([("A", "Ok.")])) == "A: Ok.")
        #expect(try await ExtractiveSummarizer().summarize(turns([("A", "!?")])) == "A: !?")
        #expect(try await ExtractiveSummarizer().summarize([]).isEmpty)
        let long = String(repeating: "word ", count: 6_000)
        let summary = try await ExtractiveSummarizer().summarize(turns([("A", long)]))
        #expect(summary.utf8.count == 16_384)
    }

    @Test func keywordsAreWhatTellsMost() async throws {
        let folder = try TemporaryFolder()
        let memory = try await DerivedFixture.memory(folder)
        try await memory.remember(
            DerivedFixture.units("other", [("Tom", "Hi! The harbour is quiet."), ("Mara", "Hi! The cat sleeps.")]))
        let turns = try memory.units(session: "harbour")
        let words = try await WeightedKeywordExtractor(count: 4).keywords(of: turns, in: memory)
        #expect(words == ["engine", "boat", "repairs", "jonas"])
        #expect(try await WeightedKeywordExtractor(count: 64).keywords(of: [], in: memory).isEmpty)
        // Numbers of few digits are none, and neither are words that any text has.
        let all = try await WeightedKeywordExtractor(count: 64).keywords(of: turns, in: memory)
        #expect(!all.contains("900") && !all.contains("the") && all.contains("bergen"))
    }

    @Test func textsAreCutWhereJSONIsFull() {
        #expect(DerivedText.clipped("abc", to: 2) == "ab")
        #expect(DerivedText.clipped("a\"b", to: 3) == "a\"")
        #expect(DerivedText.clipped("a\nb", to: 6) == "a")
        #expect(DerivedText.clipped("aé", to: 2) == "a")
        #expect(DerivedText.keywords([" a  b ", "", "c", "a b"]) == "a b, c")
        #expect(DerivedText.keywords([" "]) == nil)
    }

    @Test func settingsOutOfRangeAreRefused() {
        #expect(
            throws: MemoryError.parameter(name: "the sentences of a summary", value: "0", allowed: "1 to 100")
        ) { try ExtractiveSummarizer(sentences: 0) }
        #expect(throws: MemoryError.parameter(name: "keywords", value: "65", allowed: "1 to 64")) {
            try WeightedKeywordExtractor(count: 65)
        }
    }
}
