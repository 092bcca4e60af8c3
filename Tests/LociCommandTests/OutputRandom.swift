// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Random numbers for property tests (SplitMix64), from LOCI_TEST_SEED if it is set. A failing test prints the seed.
struct OutputRandom: RandomNumberGenerator, CustomStringConvertible {
    let seed: UInt64
    /// LOCI_TEST_ITERATIONS, or 500.
    let iterations: Int
    private var state: UInt64

    init() {
        seed = Self.number("LOCI_TEST_SEED") ?? .random(in: 0...UInt64.max)
        iterations = Self.number("LOCI_TEST_ITERATIONS") ?? 500
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    var description: String { "LOCI_TEST_SEED=\(seed)" }

    private static func number<T: FixedWidthInteger>(_ variable: String) -> T? {
        getenv(variable).flatMap { T(String(cString: $0)) }
    }
}
