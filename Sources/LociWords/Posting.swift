// Loci, Apache License 2.0.

/// That a term occurs in a document, and where.
package struct Posting: Equatable {
    /// The document.
    package let slot: UInt32
    /// How often the term occurs there, 1 or more.
    package let frequency: UInt32
    /// The first places where it occurs, up to `PostingBlock.maximumPositions`, rising.
    package let positions: [UInt32]

    /// A posting of all places where the term occurs.
    ///
    /// - Throws: `postingsNotInOrder` if there are no positions or they do not rise, or if the slot is 2³² − 1.
    package init(slot: UInt32, positions: [UInt32]) throws(WordsError) {
        guard !positions.isEmpty, slot < .max, positions.count <= UInt32.max else {
            throw .postingsNotInOrder(slot: slot)
        }
        for index in positions.indices.dropFirst() where positions[index] <= positions[index - 1] {
            throw .postingsNotInOrder(slot: slot)
        }
        self.init(
            slot: slot, frequency: UInt32(positions.count),
            checked: Array(positions.prefix(PostingBlock.maximumPositions)))
    }

    /// A posting that was checked.
    init(slot: UInt32, frequency: UInt32, checked positions: [UInt32]) {
        self.slot = slot
        self.frequency = frequency
        self.positions = positions
    }
}
