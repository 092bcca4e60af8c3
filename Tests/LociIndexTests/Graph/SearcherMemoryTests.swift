// Loci, Apache License 2.0.
//
// Made for Linux: it takes away the memory of a process of its own, which other systems' allocators do not allow.
#if canImport(Glibc)
import Glibc
import LociIndex
import Testing

import TestSupport
@Suite struct SearcherMemoryTests {
    /// After a first query of each size there is no memory left to take: a search that allocates ends the process.
    @Test func searchesDoNotAllocateInTheSteadyState() async {
        await #expect(processExitsWith: .success) {
            var generator = SeededGenerator("no allocation")
            let dimension = 24
            for kind in [Quantization.float32, .float16, .lvq8, .lvq4, .lvq4x4, .lvq4x8] {
                let values = generator.normals(300 * dimension)
                let coded = try CodedVectors(values, dimension: dimension, metric: .cosine, quantization: kind)
                let graph = try coded.graph(BuildParameters(maximumDegree: 8, window: 16))
                defer { withExtendedLifetime((coded, graph)) {} }
                let view = coded.view(graph, maximumDegree: 8)
                let searcher = Searcher(layout: coded.layout, space: coded.space)
                let queries = generator.normals(50 * dimension)
                var slots = [UInt32](repeating: 0, count: 20)
                var distances = [Float](repeating: 0, count: 20)
                func run(_ rounds: Int) throws -> Int {
                    var found = 0
                    for index in 0..<rounds {
                        let query = queries.span.extracting(index % 50 * dimension..<(index % 50 + 1) * dimension).bytes
                        found += try searcher.search(
                            query, in: view, count: 1 + index % 20, reach: .window(10 + index % 30), slots: &slots,
                            distances: &distances)
                        if index % 10 == 0 {
                            found += try searcher.search(
                                query, in: view, count: 20, reach: .everything(), slots: &slots,
                                distances: &distances)
                        }
                    }
                    return found
                }
                let expected = try run(1000)
                let hoard = MemoryHoard()
                let found = try run(1000)
                hoard.release()
                precondition(found == expected)
            }
        }
    }
}

/// All memory that the allocator can give, taken: until it is released, an allocation fails.
private struct MemoryHoard {
    private let limit: rlimit
    private var first: UnsafeMutableRawPointer?

    init() {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        self.limit = limit
        var none = limit
        none.rlim_cur = 0
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &none)
        // From large to small, until not even the smallest is left; each block points at the one before. Freed blocks of
        // up to about a thousand bytes wait in lists of their own size, so each of these sizes is asked for.
        var size = 1 << 20
        while size >= 16 {
            while let block = malloc(size) {
                block.storeBytes(of: first, as: UnsafeMutableRawPointer?.self)
                first = block
            }
            size = size > 2048 ? size / 2 : size - 8
        }
    }

    func release() {
        var limit = limit
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        var next = first
        while let block = next {
            next = block.load(as: UnsafeMutableRawPointer?.self)
            free(block)
        }
    }
}
#endif
