// Loci, Apache License 2.0.

import Loci

/// What commands read of a collection, be it that of a commit or that of a transaction.
protocol CollectionReader {
    var rowCount: Int { get throws }
    /// The number of components of a vector; nil while there are no vectors.
    var dimension: Int? { get throws }
    var configuration: CollectionConfiguration { get throws }
    /// What the server notes of a collection.
    var properties: Attributes? { get throws }
    var indexes: [FieldIndex] { get throws }
    /// Sizes and counts, as of the last commit, in a transaction too; nil if there was no such collection.
    var committedInfo: CollectionInfo? { get throws }

    func contains(_ id: VectorID) throws -> Bool
    func get(_ id: VectorID) throws -> [Float]?
    func attributes(of id: VectorID) throws -> Attributes?
    func links(of id: VectorID) throws -> [Neighbor]?
    func identifiers(from lower: IdentifierBound, to upper: IdentifierBound, limit: Int) throws -> [VectorID]
    func randomIdentifiers(
        _ count: Int, repeating: Bool, using generator: inout some RandomNumberGenerator
    ) throws -> [VectorID]
    /// - Parameter query: Floats of 32 bits, little-endian.
    func search(_ query: RawSpan, _ options: SearchOptions, into results: inout SearchResults) throws
}

extension Collection: CollectionReader {
    var committedInfo: CollectionInfo? { get throws { try info() } }
}

extension WritableCollection: CollectionReader {}

extension CollectionReader {
    /// How a distance of the metric is told: higher is nearer. Under cosine, `(1 + cos) / 2` as in Redis, from 0 to 1; under the inner
    /// product, that; under L2, the squared distance with a minus.
    var scoring: Scoring { get throws { Scoring(metric: try configuration.metric) } }
}

/// Turns distances into scores.
struct Scoring {
    let metric: Metric

    func score(_ distance: Float) -> Double {
        metric == .cosine ? 1 - Double(distance) / 2 : -Double(distance)
    }

    /// The distance of a score.
    func distance(_ score: Double) -> Float {
        Float(metric == .cosine ? (1 - score) * 2 : -score)
    }
}
