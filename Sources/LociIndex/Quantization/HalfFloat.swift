// Loci, Apache License 2.0.

/// IEEE 754 binary16 numbers as bits.
///
/// Swift's `Float16` does not exist on every Apple platform, and the codes need directed rounding, which it lacks.
package enum HalfFloat {
    /// The value of half-precision bits, exact.
    package static func widen(_ bits: UInt16) -> Float {
        let sign: Float = bits & 0x8000 == 0 ? 1 : -1
        let exponent = Int((bits >> 10) & 0x1F)
        let fraction = UInt32(bits & 0x3FF)
        if exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
        if exponent == 0 { return sign * Float(fraction) * 0x1p-24 }
        return sign * Float(bitPattern: UInt32(exponent + 112) << 23 | fraction << 13)
    }

    /// The largest half-precision number that is not above `value`, for a finite value within ±65,504.
    package static func roundDown(_ value: Float) -> UInt16 {
        value < 0 ? truncateMagnitude(-value, up: true) | 0x8000 : truncateMagnitude(value, up: false)
    }

    /// The smallest half-precision number that is not below `value`, for a finite value within ±65,504.
    package static func roundUp(_ value: Float) -> UInt16 {
        value < 0 ? truncateMagnitude(-value, up: false) | 0x8000 : truncateMagnitude(value, up: true)
    }

    /// Rounds a magnitude toward zero, or away from it.
    private static func truncateMagnitude(_ magnitude: Float, up: Bool) -> UInt16 {
        let bounded = min(magnitude, 65504)
        var bits: UInt16
        if bounded < 0x1p-14 {
            bits = UInt16(bounded * 0x1p24)
        } else {
            let pattern = bounded.bitPattern
            bits = UInt16((pattern >> 23) - 112) << 10 | UInt16((pattern >> 13) & 0x3FF)
        }
        if up, widen(bits) < bounded { bits += 1 }
        return bits
    }
}
