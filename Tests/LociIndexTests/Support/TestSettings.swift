// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A number from the environment, or a default.
private func environmentNumber(_ name: String, or value: UInt64) -> UInt64 {
    guard let text = getenv(name) else { return value }
    return UInt64(String(cString: text)) ?? value
}

/// What the environment sets for property tests.
enum TestSettings {
    static let seed = environmentNumber("LOCI_TEST_SEED", or: 20_240_917)
    /// How many random cases a test draws where it does not go through all of them.
    static let iterations = Int(clamping: environmentNumber("LOCI_TEST_ITERATIONS", or: 20))
}

/// A generator with a seed, the same on every platform. Not the module's own, which is under test.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// A generator for one test, which prints the seed that repeats it.
    init(_ test: String) {
        state = TestSettings.seed
        for byte in test.utf8 { state = state &* 0x1000_0000_01b3 ^ UInt64(byte) }
        print("\(test): LOCI_TEST_SEED=\(TestSettings.seed)")
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to but not including `bound`.
    mutating func below(_ bound: Int) -> Int { Int(next() >> 33) % bound }

    /// A multiple of 2^-23 in -1 ..< 1.
    mutating func float() -> Float { Float(Int32(truncatingIfNeeded: next()) >> 8) * 0x1p-23 }

    /// `count` floats in -1 ..< 1.
    mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in float() } }

    /// A number of mean 0 and variance 1, roughly normal: the sum of three uniform ones.
    mutating func normal() -> Float { float() + float() + float() }

    /// `count` roughly normal numbers.
    mutating func normals(_ count: Int) -> [Float] { (0..<count).map { _ in normal() } }
}
