// Loci, Apache License 2.0.

/// Vectors of unit length.
public enum UnitVector {
    /// The vector of a text in which a model sees nothing: signs from a fixed sequence (SplitMix64 of seed 0), all of one
    /// magnitude.
    ///
    /// It is close to orthogonal to any vector that was not made after it: with d numbers the cosine is around 1/√d. A vector
    /// along one axis would not be, where models put weight on few axes.
    public static func placeholder(dimension: Int) -> [Float] {
        let magnitude = 1 / Float(max(dimension, 1)).squareRoot()
        var generator = SplitMix(seed: 0)
        return (0..<max(dimension, 0)).map { _ in generator.next() & 1 == 0 ? magnitude : -magnitude }
    }

    /// A vector of the same direction and of unit length, or the placeholder for zeros; nil if a number is infinite or none.
    ///
    /// The sum of squares is taken in double, so that it can neither overflow nor vanish.
    static func normalized(_ vector: [Double]) -> [Float]? {
        var sum = 0.0
        for value in vector { sum += value * value }
        guard sum.isFinite else { return nil }
        guard sum > 0 else { return placeholder(dimension: vector.count) }
        let factor = 1 / sum.squareRoot()
        // Of what is smaller than 1e-154 the square is 0 or has lost its digits.
        guard factor.isFinite else { return placeholder(dimension: vector.count) }
        return vector.map { Float($0 * factor) }
    }
}
