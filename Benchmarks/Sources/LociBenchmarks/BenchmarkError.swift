// Loci, Apache License 2.0.

/// What keeps a benchmark from its figures.
enum BenchmarkError: Error, CustomStringConvertible {
    /// A call of the system failed.
    case system(call: String, path: String, code: Int32)
    /// A step in a process of its own failed, and has said why; or it was stopped by a signal.
    case step(name: String, status: Int32)
    /// The allocator of this system cannot be counted.
    case uncountable
    /// The counter does not see what it should: its zero would mean nothing.
    case blindCounter(allocation: String)
    /// Searches allocated that promise not to.
    case allocated(calls: [String])
    /// A collection was damaged by what was measured.
    case damaged([String])

    var description: String {
        switch self {
        case .damaged(let faults):
            "the collection is damaged after the measurement: \(faults.prefix(3).joined(separator: "; "))"
        case .system(let call, let path, let code):
            "\(call) failed on \(path), with error \(code) of the system; choose another folder with --folder"
        case .step(let name, let status) where status & 0x7F != 0:
            "the step \(name) was stopped by signal \(status & 0x7F)"
        case .step(let name, let status):
            "the step \(name) failed with exit status \(status >> 8 & 0xFF); the reason stands above"
        case .uncountable:
            "allocations are counted by standing in for glibc's malloc, and this system has another; run it on Linux"
        case .blindCounter(let allocation):
            "the counter did not see an allocation by \(allocation), so that no count can be believed; link the program "
                + "with the C library's own malloc"
        case .allocated(let calls):
            "in the steady state these must not allocate, and did: \(calls.joined(separator: ", "))"
        }
    }
}
