// Loci, Apache License 2.0.

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// How many processors there are to use.
enum ProcessorCount {
    /// The processors that this process may run on.
    static var active: Int { ProcessInfo.processInfo.activeProcessorCount }
}
