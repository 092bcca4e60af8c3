// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociStorage

@Suite struct IdentifierTests {
    @Test func agreesWithArray() throws {
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
        var model = [[UInt8]](repeating: [], count: 512 * 2 + 77)
        for _ in 0..<TestSettings.iterations(10) {
            let slots = (0..<200).map { _ in Int.random(in: 0..<model.count, using: &generator) }
            for slot in slots { model[slot] = generator.bytes(Int.random(in: 0...40, using: &generator)) }
            model[512 + 511] = generator.bytes(480)
            try environment.write { (transaction) throws in
                for chunk in 0..<3 {
                    let first = chunk * 512
                    let last = min(first + 512, model.count)
                    var identifiers = try IdentifierChunk.load(
                        transaction, collection: 2, chunk: UInt32(chunk), count: last - first)
                    // In any order, and slots that were never set are there all the same.
                    for slot in (first..<last).reversed()
                    where identifiers.identifier(at: slot - first) != model[slot][...] {
                        try identifiers.set(model[slot], at: slot - first)
                    }
                    try identifiers.set(model[last - 1], at: last - 1 - first)
                    #expect(identifiers.count == last - first)
                    try identifiers.store(in: transaction, collection: 2, chunk: UInt32(chunk))
                }
            }
            let table = try IdentifierTable(
                snapshot: environment.snapshot(), collection: 2, count: model.count, storedChunks: 3)
            for slot in model.indices {
                #expect(try table.identifier(at: UInt32(slot)) == model[slot])
            }
            #expect(
                storageError { _ = try table.identifier(at: UInt32(model.count)) }
                    == .recordNumber(UInt64(model.count), limit: UInt64(model.count)))
            #expect(try environment.read { try $0.verifyChecksums(of: 2) { Issue.record("\($0)") } } == 3)
        }
    }

    /// The slots of chunks that are not stored are named by their numbers, and a lost chunk is no such chunk.
    @Test func chunksNeedNotBeStored() throws {
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
        for round in 1...UInt32(TestSettings.iterations(20)) {
            let count = Int.random(in: 1...512 * 5, using: &generator)
            let chunks = IdentifierChunk.chunks(forSlots: count)
            let stored = (0..<chunks).filter { _ in Bool.random(using: &generator) }
            try environment.write { (transaction) throws in
                for chunk in stored {
                    let slots = min(512, count - chunk * 512)
                    var content = try IdentifierChunk.load(
                        transaction, collection: round, chunk: UInt32(chunk), count: slots)
                    #expect(content.count == slots)
                    #expect(Array(content.identifier(at: slots - 1)) == Array("\(chunk * 512 + slots - 1)".utf8))
                    try content.set("x\(chunk)".utf8, at: 0)
                    try content.store(in: transaction, collection: round, chunk: UInt32(chunk))
                }
            }
            let table = try IdentifierTable(
                snapshot: environment.snapshot(), collection: round, count: count, storedChunks: stored.count)
            let wrong = try (0..<count).filter { slot in
                let isNamed = slot % 512 == 0 && stored.contains(slot / 512)
                let expected = isNamed ? "x\(slot / 512)" : "\(slot)"
                return try table.identifier(at: UInt32(slot)) != Array(expected.utf8)
            }
            #expect(wrong == [])
            #expect(storageError { _ = try table.identifier(at: UInt32(count)) } != nil)
            func isRefused(count: Int = count, storedChunks: Int = stored.count) throws -> Bool {
                let snapshot = try environment.snapshot()
                let error = storageError {
                    _ = try IdentifierTable(
                        snapshot: snapshot, collection: round, count: count, storedChunks: storedChunks)
                }
                if case .corrupted = error { return true }
                return false
            }
            #expect(try !isRefused())
            #expect(try isRefused(storedChunks: stored.count + 1) && isRefused(storedChunks: stored.count - 1))
            if stored.last == chunks - 1 {
                // A last chunk of other slots, or behind the end; behind a full one may be another that is not stored.
                #expect(try isRefused(count: count - 1))
                #expect(try isRefused(count: count + 1) == (count % 512 != 0))
            }
            #expect(
                try environment.read { try $0.verifyChecksums(of: round) { Issue.record("\($0)") } } == stored.count)
        }
    }

    @Test func limits() throws {
        var chunk = IdentifierChunk()
        #expect(storageError { try chunk.set([1], at: 512) } == .recordNumber(512, limit: 512))
        #expect(storageError { try chunk.set([1], at: -1) } == .recordNumber(0, limit: 512))
        #expect(
            storageError { try chunk.set([UInt8](repeating: 1, count: 481), at: 0) }
                == .keyLength(bytes: 481, limit: 480))
        #expect(chunk.identifier(at: 0).isEmpty)
        try chunk.set([1, 2], at: 1)
        #expect(chunk.count == 2 && chunk.identifier(at: 0).isEmpty && chunk.identifier(at: 1) == [1, 2])
    }

    /// A damaged value makes an error or other bytes of the same value, never a read outside of it.
    @Test func damagedValuesStayInBounds() throws {
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
        let key = Key(collection: 2, chunk: 0)
        var chunk = IdentifierChunk()
        for slot in 0..<9 { try chunk.set([UInt8](repeating: 65, count: slot), at: slot) }
        try environment.write { try chunk.store(in: $0, collection: 2, chunk: 0) }
        let value = try environment.read { try $0.value(of: key, in: .identifiers) } ?? []
        #expect(value.count == 48 + 4 * 10 + 36)
        for round in 0..<TestSettings.iterations(1000) {
            var damaged = value
            if round % 4 == 0 {
                damaged.removeLast(Int.random(in: 1...damaged.count, using: &generator))
            } else {
                let offset = Int.random(in: 0..<48 + 40, using: &generator)
                damaged[offset] ^= UInt8.random(in: 1...255, using: &generator)
            }
            try environment.write { (transaction) throws in
                try transaction.put(damaged, for: key, in: .identifiers)
                var faults = 0
                try transaction.verifyChecksums { _ in faults += 1 }
                #expect(faults == 1)
                #expect(throws: StorageError.self) {
                    _ = try IdentifierChunk.load(transaction, collection: 2, chunk: 0, count: 9)
                }
                let table = try? IdentifierTable(
                    unsafelyBorrowing: transaction, collection: 2, count: 9, storedChunks: 1)
                guard let table else { return }
                for slot in 0..<UInt32(table.count) {
                    // Behind the offsets there is nothing else.
                    guard let bytes = try? table.identifier(at: slot) else { continue }
                    #expect(bytes.count <= 36 && bytes.allSatisfy { $0 == 65 })
                }
            }
        }
    }
}
