// Loci, Apache License 2.0.

import LociIndex
import LociStorage

extension CollectionView {
    /// The rows that the graph's lists of a row name, each once, by the nearest of its vectors that are named.
    /// - Parameter slots: Those of the row.
    /// - Returns: Nearest first; none without a graph.
    /// - Throws: `IndexError.corrupt` for a slot that does not exist.
    /// - Complexity: O(degree · dimension) for each slot.
    func links(of slots: [UInt32]) throws -> [Neighbor] {
        guard let adjacency = graph.adjacency else { return [] }
        let own = Set(slots)
        var nearest: [VectorID: (slot: UInt32, distance: Float)] = [:]
        for slot in slots {
            let list = try Adjacency.neighbours(adjacency.record(slot), maximumDegree: graph.maximumDegree).filter {
                guard $0 < record.slots else {
                    throw IndexError.corrupt(
                        "slot \(slot) has the neighbour \($0), but there are \(record.slots) slots")
                }
                return graph.states?.isLive($0) ?? true && !own.contains($0)
            }
            var distances = [Float](repeating: 0, count: list.count)
            try withSearcher { searcher in
                try searcher.measure(
                    vector(at: slot).span.bytes, to: list, in: graph, asWalked: true, into: &distances)
            }
            for (neighbour, distance) in zip(list, distances) {
                let id = VectorID(bytes: try identifiers.identifier(at: neighbour))
                if let known = nearest[id], (known.distance, known.slot) <= (distance, neighbour) { continue }
                nearest[id] = (neighbour, distance)
            }
        }
        return nearest.sorted { ($0.value.distance, $0.value.slot) < ($1.value.distance, $1.value.slot) }
            .map { Neighbor(id: $0.key, distance: $0.value.distance) }
    }
}
