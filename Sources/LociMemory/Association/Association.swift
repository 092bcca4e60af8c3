// Loci, Apache License 2.0.

import Loci

/// Which older units a new one is linked to (MemGAS, arXiv 2505.19549, §3.2; the safety rules are those of the author's later product).
///
/// The scores of the nearest older units are split in two by a ``GaussianMixture``. Those of the higher kind are linked, weighted by
/// their cosine. Where the split is no good, because it takes in more than 60 % or less than 5 % of the scores or because there are too
/// few of them, the best 15 % are.
struct Association: Equatable {
    /// How many of the nearest older units are looked at.
    var candidates = 30
    /// The share of them that a good split accepts.
    var share = 0.05...0.6
    /// The share that is accepted where the split is no good.
    var fallback = 0.15
    /// A cosine below which nothing is linked.
    var floor: Float = 0.2

    static let standard = Association()

    /// Those of the nearest older units, best first, that are to be linked.
    func accepted(_ older: [OlderNeighbours.Neighbour]) -> [OlderNeighbours.Neighbour] {
        let older = older.prefix(candidates)
        guard !older.isEmpty else { return [] }
        let scores = older.map { Double($0.cosine) }
        var count = 0
        if let mixture = GaussianMixture(scores) { count = scores.count { mixture.probabilityOfHigh($0) > 0.5 } }
        if !share.contains(Double(count) / Double(scores.count)) {
            count = Int((Double(scores.count) * fallback).rounded(.up))
        }
        return older.prefix(count).filter { $0.cosine >= floor }
    }
}

/// The units that were there before another, and are near it.
enum OlderNeighbours {
    struct Neighbour: Equatable {
        let id: UnitID
        let cosine: Float
    }

    /// The nearest units of the same kind that came before, nearest first, archived ones among them.
    static func find(
        of id: UnitID, _ vector: [Float], in writer: inout NamespaceWriter
    ) throws -> [Neighbour] {
        guard let collection = try writer.collection(id.kind) else { return [] }
        // Its own session and what came in the same transaction crowd the nearest: twice as many are looked at.
        let found = try collection.search(vector, SearchOptions(k: 2 * Association.standard.candidates))
        return found.compactMap { neighbor in
            guard let other = UnitID(id.kind, neighbor.id), other < id else { return nil }
            return Neighbour(id: other, cosine: 1 - neighbor.distance)
        }
    }
}
