// Loci, Apache License 2.0.

extension SeededGenerator {
    /// `count` random bytes.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            var word: UInt64 = 0
            for index in 0..<count {
                if index % 8 == 0 { word = next() }
                buffer[index] = UInt8(truncatingIfNeeded: word)
                word >>= 8
            }
            used = count
        }
    }

    /// A number from 0 up to but not including `bound`.
    package mutating func below(_ bound: Int) -> Int { Int(next() >> 33) % bound }

    /// A multiple of 2^-23 in -1 ..< 1.
    package mutating func float() -> Float { Float(Int32(truncatingIfNeeded: next()) >> 8) * 0x1p-23 }

    /// `count` floats in -1 ..< 1.
    package mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in float() } }

    /// A number of mean 0 and variance 1, roughly normal: the sum of three uniform ones.
    package mutating func normal() -> Float { float() + float() + float() }

    /// `count` roughly normal numbers.
    package mutating func normals(_ count: Int) -> [Float] { (0..<count).map { _ in normal() } }

    /// The bits of a float16 that is a number.
    package mutating func half() -> UInt16 {
        let bits = UInt16(truncatingIfNeeded: next())
        return bits & 0x7C00 == 0x7C00 ? bits ^ 0x4000 : bits
    }
}
