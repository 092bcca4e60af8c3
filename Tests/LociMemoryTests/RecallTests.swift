// Loci, Apache License 2.0.

import Loci
import LociAttributes
import LociText
import TestSupport
import Testing

@testable import LociMemory

/// What is recalled.
@Suite struct RecallTests {
    private let test: TestStore
    private let memory: Memory

    init() async throws {
        test = try TestStore()
        memory = try test.store.memory("acme/alice")
        try await memory.remember(SmallTalk.units)
    }

    private func texts(_ question: String, _ change: (inout RecallOptions) -> Void = { _ in }) async throws -> [String]
    {
        var options = RecallOptions()
        change(&options)
        return try await memory.recall(question, options).passages.map(\.unit.text)
    }

    @Test func largeMemoriesAreSearchedWider() {
        #expect(CandidateSearch.window(for: 100_000) == nil)
        #expect(CandidateSearch.window(for: 1_000_000) == 202)
        #expect(CandidateSearch.window(for: 2_147_483_647).map { (9_000...10_000).contains($0) } == true)
    }

    @Test func questionsFindTheirAnswers() async throws {
        #expect(try await texts("Where did Ana move?").first == SmallTalk.units[1].text)
        #expect(try await texts("What is Bob's beagle called?").first == SmallTalk.units[4].text)
        #expect(try await texts("What goes into the pasta?").first == SmallTalk.units[7].text)
    }

    /// Each stage says what it gave, and the parts make the score.
    @Test func partsMakeTheScore() async throws {
        let all = Set(RecallStage.allCases)
        for stages in [RecallOptions.standardStages, all, [.dense], [.lexical], [.dense, .lexical, .context]] {
            for unit in [UnitKind.turn, .session] {
                var options = RecallOptions()
                (options.stages, options.unit) = (stages, unit)
                for passage in try await memory.recall("Where did Ana move?", options).passages {
                    let sum = passage.parts.values.reduce(0, +)
                    #expect(abs(sum - passage.score) < 1e-9, "\(stages)")
                    #expect(passage.parts.keys.allSatisfy { stages.contains($0) || unit == .session })
                }
            }
        }
    }

    @Test func sessionsAreFoundByTheirTurns() async throws {
        var options = RecallOptions()
        (options.unit, options.k) = (.session, 1)
        let found = try await memory.recall("Does Rufus snore?", options).passages
        #expect(found.map(\.unit.session) == ["friday"] && found.first?.unit.id.kind == .session)
    }

    /// A unit with the one rare word of the question is a candidate however many vectors are nearer.
    @Test func noExactWordIsLost() async throws {
        let store = try TestStore(
            embedder: FixedEmbedder { texts in
                texts.map { $0.contains("zyzzyva") ? [1, 0, 0, 0] : [0, 1, 0.001 * Float($0.utf8.count), 0] }
            })
        let memory = try store.store.memory("m")
        let units = (0..<300).map {
            NewUnit(session: "s\($0 / 10)", text: "plain words number \($0) " + String(repeating: "so ", count: $0 % 7))
        }
        try await memory.remember(units + [NewUnit(session: "x", text: "A zyzzyva is a weevil.")])
        let embedder = FixedEmbedder { $0.map { _ in [0, 1, 0, 0] } }
        let asking = MemoryStore(store.store.database, embedder: embedder)
        var options = RecallOptions()
        (options.candidates, options.k) = (10, 100)
        let found = try await asking.memory("m").recall("What is a zyzzyva?", options).passages
        #expect(found.contains { $0.unit.text == "A zyzzyva is a weevil." })
    }

    @Test func budgetsAreKept() async throws {
        for budget in [1, 12, 15, 30, 60] {
            var options = RecallOptions()
            options.tokenBudget = budget
            let recall = try await memory.recall("Where did Ana move?", options)
            #expect(recall.tokens <= budget)
            #expect(recall.tokens == recall.passages.reduce(0) { $0 + Memory.tokens(of: $1.text) })
        }
        var options = RecallOptions()
        options.isInTimeOrder = true
        let ids = try await memory.recall("Where did Ana move?", options).passages.map(\.unit.id)
        #expect(ids == ids.sorted() && ids.count > 1)
    }

