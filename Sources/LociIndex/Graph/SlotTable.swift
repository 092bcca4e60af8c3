// Loci, Apache License 2.0.

/// Which place each of some slots has: open addressing with linear probes, at most half full. A slot keeps its place
/// until all are forgotten.
struct SlotTable {
    /// A slot in the upper half and its place in the lower, or `empty`, which no slot below the limit makes.
    private var entries: [UInt64]
    private var shift: UInt64
    private(set) var count = 0

    private static let empty = UInt64.max
    private static let leastBits = 9

    init() {
        entries = [UInt64](repeating: Self.empty, count: 1 << Self.leastBits)
        shift = UInt64(64 - Self.leastBits)
    }

    /// Forgets all.
    mutating func removeAll() { self = SlotTable() }

    /// The place of a slot; `nil` where it has none.
    @inline(__always)
    func place(of slot: UInt32) -> Int? {
        entries.withUnsafeBufferPointer { entries in
            let entry = entries[Self.find(slot, in: entries, shift: shift)]
            return entry == Self.empty ? nil : Int(truncatingIfNeeded: entry & 0xFFFF_FFFF)
        }
    }

    /// Gives a slot the next place, counted from 0, if it has none.
    /// - Returns: Its place, and whether it is new.
    mutating func insert(_ slot: UInt32) -> (place: Int, isNew: Bool) {
        let index = entries.withUnsafeBufferPointer { Self.find(slot, in: $0, shift: shift) }
        if entries[index] != Self.empty { return (Int(truncatingIfNeeded: entries[index] & 0xFFFF_FFFF), false) }
        let place = count
        entries[index] = UInt64(slot) << 32 | UInt64(place)
        count += 1
        if 2 * count > entries.count { grow() }
        return (place, true)
    }

    /// Where a slot is, or the empty entry where it would be.
    @inline(__always)
    private static func find(_ slot: UInt32, in entries: UnsafeBufferPointer<UInt64>, shift: UInt64) -> Int {
        let mask = entries.count &- 1
        var index = Int(truncatingIfNeeded: (UInt64(slot) &* 0x9E37_79B9_7F4A_7C15) &>> shift)
        while entries[index] != empty, entries[index] >> 32 != UInt64(slot) { index = (index &+ 1) & mask }
        return index
    }

    private mutating func grow() {
        let old = entries
        entries = [UInt64](repeating: Self.empty, count: 2 * old.count)
        shift -= 1
        for entry in old where entry != Self.empty {
            let slot = UInt32(truncatingIfNeeded: entry >> 32)
            entries[entries.withUnsafeBufferPointer { Self.find(slot, in: $0, shift: shift) }] = entry
        }
    }
}
