// Loci, Apache License 2.0.

import CVectorKernels
import TestSupport

/// A row of a sketch: its header, and a bit a dimension.
struct Sketch {
    var norm: Float
    var factor: UInt16
    var error: UInt16
    var bits: [Bool]

    static func random(_ bits: [Bool], using generator: inout SeededGenerator) -> Sketch {
        Sketch(norm: generator.float() * 1000, factor: generator.half(), error: generator.half(), bits: bits)
    }

    /// The row as vector_kernels.h words it. `rest` fills the bits behind the last dimension.
    func bytes(rest: Bool) -> [UInt8] {
        var result: [UInt8] = []
        withUnsafeBytes(of: norm.bitPattern.littleEndian) { result.append(contentsOf: $0) }
        withUnsafeBytes(of: factor.littleEndian) { result.append(contentsOf: $0) }
        withUnsafeBytes(of: error.littleEndian) { result.append(contentsOf: $0) }
        for start in stride(from: 0, to: bits.count, by: 8) {
            var byte: UInt8 = 0
            for bit in 0..<8 where start + bit < bits.count ? bits[start + bit] : rest { byte |= 1 << UInt8(bit) }
            result.append(byte)
        }
        return result
    }
}

/// A query against sketches. It lies in memory that ends with its padding.
struct SketchQuery {
    let values: [Int8]
    let constants: vk_sketch_query
    private let memory: GuardedRows

    init(_ values: [Int8], using generator: inout SeededGenerator) {
        self.values = values
        let padding = [UInt8](repeating: 0, count: (values.count + 63) / 64 * 64 - values.count)
        memory = GuardedRows([values.map { UInt8(bitPattern: $0) } + padding])
        constants = vk_sketch_query(
            values: nil, dimension: values.count, sum: values.reduce(0) { $0 + Int32($1) },
            base: generator.float() * 100, norm_weight: Bool.random(using: &generator) ? 1 : generator.float(),
            product_factor: generator.float(), error_factor: generator.float() * 10)
    }

    func withArgument(_ work: (UnsafePointer<vk_sketch_query>) -> Void) {
        withExtendedLifetime(memory) {
            memory.rows.pointers[0]?.withMemoryRebound(to: Int8.self, capacity: values.count) { values in
                var argument = constants
                argument.values = values
                work(&argument)
            }
        }
    }

    /// The bits of the bound of one row: a dimension at a time in Int, then the formula, rounded step by step.
    func bound(_ sketch: Sketch) -> UInt32 {
        var product = 0
        for (value, bit) in zip(values, sketch.bits) { product += bit ? Int(value) : -Int(value) }
        let factor = Float(CodeModel.value(ofHalf: sketch.factor))
        let error = Float(CodeModel.value(ofHalf: sketch.error))
        let byNorm: Float = constants.base + constants.norm_weight * sketch.norm
        let byProduct: Float = (constants.product_factor * factor) * Float(product)
        let byError: Float = constants.error_factor * error
        return ((byNorm + byProduct) + byError).bitPattern
    }
}
