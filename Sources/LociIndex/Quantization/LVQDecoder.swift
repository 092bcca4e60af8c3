// Loci, Apache License 2.0.

/// Reads vectors back from LVQ records: for `get`, `export`, checks, and edits of a graph; the distances of a search
/// never decode. The loops are such that many components go at a time.
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
        if layout.quantization.firstLevelBits == 4 {
            NibbleSplit(dimension: layout.dimension).forEach { component, byte, isHigh, count in
                let (output, codes) = (output + component, codes + byte)
                let shift: UInt8 = isHigh ? 4 : 0
                for index in 0..<count { output[index] = low + step * Float((codes[index] &>> shift) & 0x0F) }
            }
        } else {
            for component in 0..<layout.dimension { output[component] = low + step * Float(codes[component]) }
        }
        guard let residual else { return }
        switch layout.quantization.residualBits {
        case 8:
            for component in 0..<layout.dimension {
                output[component] += step * ((Float(residual[component]) + 0.5) * 0x1p-8 - 0.5)
            }
        case 4:
            NibbleSplit(dimension: layout.dimension).forEach { component, byte, isHigh, count in
                let (output, residual) = (output + component, residual + byte)
                let shift: UInt8 = isHigh ? 4 : 0
                for index in 0..<count {
                    output[index] += step * ((Float((residual[index] &>> shift) & 0x0F) + 0.5) * 0x1p-4 - 0.5)
                }
            }
        default: break
        }
    }
}
