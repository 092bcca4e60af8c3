// Loci, Apache License 2.0.

import CFuzzer

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Runs a fuzz target as the arguments of the process say, and never comes back.
/// - Parameter target: Gets bytes, and gives 0.
public func fuzz(_ target: @escaping @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt) -> Never {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(LLVMFuzzerRunDriver(&count, &arguments, target))
}
