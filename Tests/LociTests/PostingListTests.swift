// Loci, Apache License 2.0.

import LociWords
import TestSupport
import Testing

@testable import Loci
@testable import LociAttributes
@testable import LociStorage

/// Lists of slots, and of postings with positions, in blocks, against a dictionary.
@Suite struct PostingListTests {
    /// What a list should hold: the places of each slot, and how long documents are.
    private struct Model {
        var positions: [UInt32: [UInt32]] = [:]
        let hasWords: Bool

        func length(_ slot: UInt32) -> UInt32 { 3 + slot % 1_000 }
    }

    @Test func listsHoldWhatADictionaryHolds() throws {
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create)
        // Neighbours in the table, one of them as long as a value can be; the last two have words.
        let terms = [
            PostingTerm(field: 1, value: [1]), PostingTerm(field: 1, value: [2, 0, 0, 0, 0]),
            PostingTerm(field: 257, value: [1]),
            PostingTerm(field: 1, value: [UInt8](repeating: 7, count: Key.maximumValueBytes)),
            PostingTerm(field: 1, value: FieldTerm.bytes(ofWord: [0x61])),
            PostingTerm(field: 1, value: FieldTerm.bytes(ofWord: [0x61, 0x62])),
        ]
        var models = terms.map { Model(hasWords: $0.value.first == FieldTerm.word) }
        for round in 0..<TestSettings.iterations(250) {
            let place = generator.below(terms.count)
            var model = models[place]
            // Appended, strewn, or taken out for the most part.
            var changes: [UInt32: Bool] = [:]
            switch generator.below(4) {
            case 0:
                let start = (model.positions.keys.max() ?? 0) + UInt32(generator.below(3))
                for step in 0..<UInt32(generator.below(1_500)) {
                    changes[start + step * (round % 3 == 0 ? 1 : 7)] = true
                }
            case 1:
                for _ in 0..<generator.below(300) { changes[UInt32(generator.below(20_000))] = generator.below(3) > 0 }
            case 2: for slot in model.positions.keys where generator.below(10) > 0 { changes[slot] = false }
            default: changes[UInt32(generator.below(4_000_000_000))] = true
            }
            var log = PostingRun()
            let before = model.positions.count
            for (slot, isThere) in changes.sorted(by: { $0.key < $1.key }) {
                var positions: [UInt32] = isThere ? [0] : []
                if isThere, model.hasWords {
                    for _ in 0..<generator.below(4) {
                        positions.append((positions.last ?? 0) + 1 + UInt32(generator.below(50)))
                    }
                }
                log.append(slot: slot, positions: positions)
                model.positions[slot] = isThere ? positions : nil
            }
            try environment.write { [model] transaction in
                var editor = PostingListEditor(terms[place], collection: 3)
                try editor.apply(log, in: transaction) { slots in
                    model.hasWords ? slots.map { model.length($0) }.min() ?? 0 : .max
                }
                #expect(editor.growth == model.positions.count - before)
            }
            models[place] = model
            try environment.read { transaction in
                for (term, model) in zip(terms, models) { try compare(term, model, in: transaction) }
            }
        }
    }

    private func compare(_ term: PostingTerm, _ model: Model, in transaction: borrowing ReadTransaction) throws {
        var found: [UInt32: [UInt32]] = [:]
        var (slots, blocks): ([UInt32], Int) = ([], 0)
        try transaction.forEachBlock(of: term.field, in: 3, from: term.value, upTo: term.value + [0]) {
            value, slot, block in
            #expect(value.withUnsafeBytes { $0.elementsEqual(term.value) })
            var run = PostingRun()
            try run.append(block)
            let header = try PostingBlock(header: block)
            #expect(run.slots.first == slot)
            #expect(header.shortestDocument == (model.hasWords ? run.slots.map { model.length($0) }.min() : 65_535))
            if !model.hasWords {
                var own: [UInt32] = []
                try PostingBlock.readSlots(of: block, into: &own)
                #expect(own == run.slots)
            }
            var place = PostingRun.Place()
            while place.index < run.count {
                found[run.slots[place.index]] = run.positions(at: place)
                run.advance(&place)
            }
            slots += run.slots
            blocks += 1
        }
        #expect(slots == model.positions.keys.sorted())
        #expect(found == model.positions)
        #expect(blocks <= 2 + slots.count / 32, "\(blocks) blocks of \(slots.count) slots")
        let table = try BlockTable(unsafelyBorrowing: transaction, collection: 3, field: term.field, value: term.value)
        #expect(table.count == blocks && table.firstSlots.first == slots.first)
        for index in 0..<table.count {
            let first = try table.withBlock(index) { try PostingBlock(header: $0).firstSlot }
            #expect(first == table.firstSlots[index])
        }
    }

    @Test func blocksOfOtherListsAreRefused() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create)
        let term = PostingTerm(field: 1, value: [1])
        let key = try term.key(collection: 3, slot: 5)
        func read(_ entry: [UInt8]) throws -> [UInt32] {
            try environment.write { try $0.put(entry, for: key, in: .postings) }
            var all: [UInt32] = []
            try environment.read { transaction in
                try transaction.forEachPostings(of: 1, in: 3) { all += $1 }
            }
            return all
        }
        func entry(_ run: PostingRun) -> [UInt8] {
            PostingsEntry.encoded(run.blocks(isFilling: true) { _ in 3 }[0].bytes, key: key)
        }
        var run = PostingRun()
        for slot: UInt32 in [5, 6, 900] { run.append(slot: slot, positions: [0]) }
        let sound = entry(run)
        #expect(try read(sound) == [5, 6, 900])
        for place in sound.indices {
            var damaged = sound
            damaged[place] ^= 0x10
            #expect(throws: StorageError.self) { try read(damaged) }
        }
        #expect(throws: StorageError.self) { try read([]) }
        var other = PostingRun()
        other.append(slot: 6, positions: [0])
        #expect(throws: StorageError.self) { try read(entry(other)) }
        var words = PostingRun()
        words.append(slot: 5, positions: [1, 2])
        #expect(throws: StorageError.self) { try read(entry(words)) }
    }
}
