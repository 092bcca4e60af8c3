// Loci, Apache License 2.0.

/// The vectors that a walk may begin at, by codes that are small enough to look at all of them for every query.
///
/// From one entry point a walk spends its first ten steps on the way: at recall 0.95 on Fashion-MNIST half of its
/// distances, on WordNet-MiniLM a fifth. The hierarchy of HNSW shortens the way by as many steps through the upper layers.
/// A table of up to 4,096 vectors, projected on the 32 directions of most variance and coded by 4 bits, is scanned in
/// less time than three steps of a walk take, since its lines come in order and nothing branches.
///
/// The table is a hint: whatever it holds, the walk begins somewhere, and the answers are those of the walk. So it may
/// be older than the vectors are.
///
/// In memory and in the file, little-endian, for D dimensions, M directions and E entries:
///
///     offset                    size
///          0                    4·M  offsets, f32: what is subtracted from a query's projections
///        4·M                    4·M  lows, f32
///        8·M                    4·M  steps, f32: a code c stands for low + step · c
///       12·M                    4·M  scales, f32: a byte b of a direction stands for scale · (b - 128)
///       16·M                    M·D  directions, u8, one after another
///          g   E/16 · 64·(1 + M/8)  groups of 16 entries: biases and codes, see `vector_kernels.h`; g is a multiple of 64
///          s                    4·E  slots, u32
///
/// The score of an entry is its bias plus weight · Σ projection · (code · step): for L2 and cosine the bias is the squared
/// length of what the entry stands for and the weight -2; for inner product 0 and -1.
package struct EntryTableLayout: Sendable, Equatable {
    /// The dimension of the vectors, the directions that they are projected on, a multiple of 8, and the entries, a
    /// multiple of 16.
    package let dimension: Int
    package let directions: Int
    package let entries: Int

    /// Entries that one instruction looks at together.
    package static let entriesPerGroup = 16
    /// The most directions, and the most entries, of a table that is learned.
    package static let standardDirections = 32
    package static let standardEntries = 4_096
    /// The most directions of any table.
    static let directionsLimit = 128
    /// A table takes up to this many bytes of directions; beyond 65,536 dimensions there is none.
    private static let directionBytesLimit = 1 << 19

    package init(dimension: Int, directions: Int, entries: Int) {
        self.dimension = dimension
        self.directions = directions
        self.entries = entries
    }

    /// The table that a build of so many vectors learns: one vector in 16, up to the standard numbers; `nil` where it
    /// would be larger than what it saves.
    package static func standard(dimension: Int, count: Int) -> EntryTableLayout? {
        let most = directionBytesLimit / max(1, dimension)
        let directions = min(standardDirections, most / 8 * 8, (dimension + 7) / 8 * 8)
        let entries = min(standardEntries, count / 16) / entriesPerGroup * entriesPerGroup
        guard directions > 0, entries > 0 else { return nil }
        return EntryTableLayout(dimension: dimension, directions: directions, entries: entries)
    }

    /// Whether a table of these numbers can be: what a file says is not believed.
    package var isPossible: Bool {
        (8...Self.directionsLimit).contains(directions) && directions % 8 == 0 && (1...CodeLayout.dimensionLimit).contains(dimension)
            && (Self.entriesPerGroup...65_536).contains(entries) && entries % Self.entriesPerGroup == 0
    }

    package var groups: Int { entries / Self.entriesPerGroup }
    /// Bytes of a group.
    package var groupBytes: Int { 64 * (1 + directions / 8) }
    package var lowsOffset: Int { 4 * directions }
    package var stepsOffset: Int { 8 * directions }
    package var scalesOffset: Int { 12 * directions }
    package var directionsOffset: Int { 16 * directions }
    package var groupsOffset: Int { (directionsOffset + directions * dimension + 63) / 64 * 64 }
    package var slotsOffset: Int { groupsOffset + groups * groupBytes }
    /// Bytes of the whole table.
    package var bytes: Int { slotsOffset + 4 * entries }
}

/// An entry table in memory.
///
/// A plain pointer, for searches: whoever makes one keeps the memory alive. At least 64 bytes after the table can be read.
package struct EntryTable {
    package let layout: EntryTableLayout
    package let base: UnsafePointer<UInt8>

    package init(layout: EntryTableLayout, base: UnsafePointer<UInt8>) {
        self.layout = layout
        self.base = base
    }

    /// The number at a place of one of the arrays of floats.
    @inline(__always)
    func float(at offset: Int, _ index: Int) -> Float {
        Float(
            bitPattern: UInt32(
                littleEndian: (UnsafeRawPointer(base) + offset + 4 * index).loadUnaligned(as: UInt32.self)))
    }

    /// Where a direction begins: `dimension` bytes.
    func direction(_ index: Int) -> UnsafePointer<UInt8> {
        base + layout.directionsOffset + index * layout.dimension
    }

    var groups: UnsafePointer<UInt8> { base + layout.groupsOffset }

    /// The slot of an entry.
    package func slot(_ entry: Int) -> UInt32 {
        UInt32(littleEndian: (UnsafeRawPointer(base) + layout.slotsOffset + 4 * entry).loadUnaligned(as: UInt32.self))
    }
}
