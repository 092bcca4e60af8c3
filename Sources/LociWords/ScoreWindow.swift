// Loci, Apache License 2.0.

/// What the documents of a run of slots get from each clause of a query, while clauses are gone through one after the other.
///
/// What one document gets stands together, so that it is summed in the order of the clauses, whatever the order in which they came.
struct ScoreWindow {
    /// How many slots a window may have.
    let slotCount: Int
    private let clauses: Int
    private var start: UInt32 = 0
    /// Of each slot, what each clause gives; 0 where none was noted.
    private var scores: [Double]
    /// A bit for each slot of which something was noted.
    private var noted: [UInt64]

    /// Numbers that are kept at most: 256 KiB, which a core's own cache holds.
    private static let scoreLimit = 32_768
    private static let mostSlots = 2_048

    init(clauses: Int) {
        self.clauses = clauses
        slotCount = max(64, min(Self.mostSlots, Self.scoreLimit / max(1, clauses) / 64 * 64))
        scores = Array(repeating: 0, count: slotCount * clauses)
        noted = Array(repeating: 0, count: slotCount / 64)
    }

    /// Goes to another run. What was noted must have been drained.
    mutating func begin(at start: UInt32) { self.start = start }

    /// Notes what a document gets from a clause.
    @inline(__always)
    mutating func note(_ score: Double, of clause: Int, at slot: UInt32) {
        let place = Int(slot &- start)
        scores[place * clauses + clause] = score
        noted[place / 64] |= 1 << UInt64(place % 64)
    }

    /// Gives `body` each document of which something was noted, in the order of slots, with the sum of what it gets and that by
    /// clause, and forgets them.
    mutating func drain(
        _ body: (_ slot: UInt32, _ sum: Double, _ row: (_ clause: Int) -> Double) throws -> Void
    ) rethrows {
        for word in noted.indices where noted[word] != 0 {
            var bits = noted[word]
            noted[word] = 0
            while bits != 0 {
                let place = word * 64 + bits.trailingZeroBitCount
                bits &= bits - 1
                let row = place * clauses
                var sum = 0.0
                for clause in 0..<clauses { sum += scores[row + clause] }
                try body(start + UInt32(place), sum) { scores[row + $0] }
                for clause in 0..<clauses { scores[row + clause] = 0 }
            }
        }
    }
}
