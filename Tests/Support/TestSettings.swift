// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the environment sets for the tests.
package enum TestSettings {
    /// `LOCI_TEST_SEED`, which repeats the random numbers of a run; nil if it is not set.
    package static var seed: UInt64? {
        text("LOCI_TEST_SEED").flatMap { UInt64($0) }
    }

    /// How many rounds a random test makes: what the environment says, or `usual`.
    package static func iterations(_ usual: Int, from variable: String = "LOCI_TEST_ITERATIONS") -> Int {
        text(variable).flatMap { UInt64($0) }.map { Int(clamping: $0) } ?? usual
    }

    /// A variable of the environment, or nil.
    package static func text(_ variable: String) -> String? {
        getenv(variable).map { String(cString: $0) }
    }
}
