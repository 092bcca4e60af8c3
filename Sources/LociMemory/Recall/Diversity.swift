// Loci, Apache License 2.0.

/// Maximal marginal relevance (Carbonell, Goldstein, 1998): of the best, one after the other is taken that is good and unlike those
/// taken before.
enum Diversity {
    /// - Parameters:
    ///   - places: Of the best, best first.
    ///   - vectors: Theirs.
    ///   - share: How much likeness counts against a unit, from 0 to 1.
    /// - Returns: The places as they are taken, and what likeness took from each.
    static func order(
        _ places: [Int], scores: [Double], vectors: [[Float]], share: Double
    ) -> [(place: Int, penalty: Double)] {
        guard let greatest = scores.max(), let least = scores.min(), places.count > 1 else {
            return places.map { ($0, 0) }
        }
        let range = greatest - least
        var left = Array(places.indices)
        var likeness = [Double](repeating: 0, count: places.count)
        var taken: [(place: Int, penalty: Double)] = []
        while !left.isEmpty {
            func value(_ index: Int) -> Double { scores[index] - share * range * likeness[index] }
            guard let best = left.indices.max(by: { (value(left[$0]), $1) < (value(left[$1]), $0) }) else { break }
            let index = left.remove(at: best)
            taken.append((places[index], -share * range * likeness[index]))
            for other in left { likeness[other] = max(likeness[other], cosine(vectors[index], vectors[other])) }
        }
        return taken
    }

    private static func cosine(_ left: [Float], _ right: [Float]) -> Double {
        var (product, first, second): (Float, Float, Float) = (0, 0, 0)
        for index in 0..<min(left.count, right.count) {
            product += left[index] * right[index]
            first += left[index] * left[index]
            second += right[index] * right[index]
        }
        let length = (first * second).squareRoot()
        return length > 0 ? Double(product / length) : 0
    }
}
