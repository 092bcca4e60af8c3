// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

@Suite struct SpanningTreeTests {
    private func parents(_ lists: [[UInt32]], degree: Int = 3, entryPoint: UInt32 = 0) -> [UInt32] {
        let adjacency = OwnedRecords(count: lists.count, stride: Adjacency.stride(maximumDegree: degree))
        for (slot, list) in lists.enumerated() {
            for place in 0..<degree {
                UnsafeMutableRawPointer(adjacency[slot]).storeBytes(
                    of: (place < list.count ? list[place] : Adjacency.unused).littleEndian, toByteOffset: place * 4,
                    as: UInt32.self)
            }
        }
        let records = SpanningTree.parents(
            in: adjacency.records, count: lists.count, maximumDegree: degree, entryPoint: entryPoint)
        return withExtendedLifetime((adjacency, records)) {
            (0..<UInt32(lists.count)).map { SpanningTree.parent(of: $0, in: records.records) }
        }
    }

    @Test func theFirstThatLeadsToAVertexIsItsParent() {
        let none = SpanningTree.none
        // 4 is named by 1, 3 and 2: 3 comes before 1 in the list of the entry point.
        #expect(parents([[3, 1], [2, 4, 0], [4, 0], [0, 4], [1]]) == [none, 0, 1, 0, 3])
        // From elsewhere; one that is not reached has no parent, and what is no slot is passed over.
        #expect(parents([[1], [9, 2], [1, 2], [0]], entryPoint: 1) == [none, none, 1, none])
        // A list of all places.
        #expect(parents([[1, 2, 3], [], [], []]) == [none, 0, 0, 0])
        #expect(parents([[]]) == [none])
    }

    @Test func builtGraphsHaveTheirTree() throws {
        var generator = SeededGenerator("trees of built graphs")
        for count in [1, 2, 5, 40, 900] {
            for values in [
                generator.normals(count * 4), TestVectors.equal(count: count, dimension: 4, &generator),
            ] {
                let coded = try CodedVectors(values, dimension: 4, metric: .l2, quantization: .lvq8)
                let graph = try coded.graph(BuildParameters(maximumDegree: 5, window: 12))
                defer { withExtendedLifetime((coded, graph)) {} }
                #expect(graph.parents.count == count)
                #expect(GraphInvariants.violations(of: coded.view(graph, maximumDegree: 5)).isEmpty)
                // Breadth-first: no edge leads from a vertex to one that is two levels deeper.
                func depth(_ vertex: UInt32) -> Int {
                    var (vertex, depth) = (vertex, 0)
                    while vertex != graph.entryPoint {
                        vertex = SpanningTree.parent(of: vertex, in: graph.parents.records)
                        depth += 1
                    }
                    return depth
                }
                for vertex in 0..<UInt32(count) {
                    let neighbours = Adjacency.neighbours(graph.adjacency[Int(vertex)], maximumDegree: 5)
                    #expect(neighbours.allSatisfy { depth($0) <= depth(vertex) + 1 })
                }
            }
        }
    }

    @Test func theSameTreeOnAnyNumberOfThreads() throws {
        var generator = SeededGenerator("the same tree")
        let coded = try CodedVectors(generator.normals(700 * 6), dimension: 6, metric: .cosine, quantization: .lvq8)
        let trees = try [1, 2, 5].map { threads in
            let parents = try coded.graph(BuildParameters(maximumDegree: 8, window: 16), threads: threads).parents
            return Array(UnsafeBufferPointer(start: parents.base, count: parents.count * parents.stride))
        }
        #expect(trees[1] == trees[0] && trees[2] == trees[0])
    }
}
