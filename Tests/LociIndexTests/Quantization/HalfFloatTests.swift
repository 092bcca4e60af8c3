// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@Suite struct HalfFloatTests {
    @Test func widensAllBitsAsTheFormatSays() {
        var wrong: [UInt16] = []
        for bits in UInt16.min...UInt16.max {
            let value = HalfFloat.widen(bits)
            let isRight: Bool
            if bits & 0x7C00 != 0x7C00 {
                let expected = ReferenceRecord.half(bits)
                isRight = Double(value) == expected && (value.sign == .minus) == (bits & 0x8000 != 0)
            } else if bits & 0x3FF == 0 {
                isRight = value == (bits & 0x8000 == 0 ? .infinity : -.infinity)
            } else {
                isRight = value.isNaN
            }
            if !isRight { wrong.append(bits) }
        }
        #expect(wrong.isEmpty)
    }

    /// Numbers halves in rising order, both zeros the same.
    private func rank(_ bits: UInt16) -> Int { bits & 0x8000 == 0 ? Int(bits) : -Int(bits & 0x7FFF) }

    private func checkBracket(_ value: Float) {
        let down = HalfFloat.roundDown(value)
        let up = HalfFloat.roundUp(value)
        let low = ReferenceRecord.half(down)
        let high = ReferenceRecord.half(up)
        #expect(low <= Double(value) && Double(value) <= high, "\(value) is not in \(low)...\(high)")
        let isHalf = low == Double(value) || high == Double(value)
        #expect(rank(up) - rank(down) == (isHalf ? 0 : 1), "\(low)...\(high) is not tight for \(value)")
    }

    @Test func roundingBracketsEdges() {
        let magnitudes: [Float] = [
            0, .leastNonzeroMagnitude, 0x1p-25, 0x1p-24, 0x1.8p-24, 0x1.FFFFFEp-25, 0x1p-15, 0x1.FF8p-15, 0x1.FF9p-15,
            0x1.FFFFFEp-15, 0x1p-14, 0x1.000002p-14, 0x1.001p-14, 1, 0x1.000002p0, 0x1.FFFFFEp0, 2047, 2049, 65_503,
            65_504,
        ]
        for magnitude in magnitudes {
            checkBracket(magnitude)
            checkBracket(-magnitude)
        }
    }

    @Test func roundingBracketsRandomValues() {
        var generator = SeededGenerator("half rounding")
        for _ in 0..<TestSettings.iterations(20) * 200 {
            let exponent = generator.below(46) - 30
            let value = Float(sign: .plus, exponent: exponent, significand: 1) * generator.float()
            guard value.magnitude <= 65_504 else { continue }
            checkBracket(value)
            // A half itself, which both leave as it is.
            checkBracket(HalfFloat.widen(HalfFloat.roundDown(value)))
        }
    }

    @Test func roundingStaysFiniteBeyondTheRange() {
        for value: Float in [65_505, 1e9, .greatestFiniteMagnitude, .infinity] {
            #expect(HalfFloat.roundUp(value) == 0x7BFF)
            #expect(HalfFloat.roundDown(value) == 0x7BFF)
            #expect(HalfFloat.roundUp(-value) == 0xFBFF)
            #expect(HalfFloat.roundDown(-value) == 0xFBFF)
        }
    }
}
