// Loci, Apache License 2.0.

import LociIndex

extension CollectionRecord {
    /// How far from the mean codes reach, in the scale of the space: their constants are half-precision floats.
    static let reachLimit = VectorSpace.float16Limit

    /// What vectors are admitted by: the metric and the largest component, and no coding.
    func admittingSpace(dimension: Int) -> VectorSpace {
        .identity(dimension: dimension, metric: configuration.metric, admission: configuration.admission)
    }

    /// How far an admitted vector lies from the mean, in the scale of the space; the rotation changes nothing about that.
    func reach(of values: UnsafePointer<Float>) -> Float {
        var sum: Float = 0
        for (component, mean) in mean.enumerated() {
            let value = (values[component] - mean) * scale
            sum += value * value
        }
        return sum.squareRoot()
    }

    /// Refuses an admitted vector that the space cannot code: one at least 64 times as long as the longest that it was learned
    /// from, about the mean.
    func admitLength(of values: UnsafePointer<Float>, row: Int?) throws(IndexError) {
        guard quantization.firstLevelBits != nil else { return }
        let reach = reach(of: values)
        // Written so that it holds for NaN.
        guard reach <= Self.reachLimit else { throw .tooFar(row: row, reach: reach, limit: Self.reachLimit) }
    }
}
