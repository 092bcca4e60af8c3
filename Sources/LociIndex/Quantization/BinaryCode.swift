// Loci, Apache License 2.0.

/// Vectors of signs, one bit a dimension: bit j % 8 of byte j / 8 is 1 where component j is above 0. Bits behind the last
/// dimension are 0.
struct BinaryCode: Sendable, Equatable {
    let dimension: Int

    /// Bytes of the bits.
    var bytes: Int { (dimension + 7) / 8 }

    /// The magnitude of every component of a vector of signs, whose length is 1.
    static func magnitude(_ dimension: Int) -> Float { 1 / Float(dimension).squareRoot() }

    /// Writes the bits of a vector.
    /// - Parameters:
    ///   - values: `dimension` floats.
    ///   - record: `bytes` bytes, all of which are written.
    func encode(_ values: UnsafePointer<Float>, to record: UnsafeMutablePointer<UInt8>) {
        for byte in 0..<bytes {
            var bits: UInt8 = 0
            for bit in 0..<min(8, dimension - 8 * byte) where values[8 * byte + bit] > 0 { bits |= 1 << UInt8(bit) }
            record[byte] = bits
        }
    }

    /// Writes the vector of signs that bits stand for.
    /// - Parameter output: `dimension` floats.
    func decode(_ record: UnsafePointer<UInt8>, into output: UnsafeMutablePointer<Float>) {
        let magnitude = Self.magnitude(dimension)
        for component in 0..<dimension {
            let isAbove = record[component / 8] >> UInt8(component % 8) & 1 == 1
            output[component] = isAbove ? magnitude : -magnitude
        }
    }

    /// Whether a bit behind the last dimension is 1.
    func hasBitsBehind(_ record: UnsafePointer<UInt8>) -> Bool {
        dimension % 8 > 0 && record[bytes - 1] >> UInt8(dimension % 8) != 0
    }
}
