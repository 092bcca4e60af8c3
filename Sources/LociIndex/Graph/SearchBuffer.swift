// Loci, Apache License 2.0.

import CVectorKernels

/// The best candidates of a search, sorted, in one array of fixed capacity.
///
/// A candidate is one 64-bit key: the distance in an order-preserving form, the slot, and a bit that says "expanded". So
/// one comparison orders by distance and then by slot, which makes every search deterministic, and an insertion moves
/// eight bytes an entry. A sorted array beats a heap here: windows are tens to hundreds of entries, and the search wants
/// the best, the worst and the order.
struct SearchBuffer {
    private(set) var capacity: Int
    /// Only the best `window` candidates are expanded; the rest of the capacity waits for re-ranking.
    private var window = 0
    private var wanted = 1
    private(set) var count = 0
    /// The first candidate that is not expanded; `count` when there is none.
    private(set) var cursor = 0
    private var keys: UnsafeMutablePointer<UInt64>
    private var allocated: Int
    private let insertCandidates = Kernels.active.insert_candidates

    init() {
        capacity = 0
        allocated = 64
        keys = .allocate(capacity: allocated)
    }

    func deallocate() { keys.deallocate() }

    /// Empties the buffer and sets how many candidates it keeps, and how many of them it expands (all, unless said): more,
    /// while there are fewer than `wanted`. Allocates only when it was never this large.
    mutating func reset(capacity: Int, window: Int? = nil, wanted: Int = 1) {
        self.window = window ?? capacity
        self.wanted = wanted
        if capacity + 1 > allocated {
            keys.deallocate()
            allocated = capacity + 1
            keys = .allocate(capacity: allocated)
        }
        self.capacity = capacity
        count = 0
        cursor = 0
    }

    /// A key that orders as (distance, slot), with the lowest bit free.
    @inline(__always)
    static func key(distance: Float, slot: UInt32) -> UInt64 {
        let bits = distance.bitPattern
        let ordered = bits ^ (UInt32(bitPattern: Int32(bitPattern: bits) >> 31) | 0x8000_0000)
        return UInt64(ordered) << 32 | UInt64(slot << 1)
    }

    @inline(__always)
    static func distance(_ key: UInt64) -> Float {
        let ordered = UInt32(truncatingIfNeeded: key >> 32)
        return Float(bitPattern: ordered & 0x8000_0000 != 0 ? ordered ^ 0x8000_0000 : ~ordered)
    }

    @inline(__always)
    static func slot(_ key: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: key) >> 1 }

    /// Whether a candidate falls out for each that comes.
    @inline(__always)
    var isFull: Bool { count == capacity }

    /// The distance of the worst candidate that is kept, or infinity while there is room.
    @inline(__always)
    var worstDistance: Float { count == capacity ? Self.distance(keys[count &- 1]) : .infinity }

    @inline(__always)
    subscript(index: Int) -> UInt64 { keys[index] }

    /// Takes candidates in, but those that are worse than all of a full buffer or are there already.
    /// - Parameters:
    ///   - distances: Of the candidates.
    ///   - slots: Theirs, too.
    ///   - candidates: How many.
    @inline(__always)
    mutating func insert(
        _ distances: UnsafePointer<Float>, _ slots: UnsafePointer<UInt32>, count candidates: Int
    ) {
        guard candidates > 0, capacity > 0 else { return }
        insertCandidates(distances, slots, candidates, keys, capacity, &count, &cursor)
    }

    /// Marks the best candidate that is not expanded, and returns its slot; `nil` when all are.
    @inline(__always)
    mutating func expandNext() -> UInt64? {
        guard cursor < count, cursor < window || count < wanted else { return nil }
        let key = keys[cursor]
        keys[cursor] = key | 1
        repeat { cursor &+= 1 } while cursor < count && keys[cursor] & 1 == 1
        return key
    }

    /// The slot of the candidate that would be expanded next, for prefetching.
    @inline(__always)
    var nextSlot: UInt32? { cursor < count ? Self.slot(keys[cursor]) : nil }

    /// The slot of the one after that.
    @inline(__always)
    var secondNextSlot: UInt32? {
        var index = cursor &+ 1
        while index < count, keys[index] & 1 == 1 { index &+= 1 }
        return index < count ? Self.slot(keys[index]) : nil
    }
}
