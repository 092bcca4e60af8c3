// Loci, Apache License 2.0.

import LociIndex

/// An LVQ record read by the format's description alone, in double precision.
struct ReferenceRecord {
    let low: Double
    let step: Double
    let firstNorm: Float
    let secondNorm: Float
    let codes: [Int]
    let refinements: [Int]
    let residualBits: Int

    init(layout: CodeLayout, record: [UInt8], residual: [UInt8]) {
        func half(_ offset: Int) -> Double {
            Self.half(UInt16(record[offset]) | UInt16(record[offset + 1]) << 8)
        }
        func float(_ offset: Int) -> Float {
            Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(record[offset + $1]) << (8 * UInt32($1)) })
        }
        low = half(0)
        step = half(2)
        firstNorm = float(4)
        secondNorm = float(8)
        residualBits = layout.quantization.residualBits
        let dimension = layout.dimension
        let isByte = layout.quantization.firstLevelBits == 8
        codes = (0..<dimension).map {
            isByte ? Int(record[16 + $0]) : Self.nibble($0, dimension: dimension, bytes: record[16...])
        }
        let bits = residualBits
        refinements = (0..<dimension).map {
            switch bits {
            case 4: Self.nibble($0, dimension: dimension, bytes: residual[...])
            case 8: Int(residual[$0])
            default: 0
            }
        }
    }

    /// The value of a component by the first level.
    func first(_ component: Int) -> Double { low + step * Double(codes[component]) }

    /// The value by both levels; that of the first where there is one.
    func value(_ component: Int) -> Double {
        guard residualBits > 0 else { return first(component) }
        let levels = Double(1 << residualBits)
        return first(component) + step * (Double(refinements[component]) + 0.5) / levels - step / 2
    }

    /// All components, by one level or by both.
    func values(bothLevels: Bool) -> [Double] { codes.indices.map { bothLevels ? value($0) : first($0) } }

    /// The value of finite half-precision bits.
    static func half(_ bits: UInt16) -> Double {
        let exponent = Int(bits >> 10 & 31)
        let fraction = Double(bits & 1023) / 1024
        let magnitude =
            exponent == 0
            ? Double(sign: .plus, exponent: -14, significand: fraction)
            : Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
        return bits & 0x8000 == 0 ? magnitude : -magnitude
    }

    /// The code of a component among packed nibbles: 64 bytes hold dimensions k and 64 + k of 128; of a last block of t,
    /// byte k holds k and (t + 1) / 2 + k.
    private static func nibble(_ component: Int, dimension: Int, bytes: ArraySlice<UInt8>) -> Int {
        let block = component / 128
        let size = min(128, dimension - block * 128)
        let half = (size + 1) / 2
        let within = component - block * 128
        let byte = Int(bytes[bytes.startIndex + block * 64 + within % half])
        return within < half ? byte & 15 : byte >> 4
    }
}
