// Loci, Apache License 2.0.

import Loci
import LociWords

/// A question as the channels take it.
struct Question {
    /// Its vector, of unit length; nil where vectors do not count.
    let vector: [Float]?
    /// Its words as a query; nil where it has none that tell anything, or words do not count.
    let words: WordQuery?
    /// The hashes of its different terms, rising.
    let hashes: [UInt32]
    /// The inverse document frequency of each, in the order of the hashes; that of a term that no unit has is the greatest.
    let weights: [Double]
    /// How much its terms tell together: the sum of the weights.
    let information: Double
    /// What a unit that has nothing to do with it scores by chance: the sum of the weights, each times the share of units that have it.
    let chance: Double

    /// - Parameter collection: The units that are asked for, whose words the weights are of; nil where there are none.
    init(_ text: String, vector: [Float]?, language: WordLanguage, usesWords: Bool, in collection: Collection?) throws {
        self.vector = vector.map { vector in
            // In doubles: the square of a small float is 0.
            let length = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            return vector.map { Float(Double($0) / length) }
        }
        guard usesWords, let collection else {
            (words, hashes, weights, information, chance) = (nil, [], [], 0, 0)
            return
        }
        let content = try ContentWords(text, WordAnalyser(WordAnalysis(language: language)))
        words = content.query
        var terms: [UInt32: [UInt8]] = [:]
        for word in content.words { terms[UnitWords.hash(word.term)] = word.term }
        let sorted = terms.sorted { $0.key < $1.key }
        hashes = sorted.map(\.key)
        let statistics = try collection.wordStatistics(of: sorted.map(\.value), in: UnitAttributes.text)
        weights = statistics.weights
        information = weights.reduce(0, +)
        let documents = Double(max(1, statistics.documents))
        chance = zip(weights, statistics.counts).reduce(0) { $0 + $1.0 * Double($1.1) / documents }
    }
}
