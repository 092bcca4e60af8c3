// Loci, Apache License 2.0.

/// What a sample says of all vectors.
///
/// Two things keep a neighbour from being found. The walk may end before it comes there: among more vectors the way is
/// longer, and the window that goes as far is larger. Or the codes tell it from others too roughly, which is what even the
/// largest window misses: among more vectors, neighbours are nearer to each other. Both were measured to grow with a small
/// power of the number of vectors (`docs/tuning.md`).
struct SampleGrowth: Equatable {
    private let windowFactor: Double
    private let missFactor: Double

    /// The standard errors that a goal is kept from: of the smallest window that reaches it on so many queries, 1 in 44
    /// would not on all.
    private static let errors = 2.0

    /// - Parameter ratio: The number of vectors that will be built, divided by that of the sample.
    init(ratio: Double) {
        // By square roots, which are the same on every machine.
        let root = max(1, ratio).squareRoot()
        let quarter = root.squareRoot()
        // To the power of 5/8. Measured from 20,000 vectors to 60,000, 114,197 and a million: 0.14 to 0.63, the more the
        // nearer to what the codes can tell. The standard errors pay for what is still nearer.
        windowFactor = root * quarter.squareRoot()
        // Measured where codes miss at least 0.005: 0.03 to 0.21. Where they miss less, a sample of queries hardly tells.
        missFactor = quarter
    }

    /// The window of all vectors that goes as far as one of the sample.
    func window(_ window: Int) -> Int { Int((Double(window) * windowFactor).rounded(.up)) }

    /// The window of the sample that goes as far as one of all vectors, at least 1.
    func sampleWindow(_ window: Int) -> Int { max(1, Int((Double(window) / windowFactor).rounded(.down))) }

    /// The recall that all vectors should have at least at that window, for queries like those of the sample.
    /// - Parameters:
    ///   - recall: That of the window on the sample.
    ///   - ceiling: That of the largest window.
    func recall(_ recall: SampledRecall, ceiling: Double) -> Double {
        max(0, recall.value - Self.errors * recall.error - (1 - ceiling) * (missFactor - 1))
    }
}
