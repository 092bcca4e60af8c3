// Loci, Apache License 2.0.

/// Reads vectors back from LVQ records: for `get`, `export` and checks; distances never decode.
package struct LVQDecoder: Sendable {
    package let layout: CodeLayout

    package init(layout: CodeLayout) { self.layout = layout }

    /// Writes the decoded vector, still in its vector space.
    /// - Parameters:
    ///   - record: A first-level record.
    ///   - residual: The residual record where the quantization has one; without it the first level alone is decoded.
    ///   - output: `dimension` floats.
    package func decode(
        record: UnsafePointer<UInt8>, residual: UnsafePointer<UInt8>?, into output: UnsafeMutablePointer<Float>
    ) {
        let header = UnsafeRawPointer(record)
        let low = HalfFloat.widen(UInt16(littleEndian: header.loadUnaligned(fromByteOffset: 0, as: UInt16.self)))
        let step = HalfFloat.widen(UInt16(littleEndian: header.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        let codes = record + CodeLayout.headerBytes
        let bits = layout.quantization.firstLevelBits ?? 8
        let residualBits = layout.quantization.residualBits
        let levels = Float(1 << residualBits)
        for component in 0..<layout.dimension {
            let code = Self.code(at: component, bits: bits, dimension: layout.dimension, in: codes)
            var value = low + step * Float(code)
            if let residual, residualBits > 0 {
                let refinement = Self.code(
                    at: component, bits: residualBits, dimension: layout.dimension, in: residual)
                value += step * ((Float(refinement) + 0.5) / levels - 0.5)
            }
            output[component] = value
        }
    }

    private static func code(at component: Int, bits: Int, dimension: Int, in codes: UnsafePointer<UInt8>) -> UInt8 {
        guard bits == 4 else { return codes[component] }
        let (byte, isHigh) = LVQEncoder.nibblePlace(component, dimension: dimension)
        return isHigh ? codes[byte] >> 4 : codes[byte] & 0x0F
    }
}
