// Loci, Apache License 2.0.

import Loci
import LociAttributes
import LociText
import TestSupport
import Testing

@testable import LociMemory

/// Several changes of memories in one transaction.
@Suite struct MemoryTransactionTests {
    private let test: TestStore
    private let memory: Memory

    init() async throws {
        test = try TestStore()
        memory = try test.store.memory("a")
    }

    private func remember(_ units: [NewUnit], in changes: MemoryTransaction) throws -> [Remembered] {
        let given = units.map { unit in
            var unit = unit
            unit.vector = (0..<64).map { Float(1 + (unit.text.utf8.count * ($0 + 1)) % 7) }
            return unit
        }
        return try memory.remember(memory.prepare(given), vectors: [], in: changes)
    }

    /// Units of a call may tell of those before them in it.
    @Test func aCallSeesItself() async throws {
        let first = UnitID(kind: .turn, session: 1, ordinal: 1)
        let remembered = try await memory.remember([
            NewUnit(session: "s", text: "one", key: "k"), NewUnit(session: "s", text: "one", key: "k"),
            NewUnit(session: "s", text: "two", supersedes: first),
            NewUnit(.summary, session: "s", text: "all", provenance: [first]), NewUnit(session: "s", text: "one"),
        ])
        #expect(remembered.map(\.isNew) == [true, false, true, true, true])
        #expect(remembered.map { "\($0.id)" } == ["t1.1", "t1.1", "t1.2", "m1.1", "t1.3"])
        #expect(remembered[4].duplicateOf == first)
        #expect(try memory.unit(first)?.supersededBy == remembered[2].id)
        let twice = [
            NewUnit(session: "s", text: "x", supersedes: remembered[2].id),
            NewUnit(session: "s", text: "y", supersedes: remembered[2].id),
        ]
        #expect(
            await memoryError { try await memory.remember(twice) }
                == .alreadySuperseded(remembered[2].id, by: UnitID(kind: .turn, session: 1, ordinal: 4)))
        #expect(try memory.units().count == 3 && test.store.database.check() == [])
    }

    @Test func whatIsRefusedLeavesTheOthers() async throws {
        let wide = NewUnit(session: "new", text: String(repeating: "\u{1}", count: 32_000))
        try test.store.write { changes in
            // A namespace that only this would have made is not there.
            #expect(throws: AttributesError.self) { try remember([wide], in: changes) }
            #expect(try changes.namespaces().isEmpty)
            _ = try remember([NewUnit(session: "s", text: "one")], in: changes)
            #expect(throws: AttributesError.self) {
                try remember([NewUnit(session: "new", text: "x"), wide], in: changes)
            }
            #expect(try changes.read(memory) { try $0.sessionNames() } == ["s"])
            _ = try remember([NewUnit(session: "t", text: "two")], in: changes)
            #expect(
                try changes.read(memory) { try $0.units(.session, session: nil, after: nil, limit: 9).map(\.text) } == [
                    "one", "two",
                ])
            #expect(try memory.forget(.session("s"), in: changes) == 1)
        }
        #expect(try memory.units().map { "\($0.id) \($0.text)" } == ["t2.1 two"])
        #expect(try memory.sessions() == ["t"] && test.store.database.check() == [])
        #expect(try test.store.database.collectionNames() == ["memory/a:session", "memory/a:turn"])
    }

    @Test func whatBreaksOffHalfWayEndsTheTransaction() async throws {
        #expect(throws: TestFailure.self) {
            try test.store.write { changes in
                _ = try remember([NewUnit(session: "s", text: "one")], in: changes)
                try? changes.change(memory) { writer in
                    _ = try writer.add(NewUnit(session: "s", text: "two"), vector: [Float](repeating: 1, count: 64))
                    throw TestFailure("half-way")
                }
            }
        }
        #expect(try !memory.exists && test.store.database.collectionNames() == [])
    }

    @Test func collectionsTellWhoseTheyAre() throws {
        for (name, namespace) in [
            ("memory/a:turn", "a"), ("memory/a/b:qa.12", "a/b"), ("memory/a:turn:session", "a:turn"),
            ("memory/a:", nil),
            ("memory/a", nil), ("memory/a:turns", nil), ("memory/a:turn.0", nil), ("memory/a:turn.x", nil),
            ("memory/:turn", nil), ("memories/a:turn", nil), ("a:turn", nil),
        ] {
            #expect(MemoryNamespace(collection: name)?.description == namespace, "\(name)")
        }
    }
}
