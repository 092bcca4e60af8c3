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
    ///   - length: That of the vector before it was admitted, as `VectorSpace.admit` gives it.
    ///   - record: `recordStride` bytes, all of which are written.
    ///   - residual: `residualStride` bytes, all written; `nil` when the quantization has one level.
    ///   - sketch: Room for a sketch, all of which is written; `nil` where none is wanted, or the layout has none.
    package func encode(
        _ values: UnsafeMutablePointer<Float>, length: Float, record: UnsafeMutablePointer<UInt8>,
        residual: UnsafeMutablePointer<UInt8>?, sketch: UnsafeMutablePointer<UInt8>? = nil
    ) {
        guard layout.hasHeader else {
            record.update(repeating: 0, count: layout.recordStride)
            if layout.quantization == .binary {
                BinaryCode(dimension: layout.dimension).encode(values, to: record)
            } else {
                Self.storeFloats(values, count: layout.dimension, isHalf: layout.quantization == .float16, to: record)
            }
            layout.setLength(length, of: record)
            return
        }
        space.code(values, kernels: Kernels.active)
        encoder.encode(values, record: record, residual: residual)
        layout.setLength(length, of: record)
        if let sketch { layout.sketches?.encode(values, to: sketch) }
    }

    /// The vector that a record stands for, as it was admitted: exact for `float32` and `binary`, near for the rest; about of
    /// unit length under cosine, but of zeros where the length that is kept is 0.
    /// - Parameters:
    ///   - record: A first-level record.
    ///   - residual: The residual record where there is one.
    ///   - output: `dimension` floats.
    package func decode(
        record: UnsafePointer<UInt8>, residual: UnsafePointer<UInt8>?, into output: UnsafeMutablePointer<Float>
    ) {
        if layout.length(of: record) == 0 {
            output.update(repeating: 0, count: layout.dimension)
        } else if layout.hasHeader {
            decoder.decode(record: record, residual: residual, into: output)
            space.decode(output, kernels: Kernels.active)
        } else if layout.quantization == .binary {
            BinaryCode(dimension: layout.dimension).decode(record, into: output)
        } else {
            Self.loadFloats(record, count: layout.dimension, isHalf: layout.quantization == .float16, into: output)
        }
    }

    /// The vector that a record stands for, as it was given, as near as the record is: as `decode`, and of its length where
    /// lengths are kept.
    package func restore(
        record: UnsafePointer<UInt8>, residual: UnsafePointer<UInt8>?, into output: UnsafeMutablePointer<Float>
    ) {
        decode(record: record, residual: residual, into: output)
        guard layout.keepsLengths else { return }
        let length = layout.length(of: record)
        for component in 0..<layout.dimension { output[component] *= length }
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
