// Loci, Apache License 2.0.

import LociWords
import TestSupport

/// That a term occurs in a document, and where.
struct Posting: Equatable {
    let slot: UInt32
    /// All of them.
    let positions: [UInt32]

    /// What is kept of it.
    var kept: KeptPosting {
        KeptPosting(
            slot: slot, frequency: UInt32(positions.count),
            positions: Array(positions.prefix(PostingBlock.maximumPositions)))
    }
}

/// A posting as a block has it.
struct KeptPosting: Equatable {
    let slot: UInt32
    let frequency: UInt32
    let positions: [UInt32]
}

extension PostingRun {
    init(_ postings: [Posting]) {
        self.init()
        for posting in postings { append(slot: posting.slot, positions: posting.positions) }
    }

    /// What it has, one by one.
    var postings: [KeptPosting] {
        var postings: [KeptPosting] = []
        var place = Place()
        while place.index < count {
            postings.append(
                KeptPosting(
                    slot: slots[place.index], frequency: frequencies[place.index], positions: positions(at: place)))
            advance(&place)
        }
        return postings
    }
}

extension SeededGenerator {
    /// A posting; one in some has many positions, or far ones.
    mutating func posting(slot: UInt32) -> Posting {
        let count = below(50) == 0 ? 1 + below(400) : below(4) == 0 ? 1 + below(4) : 1
        let reach = below(40) == 0 ? 1 << 22 : 20
        var position = UInt32(below(reach))
        return Posting(
            slot: slot,
            positions: (0..<count).map { _ in
                defer { position += 1 + UInt32(below(reach)) }
                return position
            })
    }

    /// Postings of rising slots, as far from each other as those of a word that is as common as chance makes it.
    mutating func postings(_ count: Int) -> [Posting] {
        let reach = 1 << below(16)
        var slot = UInt32(below(reach))
        return (0..<count).map { _ in
            defer { slot += 1 + UInt32(below(reach)) }
            return posting(slot: slot)
        }
    }
}
