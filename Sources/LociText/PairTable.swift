// Loci, Apache License 2.0.

/// Which tokens are put together to one, and in which order of preference: open addressing over pairs.
struct PairTable: Sendable {
    struct Merge: Sendable, Equatable {
        /// The place in the list of merges; lower ones come first.
        var rank: Int32
        /// The token that the pair becomes.
        var token: Int32
    }

    private var pairs: [UInt64]
    private var merges: [Merge]
    private var count = 0
    /// No pair: tokens are below 2^31.
    private static let free = UInt64.max

    init(capacity: Int) {
        var slots = 16
        while slots < 2 * capacity { slots *= 2 }
        pairs = [UInt64](repeating: Self.free, count: slots)
        merges = [Merge](repeating: Merge(rank: 0, token: 0), count: slots)
    }

    /// The merge of a pair, or nil.
    @inline(__always)
    func merge(_ left: Int32, _ right: Int32) -> Merge? {
        let pair = Self.pair(left, right)
        let slot = slot(pair)
        return pairs[slot] == pair ? merges[slot] : nil
    }

    /// Adds a merge; of a pair that is there already the later one counts.
    mutating func add(_ left: Int32, _ right: Int32, _ merge: Merge) {
        if 2 * (count + 1) > pairs.count { grow() }
        let pair = Self.pair(left, right)
        let slot = slot(pair)
        if pairs[slot] == Self.free { count += 1 }
        pairs[slot] = pair
        merges[slot] = merge
    }

    private mutating func grow() {
        var larger = PairTable(capacity: pairs.count)
        for (pair, merge) in zip(pairs, merges) where pair != Self.free {
            larger.add(Int32(truncatingIfNeeded: pair >> 32), Int32(truncatingIfNeeded: pair), merge)
        }
        self = larger
    }

    @inline(__always)
    private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    /// Where the pair is, or the free place where it belongs.
    @inline(__always)
    private func slot(_ pair: UInt64) -> Int {
        let mask = pairs.count - 1
        var slot = Int(truncatingIfNeeded: SplitMix.mixed(pair)) & mask
        while pairs[slot] != pair, pairs[slot] != Self.free { slot = (slot + 1) & mask }
        return slot
    }
}
