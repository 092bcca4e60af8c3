// Loci, Apache License 2.0.

import LociWords
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

/// Lists of slots in blocks, against a set.
@Suite struct PostingListTests {
    @Test func listsHoldWhatASetHolds() throws {
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create)
        // Neighbours in the table, one of them as long as a value can be.
        let terms = [
            PostingTerm(field: 1, value: [1]), PostingTerm(field: 1, value: [2, 0, 0, 0, 0]),
            PostingTerm(field: 257, value: [1]),
            PostingTerm(field: 1, value: [UInt8](repeating: 7, count: Key.maximumValueBytes)),
        ]
        var sets = [Set<UInt32>](repeating: [], count: terms.count)
        for round in 0..<TestSettings.iterations(200) {
            let place = generator.below(terms.count)
            // Appended, strewn, or taken out for the most part.
            var changes: [UInt32: Bool] = [:]
            switch generator.below(4) {
            case 0:
                let start = (sets[place].max() ?? 0) + UInt32(generator.below(3))
                for step in 0..<UInt32(generator.below(1_500)) {
                    changes[start + step * (round % 3 == 0 ? 1 : 7)] = true
                }
            case 1:
                for _ in 0..<generator.below(300) { changes[UInt32(generator.below(20_000))] = generator.below(3) > 0 }
            case 2: for slot in sets[place] where generator.below(10) > 0 { changes[slot] = false }
            default: changes[UInt32(generator.below(4_000_000_000))] = true
            }
            let sorted = changes.sorted { $0.key < $1.key }
            try environment.write { transaction in
                var editor = PostingListEditor(terms[place], collection: 3)
                try editor.apply(
                    sorted.map { PostingListEditor.Change(slot: $0.key, isThere: $0.value) }, in: transaction)
                let before = sets[place].count
                for (slot, isThere) in sorted {
                    if isThere { sets[place].insert(slot) } else { sets[place].remove(slot) }
                }
                #expect(editor.growth == sets[place].count - before)
            }
            try environment.read { transaction in
                for (term, set) in zip(terms, sets) {
                    var found: [UInt32] = []
                    var blocks = 0
                    try transaction.forEachPostings(
                        of: term.field, in: 3, from: term.value, upTo: term.value + [0]
                    ) { value, slots in
                        #expect(value.withUnsafeBytes { $0.elementsEqual(term.value) })
                        found += slots
                        blocks += 1
                    }
                    #expect(found == set.sorted(), "\(generator)")
                    #expect(blocks <= 2 + set.count / 32, "\(blocks) blocks of \(set.count) slots")
                }
            }
        }
    }

    @Test func blocksOfOtherListsAreRefused() throws {
        let key = try PostingTerm(field: 1, value: [1]).key(collection: 3, slot: 5)
        func read(_ entry: [UInt8]) throws -> [UInt32] {
            var slots: [UInt32] = []
            try key.withUnsafeBytes {
                try PostingBlock.readSlots(ofEntry: entry.span.bytes, key: $0.bytes, into: &slots)
            }
            return slots
        }
        let block = PostingBlock.blocks(ofSlots: [5, 6, 900], isFilling: true)[0]
        let entry = PostingsEntry.encoded(block, key: key)
        #expect(try read(entry) == [5, 6, 900])
        for place in entry.indices {
            var damaged = entry
            damaged[place] ^= 0x10
            #expect(throws: PostingsFault.self) { try read(damaged) }
        }
        #expect(throws: PostingsFault.self) { try read([]) }
        let other = PostingBlock.blocks(ofSlots: [6], isFilling: true)[0]
        #expect(throws: PostingsFault.self) { try read(PostingsEntry.encoded(other, key: key)) }
        var builder = PostingBlockBuilder()
        let isFull = try builder.append(Posting(slot: 5, positions: [1, 2]), documentLength: 3)
        #expect(isFull == nil)
        let words = builder.finish() ?? []
        #expect(throws: PostingsFault.self) { try read(PostingsEntry.encoded(words, key: key)) }
    }
}
