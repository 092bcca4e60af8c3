// Loci, Apache License 2.0.

import Loci
import LociText
import Synchronization
import TestSupport
import Testing

@testable import LociMemory

@Suite struct DerivedHookTests {
    @Test func aHookThatThrowsLeavesNothingHalfWritten() async throws {
        let folder = try TemporaryFolder()
        let memory = try await DerivedFixture.memory(folder)
        try await memory.remember(DerivedFixture.units("second"))
        try await memory.remember(DerivedFixture.units("third"))
        let failing = CountingHook(failsAt: 2)
        await #expect(throws: TestFailure.self) { try await memory.derive([.summary], summarizer: failing) }
        // The first session is done, and is not done again.
        #expect(try memory.units(.summary).map { "\($0.id)" } == ["m1.1"])
        let hook = CountingHook()
        #expect(try await memory.derive([.summary], summarizer: hook) == 2)
        #expect(hook.calls == 2)
        // One that fails at a change leaves the old.
        try await memory.remember(DerivedFixture.units("second", [("Tom", "Bye.")]))
        let before = try memory.units(.summary)
        await #expect(throws: TestFailure.self) {
            try await memory.derive([.summary], summarizer: CountingHook(failsAt: 1))
        }
        #expect(try memory.units(.summary) == before)
    }

    @Test(arguments: [
        "", "  \n", "a\0b", String(repeating: "x", count: 32_769), String(repeating: "\"", count: 20_000),
    ])
    func textsThatCannotBeStoredAreRefused(_ text: String) async throws {
        let folder = try TemporaryFolder()
        let memory = try await DerivedFixture.memory(folder)
        let failure = await #expect(throws: MemoryError.self) {
            try await memory.derive([.summary], summarizer: CountingHook(text: text))
        }
        guard case .hook(name: "the summarizer", _)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        await #expect(throws: MemoryError.self) {
            try await memory.derive([.questionAnswer], questionMaker: CountingHook(text: text))
        }
        #expect(try memory.units(.summary).isEmpty && memory.units(.questionAnswer).isEmpty)
    }

    @Test func aHookWithoutKeywordsGivesNoUnit() async throws {
        let folder = try TemporaryFolder()
        let memory = try await DerivedFixture.memory(folder)
        #expect(try await memory.derive([.keyword], keywordExtractor: CountingHook()) == 0)
        #expect(try await memory.derive([.keyword], keywordExtractor: CountingHook(text: "a,  b")) == 1)
        #expect(try memory.units(.keyword).map(\.text) == ["a, b"])
        // An old one goes, if there are none any more.
        #expect(try await memory.derive([.keyword], keywordExtractor: CountingHook(), again: true) == 0)
        #expect(try memory.units(.keyword).isEmpty)
    }

    /// Changes the memory while it is asked.
    private struct Meddler: Summarizer {
        let memory: Memory
        let change: @Sendable (Memory) async throws -> Void

        func summarize(_ turns: [MemoryUnit]) async throws -> String {
            try await change(memory)
            return "\(turns.count) turns"
        }
    }

    @Test func whatChangesMeanwhileIsLeftForTheNextTime() async throws {
        let folder = try TemporaryFolder()
        let memory = try await DerivedFixture.memory(folder)
        // Turns that are added do no harm.
        let adding = Meddler(memory: memory) { memory in
            try await memory.remember(DerivedFixture.units("harbour", [("Tom", "Bye.")]))
        }
        #expect(try await memory.derive([.summary], summarizer: adding) == 1)
        #expect(try memory.units(.summary).map(\.text) == ["6 turns"])
        // Turns that are forgotten must not come back in a summary.
        let forgetting = Meddler(memory: memory) { memory in
            try memory.forget(.units([UnitID(kind: .turn, session: 1, ordinal: 1)]))
        }
        #expect(try await memory.derive([.summary], summarizer: forgetting) == 0)
        #expect(try memory.units(.summary).isEmpty)
        #expect(try await memory.derive([.summary], summarizer: CountingHook()) == 1)
        // A session that is gone stays gone.
        let dropping = Meddler(memory: memory) { memory in try memory.forget(.session("harbour")) }
        #expect(try await memory.derive([.summary], summarizer: dropping, again: true) == 0)
        #expect(try memory.sessions().isEmpty)
    }

    @Test func namespacesAreApart() async throws {
        let folder = try TemporaryFolder()
        let store = try DerivedFixture.store(folder)
        let (first, second) = (try store.memory("acme/mara"), try store.memory("acme/mara/work"))
        try await first.remember(DerivedFixture.units("harbour"))
        try await second.remember(DerivedFixture.units("office", [("Mara", "The printer is out of ink again.")]))
        let before = try second.info().units
        #expect(try await first.derive([.block, .summary, .keyword], blockTurns: 3) == 4)
        #expect(try second.info().units == before)
        #expect(try await second.derive([.block, .summary, .keyword]) == 3)
        // The keys are the same in both, and lead to their own.
        #expect(try first.unit(key: "derived/summary/1/1")?.text.contains("engine") ?? false)
        #expect(try second.unit(key: "derived/summary/1/1")?.text == "Mara: The printer is out of ink again.")
        #expect(try first.units(.keyword).allSatisfy { !$0.text.contains("printer") })
        // How rare words are is counted in one namespace, too.
        let words = try await WeightedKeywordExtractor(count: 2).keywords(of: first.units(), in: second)
        #expect(words.count == 2)
    }

    @Test func parametersAreChecked() async throws {
        let folder = try TemporaryFolder()
        let memory = try await DerivedFixture.memory(folder)
        func failure(_ body: () async throws -> Int) async -> MemoryError? {
            await #expect(throws: MemoryError.self) { _ = try await body() }
        }
        #expect(
            await failure { try await memory.derive([.turn, .block]) }
                == .parameter(name: "a kind", value: "turn", allowed: "block, summary, keyword or qa"))
        #expect(
            await failure { try await memory.derive([.block], blockTurns: 1) }
                == .parameter(name: "the turns of a block", value: "1", allowed: "2 to 1000"))
        #expect(
            await failure { try await memory.derive([.questionAnswer]) }
                == .parameter(
                    name: "the maker of questions", value: "none", allowed: "given where questions are to be made"))
        #expect(await failure { try await memory.derive([.block], sessions: ["none"]) } == .sessionNotFound("none"))
        let empty = try memory.store.memory("nobody")
        #expect(await failure { try await empty.derive([.block]) } == .namespaceNotFound(name: "nobody"))
        #expect(try !empty.exists)
    }

    @Test func onlyTheSessionsThatAreNamed() async throws {
        let folder = try TemporaryFolder()
        let memory = try await DerivedFixture.memory(folder)
        try await memory.remember(DerivedFixture.units("second"))
        let seen = Mutex<[String]>([])
        let count = try await memory.derive([.summary], sessions: ["second", "second"]) { done, total in
            seen.withLock { $0.append("\(done)/\(total)") }
        }
        #expect(count == 1)
        #expect(seen.withLock { $0 } == ["0/1", "1/1"])
        #expect(try memory.units(.summary).map { "\($0.id)" } == ["m2.1"])
    }

    @Test func anotherModelIsRefused() async throws {
        let folder = try TemporaryFolder()
        let memory = try await DerivedFixture.memory(folder)
        let other = MemoryStore(memory.store.database, embedder: try HashingEmbedder(dimension: 32))
        let failure = await #expect(throws: MemoryError.self) {
            try await other.memory("acme/mara").derive([.block])
        }
        guard case .otherModel? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(try memory.units(.block).isEmpty)
        // One without a model makes means of what is there.
        let none = MemoryStore(memory.store.database, embedder: nil)
        #expect(try await none.memory("acme/mara").derive([.block]) == 2)
    }
}
