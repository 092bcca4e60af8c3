// Loci, Apache License 2.0.

import Loci
import LociText
import TestSupport
import Testing

@testable import LociMemory

/// What is remembered, and what is refused.
@Suite struct RememberTests {
    @Test func whatIsRememberedIsThere() async throws {
        let test = try TestStore()
        let memory = try test.store.memory("acme/alice")
        #expect(try !memory.exists)
        let remembered = try await memory.remember(SmallTalk.units)
        #expect(remembered.map { "\($0.id)" } == ["t1.1", "t1.2", "t1.3", "t1.4", "t2.1", "t2.2", "t2.3", "t3.1"])
        #expect(remembered.allSatisfy { $0.isNew && $0.duplicateOf == nil && $0.similar == nil })
        let unit = try #require(try memory.unit(remembered[1].id))
        #expect(unit.text == SmallTalk.units[1].text && unit.speaker == "Alice" && unit.time == 1_001)
        #expect(unit.session == "monday" && unit.written == test.clock.now && unit.version == 1)
        #expect(try memory.sessions() == ["monday", "friday", "sunday"])
        #expect(try memory.units(session: "friday").map(\.text) == SmallTalk.units[4..<7].map(\.text))
        #expect(try memory.units(after: remembered[5].id, limit: 1).map(\.id) == [remembered[6].id])
        let info = try memory.info()
        #expect(info.sessions == 3 && info.units == [.turn: 8, .session: 3] && info.dimension == 64)
        #expect(try test.store.namespaces().map(\.description) == ["acme/alice"])
        #expect(try test.store.database.check() == [])
    }

