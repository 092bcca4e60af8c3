// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A number to the power of another, as the C library has it; the standard library has none.
func power(_ base: Double, _ exponent: Double) -> Double {
    pow(base, exponent)
}
