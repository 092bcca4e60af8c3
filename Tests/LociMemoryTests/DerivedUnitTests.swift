// Loci, Apache License 2.0.

import Loci
import LociText
import TestSupport
import Testing

@testable import LociMemory

@Suite struct DerivedUnitTests {
    @Test func unitsAreMadeOfTurnsOnce() async throws {
        let folder = try TemporaryFolder()
        let memory = try await DerivedFixture.memory(folder)
        let hook = CountingHook(text: "engine")
        func derive() async throws -> Int {
            try await memory.derive(
                Memory.derivedKinds, summarizer: hook, keywordExtractor: hook, questionMaker: hook, blockTurns: 4)
        }
        #expect(try await derive() == 2 + 1 + 1 + 6)
        let blocks = try memory.units(.block)
        #expect(blocks.map { "\($0.id)" } == ["b1.1", "b1.2"])
        #expect(blocks.map(\.key) == ["derived/block/1/1", "derived/block/1/2"])
        #expect(
            blocks[1].text
                == "Mara: My cat likes fish, by the way.\nTom: Then I sail to Bergen in July, if Jonas is done with the engine."
        )
        #expect(
            blocks.map(\.provenance)
                == [(1...4), (5...6)].map { $0.map { UnitID(kind: .turn, session: 1, ordinal: $0) } })
        #expect(blocks.map(\.time) == [1_000_000, 1_000_240])
        #expect(try memory.unit(key: "derived/summary/1/1")?.text == "engine")
        #expect(try memory.unit(key: "derived/keyword/1/1")?.text == "engine")
        let questions = try memory.units(.questionAnswer)
        #expect(questions.map(\.text).first == "What is t1.1?\nengine")
        #expect(questions.map(\.key).last == "derived/qa/1/6")
        #expect(questions.allSatisfy { $0.provenance.count == 6 })
        // A second time there is nothing to do.
        let before = try memory.info()
        #expect(try await derive() == 0)
        #expect(hook.calls == 3)
        #expect(try memory.info() == before)
        // Unless all is to be made again.
        #expect(try await memory.derive([.summary], summarizer: hook, again: true) == 1)
        #expect(try memory.units(.summary).map(\.version) == [2])
    }

    @Test func theOfflineHooksAreTheUsualOnes() async throws {
        let folder = try TemporaryFolder()
        let memory = try await DerivedFixture.memory(folder)
        #expect(try await memory.derive([.summary, .keyword]) == 2)
        let summary = try #require(try memory.units(.summary).first)
        #expect(summary.text.split(separator: "\n").count == 5)
        #expect(summary.speaker == nil)
        let words = try memory.units(.keyword).map(\.text)
        #expect(words == ["engine, boat, harbour, repairs, jonas, hi, needs, new, before, summer, old, broke"])
        // What is derived is recalled.
        var options = RecallOptions()
        options.unit = .summary
        let recall = try await memory.recall("boat engine", options)
        #expect(recall.passages.map(\.unit.id) == [summary.id])
    }

    @Test func changedTurnsChangeWhatWasMadeOfThem() async throws {
        let folder = try TemporaryFolder()
        let memory = try await DerivedFixture.memory(folder)
        let hook = CountingHook()
        func derive() async throws -> Int {
            try await memory.derive([.summary, .block], summarizer: hook, blockTurns: 3)
        }
        #expect(try await derive() == 3)
        let old = try memory.units(.block)
        var pin = UnitChange()
        pin.isPinned = true
        try await memory.update(old[1].id, pin)
        // A turn more begins a block, and changes the summary; the whole blocks stay.
        try await memory.remember(DerivedFixture.units("harbour", [("Tom", "Bye.")]))
        #expect(try await derive() == 2)
        #expect(try memory.units(.summary).map(\.text) == ["t1.1 t1.2 t1.3 t1.4 t1.5 t1.6 t1.7"])
        #expect(try memory.units(.summary).map(\.version) == [2])
        #expect(try memory.units(.block).map(\.version) == [1, 2, 1])
        // Another text changes its block, in place.
        var change = UnitChange()
        change.text = "My dog likes meat."
        let turn = UnitID(kind: .turn, session: 1, ordinal: 5)
        try await memory.update(turn, change)
        #expect(try await derive() == 2)
        let block = try #require(try memory.unit(old[1].id))
        #expect(block.text.contains("My dog likes meat."))
        #expect(block.isPinned && block.version == 3)
        // Turns that are gone take their units with them.
        try memory.forget(.units((3...7).map { UnitID(kind: .turn, session: 1, ordinal: $0) }))
        #expect(try await derive() == 2)
        #expect(try memory.units(.block).map(\.provenance.count) == [2])
        #expect(try memory.unit(key: "derived/block/1/2") == nil)
        try memory.forget(.units((1...2).map { UnitID(kind: .turn, session: 1, ordinal: $0) }))
        #expect(try await derive() == 0)
        #expect(try memory.units(.block).isEmpty)
        #expect(try memory.units(.summary).isEmpty)
    }

    @Test func fewerQuestionsLeaveNoOldOnes() async throws {
        let folder = try TemporaryFolder()
        let memory = try await DerivedFixture.memory(folder)
        let hook = CountingHook()
        #expect(try await memory.derive([.questionAnswer], questionMaker: hook) == 6)
        try memory.forget(.units([UnitID(kind: .turn, session: 1, ordinal: 2)]))
        #expect(try await memory.derive([.questionAnswer], questionMaker: hook) == 5)
        #expect(try memory.units(.questionAnswer).count == 5)
        #expect(try !memory.units(.questionAnswer).contains { $0.text.contains("t1.2") })
    }

    @Test func whatIsForgottenCanBeTakenOutOfWhatWasMadeOfIt() async throws {
        let folder = try TemporaryFolder()
        let memory = try await DerivedFixture.memory(folder)
        try await memory.remember(DerivedFixture.units("second"))
        try await memory.remember(NewUnit(.summary, session: "harbour", text: "By hand."))
        #expect(try await memory.derive([.block, .summary], blockTurns: 3) == 6)
        let turn = UnitID(kind: .turn, session: 1, ordinal: 4)
        #expect(try memory.write { try $0.removeDerived(madeOf: [turn]) } == 2)
        #expect(try memory.units(.block).map { "\($0.id)" } == ["b1.1", "b2.1", "b2.2"])
        #expect(try memory.units(.summary).map { "\($0.id)" } == ["m1.1", "m2.1"])
        #expect(try await memory.derive([.block, .summary], blockTurns: 3) == 2)
        #expect(try await memory.derive([.block, .summary], blockTurns: 3) == 0)
    }

    @Test func archivedAndForgottenTurnsDoNotCount() async throws {
        let folder = try TemporaryFolder()
        let memory = try DerivedFixture.store(folder).memory("a")
        var units = DerivedFixture.units("s")
        units[0].expires = 1_999_999
        units[1].expires = 3_000_000
        try await memory.remember(units)
        var archive = UnitChange()
        archive.isArchived = true
        try await memory.update(UnitID(kind: .turn, session: 1, ordinal: 3), archive)
        #expect(try await memory.derive([.summary], summarizer: CountingHook()) == 1)
        let summary = try #require(try memory.units(.summary).first)
        #expect(summary.text == "t1.2 t1.4 t1.5 t1.6")
        // It goes as soon as one of its turns does.
        #expect(summary.expires == 3_000_000)
    }

    @Test func vectorsWithoutAnEmbedderAreMeans() async throws {
        let folder = try TemporaryFolder()
        let memory = try DerivedFixture.store(folder, hasEmbedder: false).memory("a")
        let vectors: [[Float]] = [[2, 0], [0, 4], [-1, 0], [1, 0]]
        try await memory.remember(
            vectors.enumerated().map { NewUnit(session: "s", text: "turn \($0.offset)", vector: $0.element) })
        #expect(try await memory.derive([.block, .summary], blockTurns: 2) == 3)
        let stored = try memory.read { reader in
            try [UnitID(kind: .block, session: 1, ordinal: 1), UnitID(kind: .block, session: 1, ordinal: 2)]
                .map { try reader.collection(.block)?.get($0.vectorID) ?? [] }
        }
        let half = Float(0.5).squareRoot()
        #expect(stored[0].count == 2 && stored[0].allSatisfy { abs($0 - half) < 1e-3 })
        // Turns that point in all directions alike: the first.
        #expect(zip(stored[1], [-1, 0]).allSatisfy { abs($0 - $1) < 1e-3 })
    }

    @Test func longSessionsHaveSeveralSummaries() async throws {
        let folder = try TemporaryFolder()
        let memory = try DerivedFixture.store(folder, hasEmbedder: false).memory("a")
        try await memory.remember(
            (1...1_005).map { NewUnit(session: "s", text: "turn \($0)", vector: [1, Float($0)]) })
        let hook = CountingHook(text: "much")
        #expect(try await memory.derive([.summary], summarizer: hook) == 2)
        #expect(try memory.units(.summary).map(\.provenance.count) == [1_000, 5])
        let long = String(repeating: "long ", count: 6_000)
        try await memory.remember((1...3).map { NewUnit(session: "t", text: long, vector: [1, Float($0)]) })
        #expect(try await memory.derive([.summary], summarizer: hook) == 2)
        #expect(try memory.units(.summary, session: "t").map(\.provenance.count) == [2, 1])
    }
}