    /// Swift takes texts for the same that differ in bytes; what is stored is bytes.
    @Test func textsAndNamesAreBytes() async throws {
        let test = try TestStore()
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        let memory = try test.store.memory("a")
        let id = try await memory.remember(NewUnit(session: "s", text: composed, key: "k")).id
        #expect(
            await memoryError { try await memory.remember(NewUnit(session: "s", text: decomposed, key: "k")) }
                == .keyTaken(key: "k", by: id))
        var change = UnitChange()
        change.text = decomposed
        try await memory.update(id, change)
        #expect(try memory.units(.session).map { Array($0.text.utf8) } == [Array(decomposed.utf8)])
        #expect(try await memory.remember(NewUnit(session: "s", text: decomposed, key: "k")).isNew == false)
        // With the slash before it, the mark is one character.
        let marked = try test.store.memory("\u{301}x")
        try await marked.remember(NewUnit(session: "s", text: "a b"))
        #expect(try test.store.namespaces().map { Array($0.description.utf8) }.contains(Array("\u{301}x".utf8)))
        _ = try memory.forget(.units([id]))
        #expect(try test.store.database.check() == [])
    }

    @Test func otherMetricsAreRefused() throws {
        let test = try TestStore()
        var options = MemoryStore.Options()
        options.configuration = CollectionConfiguration(metric: .l2)
        let store = MemoryStore(test.store.database, embedder: nil, options)
        #expect(throws: MemoryError.parameter(name: "metric", value: "l2", allowed: "cosine")) {
            try store.memory("a")
        }
    }

    @Test func sessionsAreTheTextsOfTheirTurns() async throws {
        let test = try TestStore()
        let memory = try test.store.memory("a")
        for unit in SmallTalk.units { try await memory.remember(unit) }
        let texts = try memory.units(.session).map(\.text)
        let other = try test.store.memory("b")
        try await other.remember(SmallTalk.units)
        #expect(texts == (try other.units(.session).map(\.text)))
        #expect(texts[0] == SmallTalk.units[..<4].map(\.spokenText).joined(separator: "\n"))
    }

    /// A session of more than a part holds.
    @Test func aLongSessionHasParts() async throws {
        let test = try TestStore()
        let memory = try test.store.memory("a")
        let units = (0..<120).map {
            NewUnit(session: "s", text: "turn \($0) " + String(repeating: "lorem ipsum ", count: 50))
        }
        for start in stride(from: 0, to: 120, by: 40) { try await memory.remember(Array(units[start..<start + 40])) }
        let parts = try memory.units(.session)
        #expect(parts.count > 1)
        #expect(parts.map(\.text).joined(separator: "\n") == units.map(\.text).joined(separator: "\n"))
        try memory.forget(.units([UnitID(kind: .turn, session: 1, ordinal: 7)]))
        let rest = try memory.units(.session).map(\.text).joined(separator: "\n")
        #expect(rest == units.enumerated().filter { $0.offset != 6 }.map(\.element.text).joined(separator: "\n"))
    }

    @Test func aKeyIsStoredOnce() async throws {
        let test = try TestStore()
        let memory = try test.store.memory("a")
        let unit = NewUnit(session: "s", text: "The code is 7.", key: "m-1")
        let first = try await memory.remember(unit)
        let again = try await memory.remember(unit)
        #expect(again.id == first.id && !again.isNew)
        #expect(try memory.units().count == 1 && memory.unit(key: "m-1")?.id == first.id)
        let other = NewUnit(session: "s", text: "The code is 8.", key: "m-1")
        #expect(await memoryError { try await memory.remember(other) } == .keyTaken(key: "m-1", by: first.id))
        #expect(try memory.units().count == 1)
    }

    @Test func equalAndNearTextsAreReported() async throws {
        let test = try TestStore()
        let memory = try test.store.memory("a")
        let first = try await memory.remember(NewUnit(session: "s", text: "Rufus is a beagle.", speaker: "Bob"))
        let twin = try await memory.remember(
            NewUnit(session: "t", text: "Rufus is a beagle.", speaker: "Bob"), similarity: 0.9)
        #expect(twin.isNew && twin.duplicateOf == first.id && twin.similar?.id == first.id)
        #expect((twin.similar?.cosine ?? 0) > 0.99)
        let other = try await memory.remember(NewUnit(session: "t", text: "Nutmeg goes with eggs."), similarity: 0.9)
        #expect(other.duplicateOf == nil && other.similar == nil)
    }

    /// Of units that cannot be used none is stored, whatever came before them.
    @Test func badUnitsAreRefusedAsAWhole() async throws {
        let test = try TestStore()
        let memory = try test.store.memory("a")
        try await memory.remember(NewUnit(session: "s", text: "good"))
        func unit(_ change: (inout NewUnit) -> Void) -> NewUnit {
            var unit = NewUnit(session: "s", text: "text")
            change(&unit)
            return unit
        }
        let bad: [(String, NewUnit)] = [
            ("text", unit { $0.text = "" }), ("text", unit { $0.text = " \n\t " }),
            ("text", unit { $0.text = String(repeating: "x", count: 32_769) }), ("text", unit { $0.text = "a\0b" }),
            ("session", unit { $0.session = "" }), ("session", unit { $0.session = "a\u{1}" }),
            ("session", unit { $0.session = String(repeating: "x", count: 256) }),
            ("key", unit { $0.key = "" }), ("speaker", unit { $0.speaker = "\u{7f}" }),
            ("importance", unit { $0.importance = .nan }), ("importance", unit { $0.importance = 1.1 }),
            ("time", unit { $0.time = .infinity }), ("time", unit { $0.time = 1.7e12 }),
            ("expires", unit { $0.expires = .nan }), ("kind", unit { $0.kind = .session }),
        ]
        for (field, unit) in bad {
            guard
                case .badUnit(1, field, _)? = await memoryError({
                    try await memory.remember([NewUnit(session: "s", text: "first"), unit])
                })
            else {
                Issue.record("\(field): \(unit.text.prefix(20))")
                continue
            }
        }
        let missing = UnitID(kind: .turn, session: 9, ordinal: 9)
        #expect(
            await memoryError { try await memory.remember(unit { $0.supersedes = missing }) } == .unitNotFound(missing))
        guard
            case .badUnit(0, "provenance", _)? = await memoryError({
                try await memory.remember(unit { $0.provenance = [missing] })
            })
        else {
            Issue.record("provenance")
            return
        }
        #expect(try memory.units().count == 1 && test.store.database.check() == [])
    }

    @Test func badVectorsAreRefused() async throws {
        let test = try TestStore()
        let memory = try test.store.memory("a")
        for vector in [
            [Float](repeating: 1, count: 63), [Float](repeating: 0, count: 64), [Float](repeating: .nan, count: 64),
        ] {
            guard
                case .badVector(0, _)? = await memoryError({
                    try await memory.remember(NewUnit(session: "s", text: "x", vector: vector))
                })
            else {
                Issue.record("\(vector.prefix(1))")
                continue
            }
        }
        #expect(try !memory.exists)
    }

    /// An embedder that lies stores nothing.
    @Test func embeddersAreChecked() async throws {
        let answers: [@Sendable ([String]) throws -> [[Float]]] = [
            { _ in [] }, { $0.map { _ in [1, 2, 3] } }, { $0.map { _ in [1, .nan, 0, 0] } },
            { $0.map { _ in [0, 0, 0, 0] } },
            { _ in throw TestFailure("no answer") },
        ]
        for answer in answers {
            let test = try TestStore(embedder: FixedEmbedder(make: answer))
            let memory = try test.store.memory("a")
            do {
                try await memory.remember(NewUnit(session: "s", text: "x"))
                Issue.record("it was stored")
            } catch {
                #expect(error is MemoryError || error is TestFailure)
            }
            #expect(try !memory.exists)
        }
    }

    @Test func otherModelsAreRefused() async throws {
        let test = try TestStore()
        try await test.store.memory("a").remember(SmallTalk.units)
        let other = MemoryStore(
            test.store.database,
            embedder: FixedEmbedder("other", dimension: 64) { $0.map { _ in [Float](repeating: 1, count: 64) } })
        let memory = try other.memory("a")
        for attempt in 0..<2 {
            let error = await memoryError {
                if attempt == 0 {
                    try await memory.remember(NewUnit(session: "s", text: "x"))
                } else {
                    _ = try await memory.recall("x")
                }
            }
            #expect(error == .otherModel(namespace: "a", model: "hashing-64-v1", given: "other"))
        }
    }
}
