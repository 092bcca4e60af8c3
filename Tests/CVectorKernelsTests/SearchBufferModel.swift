// Loci, Apache License 2.0.

/// A candidate of a search. Two are the same if the bits of their distances and their slots are.
struct SearchCandidate: Hashable, Comparable {
    var distanceBits: UInt32
    var slot: UInt32

    init(distance: Float, slot: UInt32) {
        distanceBits = distance.bitPattern
        self.slot = slot
    }

    var distance: Float { Float(bitPattern: distanceBits) }

    /// As vector_kernels.h defines it, with the lowest bit 0.
    var key: UInt64 {
        let ordered = distance.sign == .minus ? ~distanceBits : distanceBits ^ 0x8000_0000
        return UInt64(ordered) << 32 + UInt64(slot) * 2
    }

    /// By distance, with -0 before 0, then by slot.
    static func < (first: SearchCandidate, second: SearchCandidate) -> Bool {
        if first.distanceBits == second.distanceBits { return first.slot < second.slot }
        return first.distance.isTotallyOrdered(belowOrEqualTo: second.distance)
    }
}

/// What the kernel works on: the keys that are held, and the first place that is not expanded.
struct SearchBufferState: Equatable {
    var keys: [UInt64]
    var cursor: Int
}

/// A search buffer as a sorted set. A batch goes in as a whole: what is held after it are the best of all.
struct SearchBufferModel {
    let capacity: Int
    private(set) var candidates: [SearchCandidate] = []
    private(set) var expanded: Set<SearchCandidate> = []

    init(capacity: Int) { self.capacity = capacity }

    /// Takes a batch in, and returns what fell out.
    @discardableResult
    mutating func insert(_ batch: [SearchCandidate]) -> ArraySlice<SearchCandidate> {
        let all = Set(candidates).union(batch).sorted()
        candidates = Array(all.prefix(capacity))
        expanded.formIntersection(candidates)
        return all.dropFirst(capacity)
    }

    mutating func expand(_ place: Int) { expanded.insert(candidates[place]) }

    var state: SearchBufferState {
        SearchBufferState(
            keys: candidates.map { expanded.contains($0) ? $0.key + 1 : $0.key },
            cursor: candidates.firstIndex { !expanded.contains($0) } ?? candidates.count)
    }
}
