// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#endif

/// Keeps a thread on one processor, so that two that are measured do not meet on one.
enum ProcessorPin {
    /// Binds the calling thread to a processor; does nothing where the system is not Linux.
    static func bind(to processor: Int) {
        #if canImport(Glibc)
        var set = cpu_set_t()
        withUnsafeMutableBytes(of: &set) { bytes in
            guard processor / 8 < bytes.count else { return }
            bytes[processor / 8] |= 1 << UInt8(processor % 8)
        }
        sched_setaffinity(0, MemoryLayout<cpu_set_t>.size, &set)
        #endif
    }
}
