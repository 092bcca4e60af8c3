// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Two normal distributions on a line, fitted to scores by expectation maximization (Dempster, Laird, Rubin, 1977): the scores of
/// what belongs together, and of what does not.
///
/// MemGAS (arXiv 2505.19549) takes scikit-learn's mixture for this; here as there, up to 100 rounds, until the mean log likelihood
/// changes by less than 10⁻³, and 10⁻⁶ added to each variance. It begins with the halves below and above the mean, and not with k-means
/// from a random beginning, so that the same scores always give the same split.
struct GaussianMixture: Equatable {
    /// A normal distribution, and its share of all.
    struct Component: Equatable {
        var weight: Double
        var mean: Double
        var variance: Double

        func logDensity(_ value: Double) -> Double {
            let distance = value - mean
            return log(weight) - 0.5 * (log(2 * Double.pi * variance) + distance * distance / variance)
        }
    }

    private(set) var low: Component
    private(set) var high: Component

    private static let rounds = 100
    private static let tolerance = 1e-3
    private static let regularization = 1e-6

    /// The mixture of some scores; nil where there are fewer than four, or they are all but equal, so that there are no two kinds.
    init?(_ scores: [Double]) {
        guard scores.count >= 4 else { return nil }
        let mean = scores.reduce(0, +) / Double(scores.count)
        let (below, above) = (scores.filter { $0 <= mean }, scores.filter { $0 > mean })
        guard !below.isEmpty, !above.isEmpty else { return nil }
        low = Self.component(below, of: scores.count)
        high = Self.component(above, of: scores.count)
        var before = -Double.infinity
        for _ in 0..<Self.rounds {
            let likelihood = step(scores)
            guard likelihood.isFinite, low.weight > 0, high.weight > 0 else { return nil }
            if abs(likelihood - before) < Self.tolerance { break }
            before = likelihood
        }
        if low.mean > high.mean { swap(&low, &high) }
    }

    private static func component(_ scores: [Double], of count: Int) -> Component {
        let mean = scores.reduce(0, +) / Double(scores.count)
        let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scores.count)
        return Component(
            weight: Double(scores.count) / Double(count), mean: mean, variance: variance + regularization)
    }

    /// One round; gives the mean log likelihood of the scores before it.
    private mutating func step(_ scores: [Double]) -> Double {
        var likelihood = 0.0
        var (count, sum, squares) = (SIMD2<Double>.zero, SIMD2<Double>.zero, SIMD2<Double>.zero)
        for score in scores {
            let logs = SIMD2(low.logDensity(score), high.logDensity(score))
            let largest = max(logs[0], logs[1])
            let total = exp(logs[0] - largest) + exp(logs[1] - largest)
            likelihood += largest + log(total)
            let share = SIMD2(exp(logs[0] - largest), exp(logs[1] - largest)) / total
            count += share
            sum += share * score
            squares += share * score * score
        }
        let means = sum / count
        let variances = squares / count - means * means
        func component(_ index: Int) -> Component {
            Component(
                weight: count[index] / Double(scores.count), mean: means[index],
                variance: max(0, variances[index]) + Self.regularization)
        }
        (low, high) = (component(0), component(1))
        return likelihood / Double(scores.count)
    }

    /// How sure it is that a score is of the higher kind, from 0 to 1.
    func probabilityOfHigh(_ score: Double) -> Double {
        // Far above both means the wider distribution would win, whichever it is.
        if score >= high.mean { return 1 }
        if score <= low.mean { return 0 }
        return 1 / (1 + exp(low.logDensity(score) - high.logDensity(score)))
    }
}
