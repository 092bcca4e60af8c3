// Loci, Apache License 2.0.

/// Which slots a search has measured, in a small table instead of one as large as the collection.
///
/// Direct-mapped: a slot displaces another of the same place, which then may be measured again. That costs a distance and
/// changes nothing: the search buffer refuses what it already holds.
struct VisitedFilter {
    private var table: UnsafeMutablePointer<UInt32>
    private var allocated: Int
    private var shift: UInt32 = 0

    init() {
        allocated = 1024
        table = .allocate(capacity: allocated)
    }

    func deallocate() { table.deallocate() }

    /// Forgets everything, and sizes the table for about `expected` slots. Allocates only when it was never this large.
    mutating func reset(expected: Int) {
        var bits = 10
        while bits < 16, 1 << bits < 4 * expected { bits += 1 }
        if 1 << bits > allocated {
            table.deallocate()
            allocated = 1 << bits
            table = .allocate(capacity: allocated)
        }
        shift = UInt32(32 - bits)
        table.update(repeating: .max, count: 1 << bits)
    }

    /// Remembers a slot; 1 when it may be new, else 0: a number to count with, since half of the slots are new and a branch
    /// on it cannot be predicted.
    @inline(__always)
    func insert(_ slot: UInt32) -> Int {
        let place = Int(truncatingIfNeeded: (slot &* 0x9E37_79B1) &>> shift)
        let known = table[place]
        table[place] = slot
        return known == slot ? 0 : 1
    }
}
