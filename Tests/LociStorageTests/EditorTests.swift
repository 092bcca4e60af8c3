// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociStorage

/// Arrays and identifiers that are edited in a transaction, against plain arrays.
@Suite struct EditorTests {
    private func open(_ folder: TemporaryFolder) throws -> Environment {
        try Environment.open(at: folder.database, mode: .create, options: .small(timeout: .seconds(60)))
    }

    private func bytes(of records: ChunkedRecords, _ index: Int, _ stride: Int) -> [UInt8] {
        [UInt8](UnsafeRawBufferPointer(start: records.record(at: UInt32(index)), count: stride))
    }

    /// Grows, shrinks and edits; what is read in between, after the commit, and by a table that goes on from the one before is
    /// what was written.
    @Test(arguments: [4, 64, 128, 1000, 5000])
    func chunksAgreeWithAnArray(stride: Int) throws {
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        let environment = try open(folder)
        let geometry = try ChunkGeometry.adjacency(stride: stride)
        var model: [[UInt8]] = []
        for _ in 0..<TestSettings.iterations(30) {
            // Views of the last commit stay good while the next is made.
            let snapshot = try environment.snapshot()
            let base = try ChunkTable(snapshot: snapshot, table: .adjacency, collection: 3, geometry: geometry)
            let editor = ChunkEditor(of: base, in: .adjacency, collection: 3)
            var next = model
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                if Int.random(in: 0..<3, using: &generator) == 0 {
                    let most = 4 * geometry.recordsPerChunk
                    let count = Int.random(in: 0...most, using: &generator)
                    try editor.resize(to: count)
                    next = Array(next.prefix(count))
                    while next.count < count { next.append([UInt8](repeating: 0, count: stride)) }
                }
                for _ in 0..<20 where !next.isEmpty {
                    let place = Int.random(in: next.indices, using: &generator)
                    next[place] = generator.bytes(stride)
                    try editor.edit(UInt32(place)).copyMemory(from: next[place], byteCount: stride)
                }
                #expect(editor.count == next.count)
                for place in next.indices { #expect(bytes(of: editor.records, place, stride) == next[place]) }
            }
            for place in model.indices { #expect(bytes(of: base.records, place, stride) == model[place]) }
            try environment.write { try editor.store(in: $0) }
            try environment.read { transaction in
                let after = try ChunkTable(unsafelyBorrowing: transaction, after: editor)
                let fresh = try ChunkTable(
                    unsafelyBorrowing: transaction, table: .adjacency, collection: 3, geometry: geometry)
                #expect(after.count == next.count && fresh.count == next.count)
                for place in next.indices {
                    #expect(after.record(at: UInt32(place)) == fresh.record(at: UInt32(place)))
                    #expect(bytes(of: after.records, place, stride) == next[place])
                }
                try transaction.verifyChecksums { Issue.record("\($0)") }
            }
            model = next
        }
        let empty = ChunkEditor(of: ChunkTable(emptyWith: geometry), in: .adjacency, collection: 4)
        #expect(storageError { _ = try empty.edit(0) } == .recordNumber(0, limit: 0))
    }

    /// A damaged chunk is not made right by being stored again.
    @Test func damagedChunksAreNotEdited() throws {
        let folder = try TemporaryFolder()
        let environment = try open(folder)
        let geometry = try ChunkGeometry.adjacency(stride: 64)
        let editor = ChunkEditor(of: ChunkTable(emptyWith: geometry), in: .adjacency, collection: 3)
        try editor.resize(to: 100)
        try environment.write { transaction in
            try editor.store(in: transaction)
            let key = Key(collection: 3, chunk: 0)
            var value = try #require(try transaction.value(of: key, in: .adjacency))
            value[60] ^= 1
            try transaction.put(value, for: key, in: .adjacency)
        }
        let base = try ChunkTable(
            snapshot: try environment.snapshot(), table: .adjacency, collection: 3, geometry: geometry)
        let again = ChunkEditor(of: base, in: .adjacency, collection: 3)
        guard case .corrupted = storageError({ _ = try again.edit(0) }) else {
            Issue.record("it was edited")
            return
        }
        // The other chunk is sound.
        _ = try again.edit(99)
    }

    @Test func identifiersAgreeWithAnArray() throws {
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        let environment = try open(folder)
        var model: [[UInt8]] = []
        var storedChunks = 0
        for _ in 0..<TestSettings.iterations(30) {
            let snapshot = try environment.snapshot()
            let base = try IdentifierTable(
                snapshot: snapshot, collection: 2, count: model.count, storedChunks: storedChunks)
            let editor = IdentifierEditor(of: base, collection: 2)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                if Bool.random(using: &generator) {
                    let count = Int.random(in: 0...1600, using: &generator)
                    try editor.resize(to: count)
                    model = Array(model.prefix(count))
                    while model.count < count { model.append([]) }
                }
                // Whole chunks of numbers, which then need not be stored, and single names.
                if Bool.random(using: &generator), !model.isEmpty {
                    let chunk = Int.random(in: 0..<IdentifierChunk.chunks(forSlots: model.count), using: &generator)
                    for slot in chunk * 512..<min(model.count, (chunk + 1) * 512) {
                        model[slot] = Array(String(slot).utf8)
                        try editor.set(model[slot], at: UInt32(slot))
                    }
                }
                for _ in 0..<10 where !model.isEmpty {
                    let slot = Int.random(in: model.indices, using: &generator)
                    model[slot] = generator.bytes(Int.random(in: 0...20, using: &generator))
                    try editor.set(model[slot], at: UInt32(slot))
                }
                for slot in model.indices { #expect(try editor.identifier(at: UInt32(slot)) == model[slot]) }
            }
            try environment.write { try editor.store(in: $0) }
            storedChunks = editor.storedChunks
            try environment.read { transaction in
                let after = try IdentifierTable(unsafelyBorrowing: transaction, base: base, after: editor)
                // Counts the chunks, and finds none that should not be there.
                let fresh = try IdentifierTable(
                    unsafelyBorrowing: transaction, collection: 2, count: model.count, storedChunks: storedChunks)
                for slot in model.indices {
                    #expect(try after.identifier(at: UInt32(slot)) == model[slot])
                    #expect(try fresh.identifier(at: UInt32(slot)) == model[slot])
                }
                try transaction.verifyChecksums { Issue.record("\($0)") }
            }
        }
    }
}