    @Test func timesAndFiltersAreKept() async throws {
        let late = try await texts("Where did Ana move?") { $0.time = 4_000...6_000 }
        #expect(Set(late) == Set(SmallTalk.units[4..<7].map(\.text)))
        var unit = NewUnit(session: "trip", text: "The train to Porto leaves at nine.")
        unit.metadata = try Attributes(["topic": "travel"])
        try await memory.remember(unit)
        let filter = try Filter(parsing: #"exists .meta and .meta.topic == "travel""#)
        #expect(try await texts("Where did Ana move?") { $0.filter = filter } == [unit.text])
        let both = try await texts("Where did Ana move?") {
            $0.filter = filter
            $0.time = 0...10
        }
        #expect(both == [])
    }

    @Test func supersededUnitsAreHistory() async throws {
        let before = test.clock.now
        let old = try #require(try memory.units(session: "monday").first { $0.text.contains("Porto") }).id
        test.clock.now += 1_000
        let new = try await memory.remember(
            NewUnit(session: "later", text: "Ana moved again, to Braga this time.", speaker: "Alice", supersedes: old))
        #expect(try await texts("Where did Ana move?").first?.contains("Braga") == true)
        #expect(try await !texts("Where did Ana move?").contains { $0.contains("Porto") })
        #expect(try await texts("Where did Ana move?") { $0.asOf = before + 1 }.first?.contains("Porto") == true)
        #expect(try await !texts("Where did Ana move?") { $0.asOf = before + 1 }.contains { $0.contains("Braga") })
        #expect(try await texts("Where did Ana move?") { $0.includesArchived = true }.contains { $0.contains("Porto") })
        #expect(try memory.history(of: old).map(\.id) == [old, new.id])
        #expect(try memory.history(of: new.id).map(\.id) == [old, new.id])
        let error = await memoryError {
            try await memory.remember(NewUnit(session: "later", text: "No, Faro.", supersedes: old))
        }
        #expect(error == .alreadySuperseded(old, by: new.id))
        #expect(try test.store.database.check() == [])
    }

    @Test func whatExpiresIsNotRecalled() async throws {
        var unit = NewUnit(session: "codes", text: "The door code is 4711 today.")
        unit.expires = test.clock.now + 60
        try await memory.remember(unit)
        #expect(try await texts("What is the door code?").first == unit.text)
        test.clock.now += 61
        #expect(try await !texts("What is the door code?").contains(unit.text))
        #expect(try memory.forget(.expired) == 1)
        #expect(try memory.info().hidden == 0)
    }

    @Test func olderThingsFadeUnlessPinned() async throws {
        let store = try TestStore(embedder: FixedEmbedder { $0.map { _ in [1, 0, 0, 0] } })
        let memory = try store.store.memory("m")
        let year = 31_536_000.0
        let ids = try await memory.remember([
            NewUnit(session: "a", text: "tea", time: store.clock.now - year),
            NewUnit(session: "b", text: "tea", time: store.clock.now - 60),
            NewUnit(session: "c", text: "tea", time: store.clock.now - year, isPinned: true),
            NewUnit(session: "d", text: "water", time: store.clock.now - year, importance: 1),
            NewUnit(session: "e", text: "water", time: store.clock.now - year, importance: 0),
            NewUnit(session: "f", text: "juice", time: store.clock.now),
            NewUnit(session: "g", text: "juice", time: store.clock.now),
        ]).map(\.id)
        var options = RecallOptions()
        options.stages = [.lexical, .recency]
        let faded = try await memory.recall("tea", options).passages.map(\.unit.id)
        #expect(faded.prefix(3) == [ids[2], ids[1], ids[0]] || faded.prefix(3) == [ids[1], ids[2], ids[0]])
        options.stages = [.lexical, .importance]
        let weighed = try await memory.recall("water", options).passages.map(\.unit.id)
        #expect(weighed.prefix(2) == [ids[3], ids[4]])
    }

    @Test func parametersAreChecked() async throws {
        let changes: [(inout RecallOptions) -> Void] = [
            { $0.k = 0 }, { $0.k = 1_001 }, { $0.candidates = 9 }, { $0.reach = 11 }, { $0.tokenBudget = 0 },
            { $0.stages = [.context] }, { $0.halfLife = 0 }, { $0.halfLife = .nan }, { $0.diversity = 2 },
            { $0.fusion = .zScore(dense: -1) }, { $0.asOf = .nan },
        ]
        for change in changes {
            var options = RecallOptions()
            change(&options)
            guard case .parameter? = await memoryError({ _ = try await memory.recall("x", options) }) else {
                Issue.record("\(options)")
                continue
            }
        }
        #expect(await memoryError { _ = try await memory.recall(" \n") } == .emptyQuery)
        let nowhere = try test.store.memory("nowhere")
        #expect(await memoryError { _ = try await nowhere.recall("x") } == .namespaceNotFound(name: "nowhere"))
        guard case .badVector? = await memoryError({ _ = try await memory.recall("x", vector: [1, 2]) }) else {
            Issue.record("a vector of another length")
            return
        }
    }

    /// A filter hook drops and shortens; one that gives another number of texts is refused.
    @Test func hooksFilter() async throws {
        struct Hook: RecallFilter {
            let answer: @Sendable ([Recall.Passage]) -> [String?]
            func filter(_ passages: [Recall.Passage], question: String) async throws -> [String?] { answer(passages) }
        }
        let kept = try await memory.recall(
            "Where did Ana move?", filter: Hook { $0.map { $0.unit.text.contains("Ana") ? "Ana: Porto" : nil } })
        #expect(kept.passages.map(\.text) == ["Ana: Porto"])
        guard case .hook? = await memoryError({ _ = try await memory.recall("x", filter: Hook { _ in [] }) }) else {
            Issue.record("a hook that gives too little")
            return
        }
    }

    /// The same memory and question give the same answer, in this process and another.
    @Test func answersAreTheSame() async throws {
        let first = try await memory.recall("Who sleeps badly?")
        let again = try Database.open(test.folder.database, access: .readOnly)
        let clock = test.clock
        let store = MemoryStore(again, embedder: try HashingEmbedder(dimension: 64), clock: { clock.now })
        #expect(try await store.memory("acme/alice").recall("Who sleeps badly?") == first)
    }
}
