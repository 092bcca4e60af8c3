// Loci, Apache License 2.0.

/// Records of one size, in chunks somewhere in memory: in the database's map, or in a builder's own buffer.
///
/// Plain pointers, for the hot loop: whoever makes one keeps the memory alive. Record i is in the chunk that is the upper
/// half of the 128-bit product multiplier · (i << shift): i / recordsPerChunk without a division.
package struct RecordArray {
    package let pointers: UnsafePointer<UnsafeRawPointer>
    package let multiplier: UInt64
    package let shift: UInt64
    package let recordsPerChunk: Int
    package let stride: Int

    package init(
        pointers: UnsafePointer<UnsafeRawPointer>, multiplier: UInt64, shift: UInt64, recordsPerChunk: Int, stride: Int
    ) {
        self.pointers = pointers
        self.multiplier = multiplier
        self.shift = shift
        self.recordsPerChunk = recordsPerChunk
        self.stride = stride
    }

    /// Where a record begins.
    @inline(__always)
    package func record(_ slot: UInt32) -> UnsafePointer<UInt8> {
        let chunk = Int(truncatingIfNeeded: multiplier.multipliedFullWidth(by: UInt64(slot) &<< shift).high)
        let within = Int(truncatingIfNeeded: slot) &- chunk &* recordsPerChunk
        return (pointers[chunk] + within &* stride).assumingMemoryBound(to: UInt8.self)
    }
}

/// Records of one size in one buffer of our own, for builders and tests.
package final class OwnedRecords: @unchecked Sendable {
    // Safe to share: the pointers never change, and writers of disjoint records do not meet.
    package let count: Int
    package let stride: Int
    package let base: UnsafeMutablePointer<UInt8>
    private let pointers: UnsafeMutablePointer<UnsafeRawPointer>

    /// Zeroed records.
    /// - Parameters:
    ///   - count: How many.
    ///   - stride: Bytes from one to the next.
    package init(count: Int, stride: Int) {
        self.count = count
        self.stride = stride
        // Kernels may read as far beyond the last.
        let bytes = count * stride + 64
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        base = raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        pointers = .allocate(capacity: 1)
        pointers.initialize(to: UnsafeRawPointer(raw))
    }

    deinit {
        UnsafeMutableRawPointer(base).deallocate()
        pointers.deallocate()
    }

    /// The records as the search sees them; valid while this object lives.
    package var records: RecordArray {
        RecordArray(pointers: UnsafePointer(pointers), multiplier: 0, shift: 0, recordsPerChunk: 0, stride: stride)
    }

    /// One record, to be written.
    package subscript(index: Int) -> UnsafeMutablePointer<UInt8> { base + index * stride }
}
