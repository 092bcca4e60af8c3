// Loci, Apache License 2.0.

/// The merges of byte-pair encoding in long pieces, such as a megabyte without a blank: a linked list of the symbols, and a queue
/// of the pairs in it.
struct BytePairQueue {
    /// A pair that was there when it was put in. It counts only if it still is.
    private struct Candidate {
        let rank: Int32
        let left: Int32
        let leftToken: Int32
        let rightToken: Int32

        @inline(__always)
        func precedes(_ other: Candidate) -> Bool {
            rank != other.rank ? rank < other.rank : left < other.left
        }
    }

    /// A binary heap: each element precedes those at twice its place, counted from 1.
    private var heap: [Candidate] = []

    /// Merges the pair of the lowest rank, of these the leftmost, until there is none.
    ///
    /// - Complexity: O(n log n)
    static func merge(_ symbols: inout [Int32], _ pairs: PairTable) {
        var queue = BytePairQueue()
        let count = symbols.count
        var next = (0..<count).map { Int32($0 + 1) }
        var previous = (0..<count).map { Int32($0 - 1) }
        var isGone = [Bool](repeating: false, count: count)
        for left in 0..<max(count - 1, 0) { queue.add(left, left + 1, symbols, pairs) }
        while let candidate = queue.removeFirst() {
            let left = Int(candidate.left)
            let right = Int(next[left])
            guard !isGone[left], right < count, symbols[left] == candidate.leftToken,
                symbols[right] == candidate.rightToken, let merge = pairs.merge(symbols[left], symbols[right])
            else { continue }
            symbols[left] = merge.token
            isGone[right] = true
            let after = Int(next[right])
            next[left] = Int32(after)
            if after < count {
                previous[after] = Int32(left)
                queue.add(left, after, symbols, pairs)
            }
            let before = Int(previous[left])
            if before >= 0 { queue.add(before, left, symbols, pairs) }
        }
        var kept: [Int32] = []
        for index in symbols.indices where !isGone[index] { kept.append(symbols[index]) }
        symbols = kept
    }

    private mutating func add(_ left: Int, _ right: Int, _ symbols: [Int32], _ pairs: PairTable) {
        guard let merge = pairs.merge(symbols[left], symbols[right]) else { return }
        heap.append(
            Candidate(rank: merge.rank, left: Int32(left), leftToken: symbols[left], rightToken: symbols[right]))
        var place = heap.count
        while place > 1, heap[place - 1].precedes(heap[place / 2 - 1]) {
            heap.swapAt(place - 1, place / 2 - 1)
            place /= 2
        }
    }

    private mutating func removeFirst() -> Candidate? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if heap.isEmpty { return first }
        heap[0] = last
        var place = 1
        while true {
            var least = place
            for child in [2 * place, 2 * place + 1]
            where child <= heap.count && heap[child - 1].precedes(heap[least - 1]) {
                least = child
            }
            if least == place { return first }
            heap.swapAt(place - 1, least - 1)
            place = least
        }
    }
}
