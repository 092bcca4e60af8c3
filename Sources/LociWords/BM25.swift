// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How well a document answers a query (S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
/// 2009):
///
///     score = Σ idf(w) · f · (k1 + 1) / (f + k1 · (1 − b + b · length / average length))
///     idf(w) = ln(1 + (N − n + 0.5) / (n + 0.5))
///
/// over the words w of the query that the document has, f times each; n of N documents have the word. The one under the logarithm,
/// which the paper does not have, keeps words that most documents have from counting against them. A word that the query has
/// twice counts twice. A phrase counts as a word whose idf is the sum of those of its words.
public struct BM25: Sendable, Hashable {
    /// How slowly more of the same word stop to matter; 0: at once.
    public let k1: Double
    /// How much the length of a document counts, from 0 to 1.
    public let b: Double

    /// 1.2 and 0.75, the usual values.
    public static let standard = BM25(checked: 1.2, 0.75)

    private init(checked k1: Double, _ b: Double) {
        self.k1 = k1
        self.b = b
    }

    /// - Throws: `parameterOutOfRange` for a k1 outside 0 to 100, or a b outside 0 to 1.
    public init(k1: Double = 1.2, b: Double = 0.75) throws(WordsError) {
        guard k1 >= 0, k1 <= 100 else { throw .parameterOutOfRange(name: "k1", value: k1, allowed: "0 to 100") }
        guard b >= 0, b <= 1 else { throw .parameterOutOfRange(name: "b", value: b, allowed: "0 to 1") }
        self.init(checked: k1, b)
    }

    /// The idf of a word that `count` of `total` documents have.
    package static func inverseDocumentFrequency(_ count: Int, of total: Int) -> Double {
        let count = Double(max(0, min(count, total)))
        return log(1 + (Double(total) - count + 0.5) / (count + 0.5))
    }

    /// The formula for documents of a mean length.
    func scorer(averageLength: Double) -> Scorer {
        Scorer(
            base: k1 * (1 - b), slope: averageLength > 0 ? k1 * b / averageLength : 0, factor: k1 + 1)
    }

    /// The formula with what does not change computed once.
    struct Scorer {
        fileprivate let base: Double
        fileprivate let slope: Double
        fileprivate let factor: Double

        /// What a word of a weight, `frequency` times in a document of `length` words, adds to its score. Grows with the
        /// frequency, and falls with the length.
        @inline(__always)
        func score(weight: Double, frequency: UInt32, length: UInt32) -> Double {
            let frequency = Double(frequency)
            return weight * factor * frequency / (frequency + base + slope * Double(length))
        }
    }
}
