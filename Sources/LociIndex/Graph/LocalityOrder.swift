// Loci, Apache License 2.0.

import CVectorKernels

/// An order of vectors in which those that are near each other stand near each other, so that a walk, which goes from near
/// to near, finds the next records on pages and in cache lines that it has been at.
///
/// Halves of halves, down to a few vectors: two that lie far apart are taken, and a vector belongs to the half of the one
/// that it is nearer to, by the median of the differences (as random projection trees split: Dasgupta and Freund, STOC
/// 2008).
package struct LocalityOrder {
    private let vectors: BuildVectors
    private var rows: [UInt32]
    private var query: BuildQuery
    private var pointers: [UnsafePointer<UInt8>?]
    private var toFirst: [Float]
    private var toSecond: [Float]
    private var generator: SplitMix64

    /// Fewer are left as they are: about as many records as a page holds.
    private static let leafCount = 16
    /// How many vectors the far pair and the median are looked for among.
    private static let sampleCount = 64

    /// - Returns: The rows of a source in such an order; the same for the same rows and seed.
    /// - Throws: What the source throws; `IndexError.cancelled`.
    /// - Complexity: O(n log n · dimension) time, and the dimension and about 24 bytes of memory a vector.
    package static func rows(
        of source: some VectorSource, space: VectorSpace, seed: UInt64, threads: Int, observer: some BuildObserver
    ) throws -> [Int] {
        let vectors = try BuildVectors(source: source, space: space, threads: threads, observer: observer)
        var order = LocalityOrder(vectors: vectors, seed: seed)
        defer { order.query.deallocate() }
        try order.sort(observer: observer)
        return order.rows.map { Int($0) }
    }

    private init(vectors: BuildVectors, seed: UInt64) {
        self.vectors = vectors
        rows = [UInt32](0..<UInt32(vectors.count))
        query = BuildQuery(layout: vectors.layout)
        pointers = [UnsafePointer<UInt8>?](repeating: nil, count: vectors.count)
        toFirst = [Float](repeating: 0, count: vectors.count)
        toSecond = toFirst
        generator = SplitMix64(seed: seed)
    }

    private mutating func sort(observer: some BuildObserver) throws(IndexError) {
        var waiting = [0..<rows.count]
        while let range = waiting.popLast() {
            if observer.isCancelled { throw .cancelled }
            guard range.count > Self.leafCount else { continue }
            let middle = split(range)
            waiting.append(middle..<range.upperBound)
            waiting.append(range.lowerBound..<middle)
        }
    }

    /// Parts a range in two.
    /// - Returns: Where the second half begins; neither is empty.
    private mutating func split(_ range: Range<Int>) -> Int {
        let start = rows[range.lowerBound + generator.next(below: range.count)]
        let first = farthest(from: start, in: range)
        let second = farthest(from: first, in: range)
        measure(from: first, range, into: \.toFirst)
        measure(from: second, range, into: \.toSecond)
        var differences = [Float](repeating: 0, count: range.count)
        for place in range { differences[place - range.lowerBound] = toFirst[place] - toSecond[place] }
        let sample = (0..<min(range.count, 4 * Self.sampleCount)).map {
            differences[$0 * range.count / min(range.count, 4 * Self.sampleCount)]
        }
        let median = sample.sorted()[sample.count / 2]
        // In their order, so that the result is one of the rows and the seed alone.
        var (near, far): ([UInt32], [UInt32]) = ([], [])
        for place in range {
            // Written so that what is no number goes to one side.
            if differences[place - range.lowerBound] < median {
                near.append(rows[place])
            } else {
                far.append(rows[place])
            }
        }
        // Of equal vectors none is nearer.
        guard !near.isEmpty, !far.isEmpty else { return range.lowerBound + range.count / 2 }
        rows.replaceSubrange(range, with: near + far)
        return range.lowerBound + near.count
    }

    /// The vector of a sample of a range that lies farthest from one.
    private mutating func farthest(from row: UInt32, in range: Range<Int>) -> UInt32 {
        let count = min(range.count, Self.sampleCount)
        let candidates = (0..<count).map { rows[range.lowerBound + $0 * range.count / count] }
        query.prepare(vectors.record(row))
        var distances = [Float](repeating: 0, count: count)
        let records = candidates.map { Optional(vectors.record($0)) }
        query.measure(records, count: count, output: &distances)
        var best = 0
        for index in 1..<count where distances[index] > distances[best] { best = index }
        return candidates[best]
    }

    /// Measures the vectors of a range from one of them.
    private mutating func measure(
        from row: UInt32, _ range: Range<Int>, into output: WritableKeyPath<LocalityOrder, [Float]>
    ) {
        query.prepare(vectors.record(row))
        for place in range { pointers[place] = vectors.record(rows[place]) }
        let query = query
        pointers.withUnsafeBufferPointer { pointers in
            self[keyPath: output].withUnsafeMutableBufferPointer { distances in
                guard let pointers = pointers.baseAddress, let distances = distances.baseAddress else { return }
                query.measure(pointers + range.lowerBound, count: range.count, output: distances + range.lowerBound)
            }
        }
    }
}
