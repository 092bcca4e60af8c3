// Loci, Apache License 2.0.

/// The edges back to a batch of new vertices, grouped by the vertex that they start from.
struct BackEdges: Sendable {
    private let groups: [Range<Int>]
    private let edges: [Edge]

    private struct Edge {
        let from: UInt32
        /// Distance and slot of the new vertex.
        let key: UInt64
    }

    /// - Parameters:
    ///   - batch: The new vertices.
    ///   - degree: The most edges of one.
    ///   - forward: Gives the edges of the vertex of a place in the batch, counted from 0, as keys of a search buffer.
    init(of batch: some Collection<UInt32>, degree: Int, forward: (_ place: Int, _ keys: inout [UInt64]) -> Void) {
        var edges: [Edge] = []
        edges.reserveCapacity(batch.count * degree)
        var keys: [UInt64] = []
        for (place, vertex) in batch.enumerated() {
            forward(place, &keys)
            for key in keys {
                let back = SearchBuffer.key(distance: SearchBuffer.distance(key), slot: vertex)
                edges.append(Edge(from: SearchBuffer.slot(key), key: back))
            }
        }
        edges.sort { ($0.from, $0.key) < ($1.from, $1.key) }
        var groups: [Range<Int>] = []
        var start = 0
        for index in edges.indices where index + 1 == edges.count || edges[index + 1].from != edges[index].from {
            groups.append(start..<index + 1)
            start = index + 1
        }
        self.edges = edges
        self.groups = groups
    }

    var groupCount: Int { groups.count }

    /// A vertex, and the keys of its new neighbours.
    subscript(group: Int) -> (vertex: UInt32, added: [UInt64]) {
        let range = groups[group]
        return (edges[range.lowerBound].from, edges[range].map(\.key))
    }
}
