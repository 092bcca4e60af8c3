// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the system says of an error.
enum SystemMessage {
    /// The text of an `errno`, such as "Connection refused".
    static func text(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}
