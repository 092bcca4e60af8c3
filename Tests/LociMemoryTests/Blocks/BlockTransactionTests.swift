// Loci, Apache License 2.0.

import Loci
import LociText
import TestSupport
import Testing

@testable import LociMemory

/// Several changes of stores of blocks in one transaction.
@Suite struct BlockTransactionTests {
    private let test: BlockFixture
    private let name: MemoryNamespace

    init() throws {
        test = try BlockFixture()
        name = try MemoryNamespace("test")
    }

    private func append(
        _ members: BlockMembers, to stream: String = "s", in changes: BlockTransaction
    ) throws -> AppendedMembers {
        try test.store.append(test.store.prepare(members), to: stream, vectors: [], in: changes)
    }

    private func refused(_ body: () throws -> Void) -> Bool {
        do { try body() } catch { return error is MemoryError }
        return false
    }

    /// What is refused leaves what the others of the transaction did, byte by byte.
    @Test func whatIsRefusedLeavesTheOthers() async throws {
        var generator = SeededGenerator()
        // The first stream never ends with a full block.
        let accepted = (0..<4).map { (stream: "\($0 % 2)", members: generator.members(3 + 2 * $0)) }
        let replacing = generator.members(4)
        let other = try BlockFixture()
        for (stream, members) in accepted { try await other.store.append(to: stream, members) }
        try other.store.setPinned(true, block: 1)
        try await other.store.replace([(1, replacing)])
        let zero = BlockMembers(count: 5, vectors: [Float](repeating: 1, count: 32) + [Float](repeating: 0, count: 8))
        let wide = BlockMembers(count: 2, vectors: [1, 2])
        var textless = generator.members(9)
        textless.texts = []
        func refuse(_ changes: BlockTransaction, isMade: Bool) {
            for members in [zero] + (isMade ? [wide, textless] : []) {
                #expect(refused { _ = try append(members, to: "0", in: changes) })
            }
            #expect(refused { _ = try append(zero, to: "new", in: changes) })
            #expect(refused { _ = try changes.remove(stream: "new", of: name) })
            #expect(refused { try changes.setPinned(true, block: 99, of: name) })
            #expect(
                refused {
                    try test.store.replace(99, by: test.store.prepare(replacing), vectors: [], in: changes)
                })
        }
        try test.store.write { changes in
            refuse(changes, isMade: false)
            #expect(try !changes.has(name) && changes.names().isEmpty)
            for (stream, members) in accepted {
                _ = try append(members, to: stream, in: changes)
                refuse(changes, isMade: true)
            }
            try changes.setPinned(true, block: 1, of: name)
            try test.store.replace(1, by: test.store.prepare(replacing), vectors: [], in: changes)
            refuse(changes, isMade: true)
            // It is read as it is now.
            #expect(try changes.read(name) { try $0.streams() }.map(\.count) == [10, 14])
            #expect(try changes.read(name) { try $0.info() }.pinned == 1)
        }
        let (found, expected) = (try test.store.contents(), try other.store.contents())
        #expect(found.records == expected.records)
        #expect(found.landmarks == expected.landmarks && found.attributes == expected.attributes)
        #expect(try test.database.check() == [])
    }

    @Test func storesComeAndGoWithinATransaction() async throws {
        var generator = SeededGenerator()
        let members = generator.members(6)
        try test.store.write { changes in
            _ = try append(members, in: changes)
            #expect(try changes.names() == [name])
            #expect(try changes.drop(name) == 2)
            #expect(try !changes.has(name))
            #expect(throws: MemoryError.blockStoreNotFound(name: "test")) { try changes.drop(name) }
            #expect(throws: MemoryError.blockStoreNotFound(name: "test")) { try changes.read(name) { _ in } }
            #expect(try append(members, to: "t", in: changes).blocks == [1, 2])
        }
        #expect(try test.store.read { try $0.streams() }.map(\.name) == ["t"])
        #expect(try test.store.contradictions() == [])
    }

    /// Uses go with the transaction that writes them, and come back where it is not committed.
    @Test func usesOfWhatFailsComeBack() async throws {
        var generator = SeededGenerator()
        let members = generator.members(6)
        try await test.store.append(to: "s", members)
        _ = try test.store.open(queries: [generator.floats(8)])
        #expect(throws: TestFailure.self) {
            try test.store.write { changes in
                _ = try append(members, in: changes)
                throw TestFailure("no")
            }
        }
        #expect(test.store.uses.has(name))
        #expect(try test.store.read { $0.settings.openings } == 0)
        #expect(throws: TestFailure.self) {
            try test.store.write { changes in
                _ = try changes.drop(name)
                throw TestFailure("no")
            }
        }
        #expect(test.store.uses.has(name))
        try await test.store.append(to: "s", members)
        #expect(try test.store.read { $0.settings.openings } == 1)
        _ = try test.store.open(queries: [generator.floats(8)])
        try test.store.drop()
        #expect(!test.store.uses.has(name))
    }

    /// What breaks off half-way, as on a damaged record, lets nothing of the transaction happen, though others went on.
    @Test func whatBreaksOffHalfWayEndsTheTransaction() async throws {
        var generator = SeededGenerator()
        let members = generator.members(6)
        try await test.store.append(to: "s", members)
        let before = try test.store.contents().records
        #expect(throws: TestFailure.self) {
            try test.store.write { changes in
                _ = try append(members, in: changes)
                try? changes.change(name, prepare: { _ in }, run: { _, _ in throw TestFailure("half-way") })
                _ = try append(members, in: changes)
            }
        }
        #expect(try test.store.contents().records == before)
        #expect(try test.database.check() == [])
    }
}
