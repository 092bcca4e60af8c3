// Loci, Apache License 2.0.

import CVectorKernels

/// Codes vectors by locally-adaptive vector quantization (Aguerrebere et al., 2023).
///
/// A vector y of a `VectorSpace` becomes y[j] ≈ low + step · c[j], with c[j] of B bits and low and step from the vector's
/// own minimum and maximum. Where we differ from the paper: low is rounded down and step up to half precision before
/// anything is coded, so that the range always covers the vector and the error is at most step / 2 for the step that is
/// stored; and the residual is coded by midpoints (step · (r + ½) / 2^B2 − step / 2), whose error is at most
/// step / 2^(B2 + 1), a little less than the paper's.
package struct LVQEncoder: Sendable {
    package let layout: CodeLayout
    private let bits: Int

    /// - Parameter layout: Of an `lvq` quantization.
    package init(layout: CodeLayout) {
        self.layout = layout
        bits = layout.quantization.firstLevelBits ?? 8
    }

    /// Writes the record of a vector, and its residual codes where there are any.
    /// - Parameters:
    ///   - values: `dimension` floats of the vector space, of magnitude at most 65,504.
    ///   - record: `recordStride` bytes, all of which are written.
    ///   - residual: `residualStride` bytes, all of which are written; not touched when the quantization has one level.
    package func encode(
        _ values: UnsafePointer<Float>, record: UnsafeMutablePointer<UInt8>, residual: UnsafeMutablePointer<UInt8>?
    ) {
        let dimension = layout.dimension
        var smallest = Float.infinity
        var largest = -Float.infinity
        for component in 0..<dimension {
            smallest = min(smallest, values[component])
            largest = max(largest, values[component])
        }
        let levels = Float((1 << bits) - 1)
        let lowBits = HalfFloat.roundDown(smallest)
        let low = HalfFloat.widen(lowBits)
        let stepBits = HalfFloat.roundUp((largest - low) / levels)
        let step = HalfFloat.widen(stepBits)
        // An almost constant vector still gets a step, be it the smallest half; only a constant that is a half has step 0.
        let inverse = step > 0 ? 1 / step : 0

        record.update(repeating: 0, count: layout.recordStride)
        if let residual { residual.update(repeating: 0, count: layout.residualStride) }
        let codes = record + CodeLayout.headerBytes
        let residualBits = layout.quantization.residualBits
        let residualLevels = Float(1 << residualBits)
        var firstNorm = 0.0
        var secondNorm = 0.0
        for component in 0..<dimension {
            let position = (values[component] - low) * inverse
            let code = min(max(Self.round(position), 0), levels)
            Self.put(UInt8(code), at: component, bits: bits, dimension: dimension, into: codes)
            let decoded = Double(low) + Double(step) * Double(code)
            firstNorm += decoded * decoded
            guard let residual, residualBits > 0 else { continue }
            // The residual in steps, from -1/2 to 1/2, to the interval that holds it (the conversion truncates).
            let interval = min(max((position - code + 0.5) * residualLevels, 0), residualLevels - 1)
            let refinement = UInt8(interval)
            Self.put(refinement, at: component, bits: residualBits, dimension: dimension, into: residual)
            let refined = decoded + Double(step) * ((Double(refinement) + 0.5) / Double(residualLevels) - 0.5)
            secondNorm += refined * refined
        }
        let header = UnsafeMutableRawPointer(record)
        header.storeBytes(of: lowBits.littleEndian, toByteOffset: 0, as: UInt16.self)
        header.storeBytes(of: stepBits.littleEndian, toByteOffset: 2, as: UInt16.self)
        header.storeBytes(of: Float(firstNorm).bitPattern.littleEndian, toByteOffset: 4, as: UInt32.self)
        let norm = residualBits > 0 ? Float(secondNorm) : Float(firstNorm)
        header.storeBytes(of: norm.bitPattern.littleEndian, toByteOffset: 8, as: UInt32.self)
    }

    /// Rounds a number of magnitude below 2^22 to the nearest integer, ties to even, without a library call.
    @inline(__always)
    static func round(_ value: Float) -> Float {
        (value + 12_582_912) - 12_582_912
    }

    /// Where the code of a component lies: its byte, and whether it is the high nibble.
    @inline(__always)
    static func nibblePlace(_ component: Int, dimension: Int) -> (byte: Int, isHigh: Bool) {
        let block = component / 128
        let within = component % 128
        let rest = dimension - block * 128
        let half = rest >= 128 ? 64 : (rest + 1) / 2
        return within < half ? (block * 64 + within, false) : (block * 64 + within - half, true)
    }

    @inline(__always)
    private static func put(
        _ code: UInt8, at component: Int, bits: Int, dimension: Int, into codes: UnsafeMutablePointer<UInt8>
    ) {
        if bits == 8 {
            codes[component] = code
        } else {
            let (byte, isHigh) = nibblePlace(component, dimension: dimension)
            codes[byte] |= isHigh ? code << 4 : code
        }
    }
}
