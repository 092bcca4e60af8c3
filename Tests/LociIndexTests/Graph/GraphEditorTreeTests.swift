// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

/// Graphs in which every edge counts: lists hold nothing but children, so whatever is dropped is lost.
@Suite struct GraphEditorTreeTests {
    private static let degree = 4

    private static func vectors(_ count: Int, _ generator: inout SeededGenerator) throws -> CodedVectors {
        try CodedVectors(generator.normals(count * 4), dimension: 4, metric: .l2, quantization: .lvq8)
    }

    /// A tree of vertices 0 ..< count by the parent of each; a leaf names its parent, since a list must name something.
    private static func tree(
        _ vectors: CodedVectors, count: Int, capacity: Int, parent: (Int) -> Int
    ) throws -> EditedGraph {
        let graph = try EditedGraph(
            vectors, built: count, capacity: capacity, parameters: BuildParameters(maximumDegree: degree, window: 8))
        var children = [[UInt32]](repeating: [], count: count)
        for vertex in 1..<count { children[parent(vertex)].append(UInt32(vertex)) }
        try graph.set(
            entryPoint: 0, parents: [SpanningTree.none] + (1..<count).map { UInt32(parent($0)) },
            lists: children.enumerated().map { vertex, list in list.isEmpty ? [UInt32(parent(vertex))] : list })
        return graph
    }

    /// Each vertex has four children until there are no more.
    @Sendable private static func bush(_ vertex: Int) -> Int { (vertex - 1) / degree }
    /// Each vertex has one child.
    @Sendable private static func chain(_ vertex: Int) -> Int { vertex - 1 }
    /// A chain on which leaves hang, three a link.
    @Sendable private static func comb(_ vertex: Int) -> Int { (vertex - 1) / degree * degree }

    private static let shapes: [(name: String, parent: @Sendable (Int) -> Int)] = [
        ("bush", bush), ("chain", chain), ("comb", comb),
    ]

    @Test func removingAnyVertexOfABareTreeLosesNothing() throws {
        var generator = SeededGenerator("bare trees")
        let vectors = try Self.vectors(85, &generator)
        for (name, parent) in Self.shapes {
            for count in [2, 5, 21, 40] {
                for vertex in 0..<UInt32(count) {
                    let graph = try Self.tree(vectors, count: count, capacity: count, parent: parent)
                    #expect(graph.violations().isEmpty)
                    try graph.remove([vertex])
                    let violations = graph.violations()
                    #expect(violations.isEmpty, "\(name) of \(count) without \(vertex): \(violations.prefix(3))")
                }
            }
        }
    }

    @Test func removingABareTreePieceByPieceLosesNothing() throws {
        var generator = SeededGenerator("trees in pieces")
        let vectors = try Self.vectors(85, &generator)
        for (name, parent) in Self.shapes {
            for portion in [1, 2, 10, 85] {
                let graph = try Self.tree(vectors, count: 85, capacity: 85, parent: parent)
                while !graph.rows.isEmpty {
                    let live = graph.live
                    try graph.remove((0..<min(portion, live.count)).map { _ in live[generator.below(live.count)] })
                    let violations = graph.violations()
                    #expect(violations.isEmpty, "\(name) by \(portion), \(live.count): \(violations.prefix(3))")
                    if !violations.isEmpty { return }
                }
            }
        }
    }

    @Test func insertingIntoABareTreeLosesNothing() throws {
        var generator = SeededGenerator("trees that grow")
        let vectors = try Self.vectors(200, &generator)
        for (name, parent) in Self.shapes {
            for portion in [1, 5, 50] {
                let graph = try Self.tree(vectors, count: 85, capacity: 200, parent: parent)
                for start in stride(from: 85, to: 185, by: portion) {
                    try graph.insert(vectors, rows: Array(start..<start + portion))
                    let violations = graph.violations()
                    #expect(violations.isEmpty, "\(name) by \(portion), \(start): \(violations.prefix(3))")
                    if !violations.isEmpty { return }
                }
            }
        }
    }

    /// A list whose every edge leads to a child is never pruned, however near a new vector is.
    @Test func aStarKeepsItsChildren() throws {
        var generator = SeededGenerator("star")
        // The centre, four far ones, and then some that are all nearer to the centre than these.
        let far = (0..<4).flatMap { axis in (0..<4).map { $0 == axis ? Float(10) : 0 } }
        let values = [0, 0, 0, 0] + far + generator.floats(40 * 4).map { $0 * 0.1 }
        let vectors = try CodedVectors(values, dimension: 4, metric: .l2, quantization: .float32)
        let graph = try Self.tree(vectors, count: 5, capacity: 45) { _ in 0 }
        for row in 5..<45 {
            try graph.insert(vectors, rows: [row])
            #expect(graph.neighbours(of: 0) == [1, 2, 3, 4])
            #expect(graph.violations().isEmpty)
        }
        try graph.remove([0])
        #expect(graph.violations().isEmpty)
        #expect((1...4).contains(graph.entryPoint))
    }
}
