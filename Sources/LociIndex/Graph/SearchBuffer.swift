// Loci, Apache License 2.0.

import CVectorKernels

/// The best candidates of a search, sorted, in one array of fixed capacity.
///
/// A candidate is one 64-bit key: the distance in an order-preserving form, the slot, and a bit that says "expanded". So
/// one comparison orders by distance and then by slot, which makes every search deterministic, and an insertion moves
/// eight bytes an entry. A sorted array beats a heap here: windows are tens to hundreds of entries, and the search wants
/// the best, the worst and the order.
struct SearchBuffer {
    /// More candidates than so many are not kept.
    private(set) var capacity = 0
    private var extent = WalkExtent(window: 0)
    private(set) var count = 0
    /// The first candidate that is not expanded; `count` when there is none.
    private(set) var cursor = 0
    /// A candidate that is not nearer than so much need not be offered: infinity while there is room.
    private(set) var limit = Float.infinity
    /// Candidates up to this key are followed, once so many are that must be.
    private var reach = UInt64.max
    private var keys: UnsafeMutablePointer<UInt64>
    private var allocated: Int
    private let insertCandidates = Kernels.active.insert_candidates

    init() {
        allocated = 64
        keys = .allocate(capacity: allocated)
    }

    func deallocate() { keys.deallocate() }

    /// Empties the buffer and sets how many candidates it keeps. Allocates only when it was never this large.
    mutating func reset(capacity: Int) { reset(WalkExtent(window: capacity)) }

    /// Empties the buffer and sets which candidates it keeps, and which it expands. Allocates only when it was never this
    /// large.
    mutating func reset(_ extent: WalkExtent) {
        self.extent = extent
        capacity = extent.capacity
        if capacity + 1 > allocated {
            keys.deallocate()
            allocated = capacity + 1
            keys = .allocate(capacity: allocated)
        }
        count = 0
        cursor = 0
        limit = .infinity
        reach = .max
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
        if count == capacity { limit = Self.distance(keys[count &- 1]) }
        if count >= extent.kept, extent.stretch < .infinity { draw() }
    }

    /// Draws the limits in as far as the candidates allow, and drops those beyond: the `wanted`-th best can only come
    /// nearer, so what is too far now will not be followed.
    private mutating func draw() {
        let bound = max(Self.distance(keys[extent.wanted &- 1]), extent.radius)
        // From the query on, or where distances are not those of a space, from the nearest on.
        let origin = extent.offset.map { -$0 } ?? Self.distance(keys[0])
        let farthest = origin + extent.stretch * max(0, bound - origin)
        reach = Self.key(distance: farthest, slot: .max >> 1) | 1
        let last = max(reach, keys[extent.kept &- 1])
        while keys[count &- 1] > last { count &-= 1 }
        cursor = min(cursor, count)
        limit = min(limit, Self.distance(last))
    }

    /// Marks the best candidate that is not expanded, and returns its key; `nil` when the walk is over.
    /// - Parameter followed: How many the walk has expanded.
    @inline(__always)
    mutating func expandNext(followed: Int) -> UInt64? {
        guard cursor < count else { return nil }
        let key = keys[cursor]
        guard cursor < extent.most && (key <= reach || followed < extent.least) || count < extent.wanted else {
            return nil
        }
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
