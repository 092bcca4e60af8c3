// Loci, Apache License 2.0.

/// The cosine of two vectors, and the same after half of what all units have in common is taken off both.
///
/// The vectors of one person's memory lie in a cone: they have much in common that tells nothing (K. Ethayarajh, "How contextual are
/// contextualized word representations?", 2019; J. Mu, P. Viswanath, "All-but-the-top", 2018). Half of the mean is enough: the whole of
/// it does as much for conversations and less for long texts.
struct CentredCosine {
    private static let share: Float = 0.5

    /// What vectors are compared with: the question, and the mean if it is one of any length.
    let directions: [[Float]]
    /// The lengths of half of the mean and of the question without it, and the product of question and half of the mean.
    private let (meanLength, length, offset): (Double, Double, Double)

    /// - Parameter question: Of unit length.
    init(_ question: [Float], mean: [Float]) {
        let half = mean.map { Double($0 * Self.share) }
        meanLength = half.reduce(0) { $0 + $1 * $1 }.squareRoot()
        offset = zip(question, half).reduce(0) { $0 + Double($1.0) * $1.1 }
        length = max(0, 1 - 2 * offset + meanLength * meanLength).squareRoot()
        directions = meanLength > Self.leastLength ? [question, mean] : [question]
    }

    /// A mean that is shorter has no direction.
    private static let leastLength = 1e-3

    /// The cosine of a vector and the question, and that of both without half of the mean.
    /// - Parameter cosines: Those of the vector and each of the directions.
    func cosines(_ cosines: [Float]) -> (plain: Double, centred: Double) {
        let plain = Double(cosines[0])
        guard cosines.count > 1, length > 0 else { return (plain, plain) }
        // With q, t of unit length and m half of the mean: (q − m)·(t − m) = q·t − q·m − m·t + |m|², |t − m|² = 1 − 2 m·t + |m|².
        let common = Double(cosines[1]) * meanLength
        let square = 1 - 2 * common + meanLength * meanLength
        let product = plain - offset - common + meanLength * meanLength
        return (plain, square > 0 ? product / (length * square.squareRoot()) : 0)
    }
}
