// Loci, Apache License 2.0.

import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Checks of numbers on the command line.
enum Allowed {
    /// - Throws: `ValidationError` that names the option, the value and the range.
    static func check(_ option: String, _ value: Int, in range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw ValidationError(
                "\(option) is \(value); it must be from \(Format.count(range.lowerBound)) to "
                    + Format.count(range.upperBound))
        }
    }
}

/// Tells on standard error what is being done.
func progress(_ text: String) {
    let line = Array("\(text)\n".utf8)
    // A note that nobody reads is no reason to stop.
    _ = write(2, line, line.count)
}
