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

    /// - Parameter ratio: The number of vectors that will be built, divided by that of the sample.
    init(ratio: Double) {
        // By square roots, which are the same on every machine.
        let quarter = max(1, ratio).squareRoot().squareRoot()
        // To the power of 3/8. Measured from 20,000 vectors to 60,000, 114,197 and 200,000: 0.12 to 0.34 at degree 32, and up
        // to 0.5 at degree 24.
        windowFactor = quarter * quarter.squareRoot()
        // Measured where codes miss at least 0.005: 0.03 to 0.21. Where they miss less, a sample of queries hardly tells.
        missFactor = quarter
    }

    /// The window of all vectors that goes as far as one of the sample.
    func window(_ window: Int) -> Int { Int((Double(window) * windowFactor).rounded(.up)) }

    /// The window of the sample that goes as far as one of all vectors, at least 1.
    func sampleWindow(_ window: Int) -> Int { max(1, Int((Double(window) / windowFactor).rounded(.down))) }

    /// The recall to be expected of that window.
    /// - Parameters:
    ///   - recall: That of the window on the sample.
    ///   - ceiling: That of the largest window.
    func recall(_ recall: Double, ceiling: Double) -> Double {
        max(0, recall - (1 - ceiling) * (missFactor - 1))
    }
}
