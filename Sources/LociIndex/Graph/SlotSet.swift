// Loci, Apache License 2.0.

/// The slots that a search may find, a bit for each.
///
/// Filled by one thread, and not changed any more once searches have it.
package final class SlotSet: @unchecked Sendable {
    // Safe to share: it is written only while whoever makes it has it alone.

    /// Slots are below this.
    package let limit: Int
    /// How many slots are in the set.
    package private(set) var count = 0
    /// The slots, as searches read them: good as long as the set lives.
    package let bits: SlotBits
    private let words: UnsafeMutablePointer<UInt64>
    private let wordCount: Int

    /// A set without slots.
    /// - Complexity: O(limit / 64)
    package init(limit: Int) {
        self.limit = limit
        wordCount = (limit + 63) / 64
        words = .allocate(capacity: max(1, wordCount))
        words.initialize(repeating: 0, count: max(1, wordCount))
        bits = SlotBits(words: words, wordCount: wordCount)
    }

    deinit { words.deallocate() }

    /// The memory that it takes, in bytes.
    package var byteCount: Int { wordCount * 8 }

    /// Adds a slot; one that is not below the limit is passed over.
    package func insert(_ slot: UInt32) {
        guard slot < limit else { return }
        let bit: UInt64 = 1 << UInt64(slot % 64)
        count += words[Int(slot / 64)] & bit == 0 ? 1 : 0
        words[Int(slot / 64)] |= bit
    }

    /// Whether a slot is in the set.
    package func contains(_ slot: UInt32) -> Bool { slot < limit && bits.contains(slot) }

    /// Some slots of the set, the same for the same set, from all over it.
    /// - Parameter count: About how many, and no more.
    /// - Complexity: O(count), or O(limit / 64) where there are few.
    func sample(_ count: Int) -> [UInt32] {
        guard self.count > 0, count > 0 else { return [] }
        var slots: [UInt32] = []
        var next = 0
        for place in 0..<count {
            var word = max(next, place * wordCount / count)
            while word < wordCount, words[word] == 0 { word += 1 }
            guard word < wordCount else { break }
            slots.append(UInt32(word * 64 + words[word].trailingZeroBitCount))
            next = word + 1
        }
        return slots
    }
}

/// Sets of one limit are put together, for those who make them; with a set of another limit, nothing is changed.
extension SlotSet {
    /// A set of the same slots.
    package func copy() -> SlotSet {
        let copy = SlotSet(limit: limit)
        copy.formUnion(self)
        return copy
    }

    /// Takes in all slots of another set.
    package func formUnion(_ other: SlotSet) { combine(other) { $0 | $1 } }

    /// Keeps the slots that are in another set, too.
    package func formIntersection(_ other: SlotSet) { combine(other) { $0 & $1 } }

    /// Drops the slots that are in another set.
    package func subtract(_ other: SlotSet) { combine(other) { $0 & ~$1 } }

    private func combine(_ other: SlotSet, _ operation: (UInt64, UInt64) -> UInt64) {
        guard other.limit == limit else { return }
        count = 0
        for word in 0..<wordCount {
            words[word] = operation(words[word], other.words[word])
            count += words[word].nonzeroBitCount
        }
    }

    /// Runs `body` with each slot, rising.
    package func forEach(_ body: (UInt32) throws -> Void) rethrows {
        for word in 0..<wordCount {
            var left = words[word]
            while left != 0 {
                try body(UInt32(word * 64 + left.trailingZeroBitCount))
                left &= left - 1
            }
        }
    }
}

/// The bits of a `SlotSet`, for hot loops: plain pointers, good as long as the set lives.
package struct SlotBits {
    fileprivate let words: UnsafeMutablePointer<UInt64>
    fileprivate let wordCount: Int

    /// - Parameter slot: Below the set's limit.
    @inline(__always)
    func contains(_ slot: UInt32) -> Bool { words[Int(slot / 64)] &>> UInt64(slot % 64) & 1 == 1 }

    /// Gives the slots from one on.
    /// - Parameters:
    ///   - position: Where to begin; on return where to go on: below it, nothing is left.
    ///   - output: Takes the slots, in rising order.
    ///   - count: How many at the most.
    /// - Returns: How many were given: 0 at the end of the set.
    @inline(__always)
    func next(from position: inout Int, into output: UnsafeMutablePointer<UInt32>, count: Int) -> Int {
        var found = 0
        var word = position / 64
        guard word < wordCount else { return 0 }
        var left = words[word] & (UInt64.max &<< UInt64(position % 64))
        while true {
            while left == 0 {
                word += 1
                guard word < wordCount else {
                    position = word * 64
                    return found
                }
                left = words[word]
            }
            let slot = word * 64 + left.trailingZeroBitCount
            if found == count {
                position = slot
                return found
            }
            output[found] = UInt32(truncatingIfNeeded: slot)
            found += 1
            left &= left - 1
        }
    }
}
