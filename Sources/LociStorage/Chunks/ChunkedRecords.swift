// Loci, Apache License 2.0.

/// Where the records of a chunked array lie: plain data, for inner loops to copy into a local.
///
/// It owns nothing. It is valid as long as the ``ChunkTable`` that it comes from.
///
/// Record `i` is record `i - c * recordsPerChunk` of chunk `c`, where `c` is the upper half of the 128-bit product
/// `multiplier * (UInt64(i) << shift)`. With the multiplier m = ⌈2⁶³ / d⌉ and shift 1, c = ⌊i / d⌋ for every `UInt32` i
/// and every d from 1 to 2³¹: m·d exceeds 2⁶³ by less than d ≤ 2³¹, so that i·m exceeds i·2⁶³/d by less than 2⁶³/d
/// (Granlund and Montgomery, "Division by invariant integers using multiplication", 1994). A product of 64 bits would
/// not do: its multiplier needs 33 bits for about every third d.
package struct ChunkedRecords: @unchecked Sendable {
    /// The first record of each chunk.
    @usableFromInline package let pointers: UnsafePointer<UnsafeRawPointer>
    /// ⌈2⁶³ / recordsPerChunk⌉.
    @usableFromInline package let multiplier: UInt64
    /// The bits that an index is shifted up by before it is multiplied: 1.
    @usableFromInline package let shift: UInt64
    /// The distance from one record to the next, in bytes.
    @usableFromInline package let stride: Int
    /// The records of a full chunk.
    @usableFromInline package let recordsPerChunk: Int
    /// The records of the array.
    @usableFromInline package let count: Int

    init(pointers: UnsafePointer<UnsafeRawPointer>, geometry: ChunkGeometry, count: Int) {
        self.pointers = pointers
        multiplier = ChunkedRecords.multiplier(forDivisor: UInt64(geometry.recordsPerChunk))
        shift = 1
        stride = geometry.stride
        recordsPerChunk = geometry.recordsPerChunk
        self.count = count
    }

    /// ⌈2⁶³ / divisor⌉, for a divisor of 1 to 2³¹.
    package static func multiplier(forDivisor divisor: UInt64) -> UInt64 {
        ((1 << 63) - 1) / divisor + 1
    }

    /// ⌊index / divisor⌋, by the divisor's multiplier.
    @inlinable @inline(__always)
    package static func quotient(_ index: UInt32, multiplier: UInt64, shift: UInt64) -> Int {
        Int(truncatingIfNeeded: multiplier.multipliedFullWidth(by: UInt64(index) &<< shift).high)
    }

    /// The address of record `index`, which must be below ``count``: it is not compared.
    @inlinable @inline(__always)
    package func record(at index: UInt32) -> UnsafeRawPointer {
        let chunk = ChunkedRecords.quotient(index, multiplier: multiplier, shift: shift)
        return pointers[chunk] + (Int(truncatingIfNeeded: index) &- chunk &* recordsPerChunk) &* stride
    }
}
