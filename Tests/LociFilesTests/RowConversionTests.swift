// Loci, Apache License 2.0.

import Testing

@testable import LociFiles

@Suite struct RowConversionTests {
    /// Every one of the 65,536, against the definition of IEEE 754.
    @Test func widensEveryHalf() {
        var wrong: [UInt16] = []
        for bits in UInt16.min...UInt16.max {
            let value = Float(half: bits)
            let exponent = Int(bits >> 10 & 31)
            let fraction = Float(bits & 1023)
            let sign: Float = bits & 0x8000 == 0 ? 1 : -1
            switch exponent {
            case 31:
                let isRight = fraction == 0 ? value == sign * .infinity : value.isNaN
                if !isRight { wrong.append(bits) }
            case 0:
                let expected = sign * fraction * Float(sign: .plus, exponent: -24, significand: 1)
                if value.bitPattern != expected.bitPattern { wrong.append(bits) }
            default:
                let expected = sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
                if value.bitPattern != expected.bitPattern { wrong.append(bits) }
            }
        }
        #expect(wrong == [])
    }

    @Test func readsBigEndianAtAnyAlignment() throws {
        let convert = try #require(RowConversion.toFloats(from: .float32, order: .big))
        let source: [UInt8] = [9] + bigEndian(Float(1.5).bitPattern, Float(-0.1).bitPattern)
        var target: [Float] = [0, 0]
        source.withUnsafeBytes { bytes in
            target.withUnsafeMutableBufferPointer { buffer in
                if let from = bytes.baseAddress, let into = buffer.baseAddress { convert(from + 1, into, 2) }
            }
        }
        #expect(target == [1.5, -0.1])
    }
}
