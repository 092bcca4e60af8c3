// Loci, Apache License 2.0.

/// What some work took.
struct Milliseconds {
    /// By the clock.
    let clock: Double
    /// The time that all threads of the process spent on processors.
    let processor: Double

    /// Does the work.
    init(_ body: () throws -> Void) rethrows {
        let (used, start) = (ProcessUsage.processorTime, ContinuousClock.now)
        try body()
        clock = (ContinuousClock.now - start) / .milliseconds(1)
        processor = (ProcessUsage.processorTime - used) / .milliseconds(1)
    }
}

extension [Double] {
    /// The middle one, of an even number the upper of the two; `nil` of none.
    var median: Double? { isEmpty ? nil : sorted()[count / 2] }
}
