// Loci, Apache License 2.0.

import Loci

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// MemGAS's router (arXiv 2505.19549, §3.3): each granularity votes for sessions, and counts the more, the less its votes are spread,
/// by the inverse of their entropy. The released code of that paper has 1 − H in its place, which turns the weights about where there
/// are more than a few sessions; this is the form of the paper.
struct GranularityRouter {
    /// How flat the votes are made before their entropy is taken.
    private static let temperature = 0.2
    private static let votes = 50
    /// What the router can give, as a share of the distance between the best and the median score.
    private static let share = 0.5
    private static let granularities: [UnitKind] = [.session, .block, .summary, .keyword, .questionAnswer]

    let reader: NamespaceReader
    let vector: [Float]

    func run(on pool: inout RecallPool) throws {
        var routes: [(weight: Double, votes: [UInt32: Double])] = []
        for kind in Self.granularities {
            guard let collection = try reader.collection(kind), try collection.count > 1 else { continue }
            var best: [UInt32: Double] = [:]
            for neighbor in try collection.neighbours(of: vector, SearchOptions(k: Self.votes)) {
                guard let id = UnitID(kind, neighbor.id) else { continue }
                best[id.session] = max(best[id.session] ?? -1, Double(1 - neighbor.distance))
            }
            let entropy = Self.entropy(best.sorted { $0.key < $1.key }.map(\.value))
            routes.append((1 / max(entropy, 1e-6), best))
        }
        let total = routes.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return }
        let scale = Self.share * pool.spread
        for place in pool.items.indices {
            let session = pool.items[place].id.session
            let vote = routes.reduce(0) { $0 + $1.weight / total * ($1.votes[session] ?? 0) }
            pool.add(scale * vote, by: .router, to: place)
        }
    }

    static func entropy(_ scores: [Double]) -> Double {
        guard let greatest = scores.max() else { return 0 }
        let shares = scores.map { exp(($0 - greatest) / temperature) }
        let total = shares.reduce(0, +)
        return -shares.reduce(0) { $0 + ($1 / total) * log($1 / total) }
    }
}
