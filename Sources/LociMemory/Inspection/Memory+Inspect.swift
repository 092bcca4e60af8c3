// Loci, Apache License 2.0.

package import Loci
import LociIndex

extension Memory {
    /// Looks into the memory as it is, and changes nothing.
    /// - Parameters:
    ///   - edges: How many links at most; of more, each is as likely to be taken as any other.
    ///   - seed: Which links.
    /// - Throws: `MemoryError.namespaceNotFound`, `.parameter`, `.corrupt`.
    /// - Complexity: O(sessions + links).
    public func inspect(edges: Int = 2_000, seed: UInt64 = 42) throws -> MemoryInspection {
        guard (0...1_000_000).contains(edges) else {
            throw MemoryError.parameter(name: "edges", value: "\(edges)", allowed: "from 0 to 1000000")
        }
        return try read { reader in
            var drawn = EdgeSample(limit: edges, seed: seed)
            try reader.forEachEdge { drawn.add($0) }
            return MemoryInspection(
                info: try reader.info(),
                sessions: try reader.sessions().map { _, record in
                    MemoryInspection.Session(
                        name: record.name, turns: Int(record.counts[.turn] ?? 0), first: record.first,
                        last: record.last)
                }, edges: drawn.sorted, weights: drawn.weights)
        }
    }
}

extension Memory {
    /// The collection of the units of a kind at a moment; nil where there is none.
    /// - Throws: `MemoryError.namespaceNotFound`.
    package func collection(_ kind: UnitKind, in view: DatabaseView) throws -> Collection? {
        try NamespaceReader(namespace, in: view).collection(kind)
    }
}

extension NamespaceReader {
    /// Calls `body` with every link once.
    fileprivate func forEachEdge(_ body: (MemoryInspection.Edge) -> Void) throws {
        try records.forEach(prefix: NamespaceKeys.edges) { key, value in
            let edge = try edge(key, value)
            // It is stored from both ends.
            if edge.from < edge.to {
                body(MemoryInspection.Edge(older: edge.from, newer: edge.to, weight: edge.weight))
            }
            return true
        }
    }
}

/// Links drawn from all that come, each as likely as any other (Vitter, algorithm R), and the weights of all.
private struct EdgeSample {
    private let limit: Int
    private var generator: SplitMix64
    private var seen = 0
    private var drawn: [MemoryInspection.Edge] = []
    private(set) var weights = [Int](repeating: 0, count: MemoryInspection.weightBins)

    init(limit: Int, seed: UInt64) {
        self.limit = limit
        generator = SplitMix64(seed: seed)
    }

    var sorted: [MemoryInspection.Edge] { drawn.sorted { ($0.older, $0.newer) < ($1.older, $1.newer) } }

    mutating func add(_ edge: MemoryInspection.Edge) {
        seen += 1
        // A damaged weight may be no number, which no comparison holds for.
        let place = edge.weight > 0 ? Int(min(edge.weight, 1) * Float(weights.count)) : 0
        weights[min(place, weights.count - 1)] += 1
        if drawn.count < limit { return drawn.append(edge) }
        let replaced = generator.next(below: seen)
        if replaced < limit { drawn[replaced] = edge }
    }
}
