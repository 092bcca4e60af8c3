// Loci, Apache License 2.0.

/// A random generator whose numbers a seed repeats, the same on every platform (SplitMix64).
///
/// Not one of the modules' own, which are under test. Its description is the setting that repeats it.
package struct SeededGenerator: RandomNumberGenerator, CustomStringConvertible {
    /// The value of `LOCI_TEST_SEED` that repeats these numbers.
    package let seed: UInt64
    private var state: UInt64

    package var description: String { "LOCI_TEST_SEED=\(seed)" }

    /// A generator for one test, which prints the seed that repeats it: the same one in every run unless
    /// `LOCI_TEST_SEED` is set. Tests of other names get other numbers.
    package init(_ test: String = #function) {
        self.init(test, seed: TestSettings.seed ?? 20_240_917)
    }

    /// A generator for one test, which prints the seed that repeats it: a new one in every run unless `LOCI_TEST_SEED`
    /// is set.
    package init(fresh test: String) {
        self.init(test, seed: TestSettings.seed ?? .random(in: .min ... .max))
    }

    /// A generator of given numbers, which prints nothing.
    package init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    private init(_ test: String, seed: UInt64) {
        self.init(seed: seed)
        for byte in test.utf8 { state = state &* 0x1000_0000_01B3 ^ UInt64(byte) }
        print("\(test): \(self)")
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
