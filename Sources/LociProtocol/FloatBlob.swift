// Loci, Apache License 2.0.

/// Vectors as arguments: their floats of 32 bits, little-endian, one after the other (`FP32` in the vector commands).
package enum FloatBlob {
    /// Dimensions that a vector may have.
    package static let maximumDimension = 65_536

    /// The dimension of the vector that so many bytes are; nil if they are no whole number of floats, none, or too many.
    package static func dimension(ofBytes count: Int) -> Int? {
        count > 0 && count % 4 == 0 && count / 4 <= maximumDimension ? count / 4 : nil
    }

    /// Appends the floats of a vector, whatever they are, which may lie at any address.
    ///
    /// - Returns: The dimension; nil, with nothing appended, if the bytes are no vector.
    /// - Complexity: O(dimension).
    package static func append(_ bytes: RawSpan, to floats: inout [Float]) -> Int? {
        guard let dimension = dimension(ofBytes: bytes.byteCount) else { return nil }
        floats.reserveCapacity(floats.count + dimension)
        for offset in stride(from: 0, to: bytes.byteCount, by: 4) {
            let bits = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
            floats.append(Float(bitPattern: UInt32(littleEndian: bits)))
        }
        return dimension
    }
}
