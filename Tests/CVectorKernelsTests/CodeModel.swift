// Loci, Apache License 2.0.

import CVectorKernels
import TestSupport

/// The layout of codes and the definition of their distances, written down as vector_kernels.h words them, a dimension at
/// a time, in Int64 and Double.
enum CodeModel {
    /// The bytes of 4-bit codes.
    static func nibbleBytes(_ dimension: Int) -> Int { dimension / 128 * 64 + (dimension % 128 + 1) / 2 }

    /// Where the code of dimension `index` lies: its byte, and whether in the high nibble.
    static func place(_ index: Int, of dimension: Int) -> (byte: Int, isHigh: Bool) {
        let block = index / 128
        let inside = index % 128
        let half = dimension - 128 * block >= 128 ? 64 : (dimension % 128 + 1) / 2
        return inside < half ? (64 * block + inside, false) : (64 * block + inside - half, true)
    }

    static func pack(_ codes: [UInt8]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: nibbleBytes(codes.count))
        for (index, code) in codes.enumerated() {
            let (byte, isHigh) = place(index, of: codes.count)
            bytes[byte] |= isHigh ? code << 4 : code
        }
        return bytes
    }

    /// The value of a float16 that is a number.
    static func value(ofHalf bits: UInt16) -> Double {
        let exponent = Int(bits >> 10 & 31)
        let fraction = Double(bits & 0x3ff) / 1024
        let magnitude =
            exponent == 0
            ? fraction * 0x1p-14 : Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
        return bits & 0x8000 == 0 ? magnitude : -magnitude
    }

    /// The header of a row.
    struct Header {
        var low: UInt16
        var step: UInt16
        var norm1: Float
        var norm2: Float

        var bytes: [UInt8] {
            var result: [UInt8] = []
            withUnsafeBytes(of: low.littleEndian) { result.append(contentsOf: $0) }
            withUnsafeBytes(of: step.littleEndian) { result.append(contentsOf: $0) }
            withUnsafeBytes(of: norm1.bitPattern.littleEndian) { result.append(contentsOf: $0) }
            withUnsafeBytes(of: norm2.bitPattern.littleEndian) { result.append(contentsOf: $0) }
            return result + [0, 0, 0, 0]
        }

        static func random(using generator: inout SeededGenerator) -> Header {
            Header(
                low: generator.half(), step: generator.half(), norm1: generator.float() * 1000,
                norm2: generator.float() * 1000)
        }
    }

    /// The distance and a bound of its rounding error: half a unit in the last place of each of a dozen operations, none
    /// of which has a result larger than the sum of the terms' magnitudes.
    static func distance(
        _ affine: vk_affine, _ header: Header, sum: Int64, residualBits: Int = 0
    ) -> (value: Double, tolerance: Double) {
        var low = value(ofHalf: header.low)
        var step = value(ofHalf: header.step)
        var largestLow = abs(low)
        if residualBits > 0 {
            let ratio = residualBits == 4 ? 0x1p-4 : 0x1p-8
            largestLow += abs(step)
            low += step * (ratio / 2 - 0.5)
            step *= ratio
        }
        let norm = Double(residualBits == 0 ? header.norm1 : header.norm2)
        let normTerm = Double(affine.norm_weight) * norm
        let stepTerm = step * Double(affine.step_factor) * Double(sum)
        let value = Double(affine.base) + normTerm + low * Double(affine.low_factor) + stepTerm
        let magnitude =
            abs(Double(affine.base)) + abs(normTerm) + largestLow * abs(Double(affine.low_factor)) + abs(stepTerm)
        return (value, 12 * 0x1p-24 * magnitude + 1e-30)
    }
}

/// A query of two bytes a dimension, in all the layouts that kernels take. The nibble kernel uses the coarse bytes.
struct TwoByteQuery {
    let coarse: [Int8]
    let fine: [Int8]
    let affine: vk_affine
    let nibbleBytes: Int
    private(set) var paddedCoarse: [Int8]
    private(set) var paddedFine: [Int8]
    private(set) var lowCoarse: [Int8]
    private(set) var lowFine: [Int8]
    private(set) var highCoarse: [Int8]
    private(set) var highFine: [Int8]

    var dimension: Int { coarse.count }

    /// The query's 16-bit value in one dimension.
    func value(_ index: Int) -> Int64 { 256 * Int64(coarse[index]) + Int64(fine[index]) }

    init(coarse: [Int8], fine: [Int8], affine: vk_affine) {
        self.coarse = coarse
        self.fine = fine
        self.affine = affine
        let dimension = coarse.count
        let nibbleBytes = CodeModel.nibbleBytes(dimension)
        self.nibbleBytes = nibbleBytes
        let padding = [Int8](repeating: 0, count: (dimension + 63) / 64 * 64 - dimension)
        paddedCoarse = coarse + padding
        paddedFine = fine + padding
        let zeros = [Int8](repeating: 0, count: (nibbleBytes + 63) / 64 * 64)
        (lowCoarse, lowFine, highCoarse, highFine) = (zeros, zeros, zeros, zeros)
        for index in 0..<dimension {
            let (byte, isHigh) = CodeModel.place(index, of: dimension)
            if isHigh {
                highCoarse[byte] = coarse[index]
                highFine[byte] = fine[index]
            } else {
                lowCoarse[byte] = coarse[index]
                lowFine[byte] = fine[index]
            }
        }
    }

    static func random(_ dimension: Int, using generator: inout SeededGenerator) -> TwoByteQuery {
        let affine = vk_affine(
            base: generator.float() * 100, norm_weight: Bool.random(using: &generator) ? 1 : generator.float(),
            low_factor: generator.float() * 10, step_factor: generator.float())
        return TwoByteQuery(
            coarse: generator.bytes(dimension).map { Int8(bitPattern: $0) },
            fine: generator.bytes(dimension).map { Int8(bitPattern: $0) }, affine: affine)
    }

    func withTwoLevelQuery(_ work: (UnsafePointer<vk_two_level_query>) -> Void) {
        lowCoarse.withUnsafeBufferPointer { lowCoarse in
            lowFine.withUnsafeBufferPointer { lowFine in
                highCoarse.withUnsafeBufferPointer { highCoarse in
                    highFine.withUnsafeBufferPointer { highFine in
                        paddedCoarse.withUnsafeBufferPointer { coarse in
                            paddedFine.withUnsafeBufferPointer { fine in
                                var query = vk_two_level_query(
                                    low_coarse: lowCoarse.baseAddress, low_fine: lowFine.baseAddress,
                                    high_coarse: highCoarse.baseAddress, high_fine: highFine.baseAddress,
                                    coarse: coarse.baseAddress, fine: fine.baseAddress, code_bytes: nibbleBytes,
                                    dimension: dimension, affine: affine)
                                work(&query)
                            }
                        }
                    }
                }
            }
        }
    }
}
