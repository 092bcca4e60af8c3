// Loci, Apache License 2.0.

import CVectorKernels

/// How a vector's codes lie in memory and on disk, for a quantization and a dimension.
///
/// A first-level LVQ record is a 16-byte header and the codes (see `vector_kernels.h` for both):
///
///     0      2      4              8              12             16
///     | low  | step | norm level 1 | norm level 2 | length       | code bytes …  | padding
///
/// A float record is the components, and a binary one the bits of `BinaryCode`, each followed by the length. The length of
/// the vector before it was normalised, f32, is there only where it is kept; else a header has zero in its place, and the
/// other records nothing. A residual record is code bytes alone.
package struct CodeLayout: Sendable, Equatable {
    package static let headerBytes = Int(VK_CODE_HEADER_BYTES)
    /// The largest dimension: `byte_dots` stays exact up to here.
    package static let dimensionLimit = 65_536

    package let quantization: Quantization
    package let dimension: Int
    /// Whether records hold the lengths that vectors had, under cosine.
    package let keepsLengths: Bool

    package init(quantization: Quantization, dimension: Int, keepsLengths: Bool = false) {
        self.quantization = quantization
        self.dimension = dimension
        self.keepsLengths = keepsLengths
    }

    /// Bytes of packed 4-bit codes: 64 for each 128 dimensions, and half of the rest, rounded up.
    package static func nibbleBytes(_ dimension: Int) -> Int {
        dimension / 128 * 64 + (dimension % 128 + 1) / 2
    }

    /// Bytes of first-level codes, without the header.
    package var codeBytes: Int {
        switch quantization {
        case .float32: dimension * 4
        case .float16: dimension * 2
        case .lvq8: dimension
        case .lvq4, .lvq4x4, .lvq4x8: Self.nibbleBytes(dimension)
        case .binary: BinaryCode(dimension: dimension).bytes
        }
    }

    /// Whether records carry an LVQ header.
    package var hasHeader: Bool { quantization.firstLevelBits != nil }

    /// Bytes of a first-level record that mean something.
    package var recordBytes: Int {
        hasHeader ? Self.headerBytes + codeBytes : codeBytes + (keepsLengths ? 4 : 0)
    }

    /// Bytes from one first-level record to the next.
    package var recordStride: Int { Self.stride(recordBytes) }

    /// Bytes of a residual record; 0 where the quantization has one level.
    package var residualBytes: Int {
        switch quantization.residualBits {
        case 4: Self.nibbleBytes(dimension)
        case 8: dimension
        default: 0
        }
    }

    /// Bytes from one residual record to the next: re-ranking reads whole records, so nothing is padded beyond 4 bytes.
    package var residualStride: Int { (residualBytes + 3) / 4 * 4 }

    /// The cache lines that hold a first-level record.
    package var recordLines: Int { (recordBytes + 63) / 64 }

    /// Pads to whole cache lines where that costs at most an eighth, else to 16 bytes.
    ///
    /// An aligned record touches one line less on average; a padded one wastes disk and cache. At 784 dimensions of 4
    /// bits (408 bytes) the padding is 40 bytes; at 384 (208 bytes) it would be 48, a quarter, and is not worth it.
    package static func stride(_ bytes: Int) -> Int {
        let lines = (bytes + 63) / 64 * 64
        return (lines - bytes) * 8 <= bytes ? lines : (bytes + 15) / 16 * 16
    }
}
