// Loci, Apache License 2.0.

/// A document and how well it answers a query.
package struct ScoredSlot: Equatable, Sendable {
    /// The document.
    package let slot: UInt32
    /// Higher is better; above 0.
    package let score: Double
}

/// The best of the documents that were seen: a heap with the worst of them on top. Of two that are equally good, the lower slot is
/// better.
struct BestSlots {
    private let limit: Int
    private var heap: [ScoredSlot] = []

    init(limit: Int) { self.limit = limit }

    /// What a document of a higher slot than all before must exceed to be among the best.
    var threshold: Double {
        guard heap.count == limit, let worst = heap.first else { return -.infinity }
        return worst.score
    }

    private static func isWorse(_ left: ScoredSlot, _ right: ScoredSlot) -> Bool {
        left.score < right.score || left.score == right.score && left.slot > right.slot
    }

    /// Takes a document that exceeds the threshold.
    mutating func insert(_ item: ScoredSlot) {
        if heap.count < limit {
            heap.append(item)
            var child = heap.count - 1
            while child > 0, Self.isWorse(heap[child], heap[(child - 1) / 2]) {
                heap.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
            return
        }
        heap[0] = item
        var parent = 0
        while 2 * parent + 1 < heap.count {
            var child = 2 * parent + 1
            if child + 1 < heap.count, Self.isWorse(heap[child + 1], heap[child]) { child += 1 }
            guard Self.isWorse(heap[child], heap[parent]) else { break }
            heap.swapAt(child, parent)
            parent = child
        }
    }

    /// The best first.
    var sorted: [ScoredSlot] { heap.sorted { Self.isWorse($1, $0) } }
}
