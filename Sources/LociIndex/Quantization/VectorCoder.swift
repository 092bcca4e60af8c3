// Loci, Apache License 2.0.

import CVectorKernels

/// Turns vectors into records of a collection's quantization, and back.
package struct VectorCoder: Sendable {
    package let layout: CodeLayout
    package let space: VectorSpace
    private let encoder: LVQEncoder
    private let decoder: LVQDecoder

    package init(layout: CodeLayout, space: VectorSpace) {
        self.layout = layout
        self.space = space
        encoder = LVQEncoder(layout: layout)
        decoder = LVQDecoder(layout: layout)
    }

    /// Codes a vector.
    /// - Parameters:
    ///   - values: `dimension` floats, admitted by the space; overwritten.
    ///   - record: `recordStride` bytes, all of which are written.
    ///   - residual: `residualStride` bytes, all written; `nil` when the quantization has one level.
    ///   - sketch: Room for a sketch, all of which is written; `nil` where none is wanted, or the layout has none.
    package func encode(
        _ values: UnsafeMutablePointer<Float>, record: UnsafeMutablePointer<UInt8>,
        residual: UnsafeMutablePointer<UInt8>?, sketch: UnsafeMutablePointer<UInt8>? = nil
    ) {
        guard layout.hasHeader else {
            record.update(repeating: 0, count: layout.recordStride)
            Self.storeFloats(values, count: layout.dimension, isHalf: layout.quantization == .float16, to: record)
            return
        }
        space.code(values, kernels: Kernels.active)
        encoder.encode(values, record: record, residual: residual)
        if let sketch { layout.sketches?.encode(values, to: sketch) }
    }

    /// The vector that a record stands for: exact for `float32`, near for the rest; about of unit length under cosine.
    /// - Parameters:
    ///   - record: A first-level record.
    ///   - residual: The residual record where there is one.
    ///   - output: `dimension` floats.
    package func decode(
        record: UnsafePointer<UInt8>, residual: UnsafePointer<UInt8>?, into output: UnsafeMutablePointer<Float>
    ) {
        guard layout.hasHeader else {
            Self.loadFloats(record, count: layout.dimension, isHalf: layout.quantization == .float16, into: output)
            return
        }
        decoder.decode(record: record, residual: residual, into: output)
        space.decode(output, kernels: Kernels.active)
    }

    /// Writes floats as they are, or in half precision, little-endian.
    package static func storeFloats(
        _ values: UnsafePointer<Float>, count: Int, isHalf: Bool, to record: UnsafeMutablePointer<UInt8>
    ) {
        let raw = UnsafeMutableRawPointer(record)
        if isHalf {
            withUnsafeTemporaryAllocation(of: UInt16.self, capacity: count) { halves in
                guard let base = halves.baseAddress else { return }
                Kernels.active.narrow_float32(values, count, base)
                for component in 0..<count {
                    raw.storeBytes(of: base[component].littleEndian, toByteOffset: component * 2, as: UInt16.self)
                }
            }
        } else {
            for component in 0..<count {
                raw.storeBytes(
                    of: values[component].bitPattern.littleEndian, toByteOffset: component * 4, as: UInt32.self)
            }
        }
    }

    /// Reads what `storeFloats` wrote.
    package static func loadFloats(
        _ record: UnsafePointer<UInt8>, count: Int, isHalf: Bool, into output: UnsafeMutablePointer<Float>
    ) {
        let raw = UnsafeRawPointer(record)
        for component in 0..<count {
            output[component] =
                isHalf
                ? HalfFloat.widen(
                    UInt16(littleEndian: raw.loadUnaligned(fromByteOffset: component * 2, as: UInt16.self)))
                : Float(
                    bitPattern: UInt32(
                        littleEndian: raw.loadUnaligned(fromByteOffset: component * 4, as: UInt32.self)))
        }
    }
}
