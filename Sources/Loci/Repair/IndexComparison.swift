// Loci, Apache License 2.0.

import LociAttributes
import LociWords

/// Compares an index with what attributes say.
struct IndexComparison {
    let label: String
    /// What attributes say, of values that were not met yet.
    private var expected: [[UInt8]: PostingRun] = [:]
    /// Slots that lack a value in the index.
    private var lacking: Set<UInt32> = []
    /// The value that was met last, and what attributes say of it from a place on.
    private var value: [UInt8] = []
    private var run = PostingRun()
    private var place = PostingRun.Place()
    private var lastSlot: UInt32?

    /// The words of documents, in the blocks in which they are stored; of texts alone.
    private var lengths: [UInt32: LengthBlock] = [:]
    private var metLengths: Set<UInt32> = []

    init(label: String) { self.label = label }

    /// Takes what attributes say, in the order of slots.
    /// - Parameter positions: Where a word occurs; values have one place.
    mutating func expect(_ value: [UInt8], _ slot: UInt32, positions: [UInt32] = [0]) {
        expected[value, default: PostingRun()].append(slot: slot, positions: positions)
    }

    /// Takes how many words the attributes of a slot have.
    mutating func expect(length: UInt32, _ slot: UInt32) {
        guard length > 0 else { return }
        lengths[LengthBlock.firstSlot(of: slot), default: LengthBlock()][slot] = length
    }

    /// Takes a block of postings, in the order of the index.
    mutating func meet(_ value: [UInt8], _ block: PostingRun, onFault: (String) -> Void) {
        if value != self.value {
            lackRest()
            self.value = value
            run = expected.removeValue(forKey: value) ?? PostingRun()
            place = PostingRun.Place()
            lastSlot = nil
        }
        if let lastSlot, let first = block.slots.first, first <= lastSlot {
            onFault("\(label): a block begins with slot \(first), which is not after the block before it")
        }
        lastSlot = block.slots.last
        var own = PostingRun.Place()
        while own.index < block.count {
            let slot = block.slots[own.index]
            while place.index < run.count, run.slots[place.index] < slot { lackNext() }
            if place.index < run.count, run.slots[place.index] == slot {
                if !block.isSame(own, as: run, at: place) {
                    onFault("\(label): slot \(slot) has a word at other places than its attributes have it")
                }
                run.advance(&place)
            } else {
                onFault("\(label): slot \(slot) has a value there that its attributes have not")
            }
            block.advance(&own)
        }
    }

    /// Takes what a block of a word's postings says of the shortest of its documents.
    mutating func meet(shortest: UInt32, of slots: [UInt32], onFault: (String) -> Void) {
        let expected = slots.map { lengths[LengthBlock.firstSlot(of: $0), default: LengthBlock()][$0] }.min() ?? 0
        if shortest != expected {
            onFault(
                "\(label): a block says of its shortest document, from slot \(slots.first ?? 0) on, that it has \(shortest) "
                    + "words and not \(expected)")
        }
    }

    /// Takes a block of lengths.
    mutating func meet(_ block: LengthBlock, at slot: UInt32, onFault: (String) -> Void) {
        metLengths.insert(slot)
        if lengths[slot] != block {
            onFault("\(label): the lengths of documents from slot \(slot) on are not those of the attributes")
        }
    }

    private mutating func lackNext() {
        lacking.insert(run.slots[place.index])
        run.advance(&place)
    }

    private mutating func lackRest() {
        while place.index < run.count { lackNext() }
    }

    /// Tells what was not met.
    mutating func finish(onFault: (String) -> Void) {
        lackRest()
        for run in expected.values { lacking.formUnion(run.slots) }
        for slot in lacking.sorted() { onFault("\(label): slot \(slot) lacks a value that its attributes have") }
        for slot in lengths.keys.sorted() where !metLengths.contains(slot) {
            onFault("\(label): the lengths of documents from slot \(slot) on are missing")
        }
    }
}
