// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@Suite struct GraphBuilderTests {
    /// Builds, and checks all that must hold of a graph.
    private func check(
        _ values: [Float], dimension: Int, metric: Metric = .l2, degree: Int = 32, window: Int = 40, _ what: String
    ) throws {
        let coded = try CodedVectors(values, dimension: dimension, metric: metric, quantization: .lvq8)
        let graph = try coded.graph(BuildParameters(maximumDegree: degree, window: window))
        defer { withExtendedLifetime((coded, graph)) {} }
        let violations = GraphInvariants.violations(of: coded.view(graph, maximumDegree: degree))
        #expect(violations.isEmpty, "\(what): \(violations.prefix(3))")
    }

    private static func bytes(_ graph: GraphBuilder.Graph) -> [UInt8] {
        withExtendedLifetime(graph) {
            Array(
                UnsafeBufferPointer(start: graph.adjacency.base, count: graph.adjacency.count * graph.adjacency.stride))
        }
    }

    @Test(arguments: [4, 5, 16, 32])
    func invariantsHoldForSmallCollections(degree: Int) throws {
        var generator = SeededGenerator("small graphs \(degree)")
        for count in 1...40 {
            for metric in Metric.allCases {
                try check(
                    generator.normals(count * 6), dimension: 6, metric: metric, degree: degree, "\(count) \(metric)")
            }
            try check(
                TestVectors.equal(count: count, dimension: 3, &generator), dimension: 3, degree: degree,
                "\(count) equal")
        }
    }

    @Test(arguments: [4, 32])
    func invariantsHoldForHardShapes(degree: Int) throws {
        var generator = SeededGenerator("hard graphs \(degree)")
        let shapes: [(String, [Float], Int)] = [
            ("random", generator.normals(600 * 10), 10),
            ("clustered", TestVectors.clustered(count: 800, dimension: 8, clusters: 10, spread: 0.001, &generator), 8),
            ("half duplicates", TestVectors.halfDuplicates(count: 600, dimension: 8, &generator), 8),
            ("one dimension", generator.normals(600), 1),
            ("few values", (0..<800).map { _ in Float(generator.below(5)) + 1 }, 1),
            ("collinear", TestVectors.collinear(count: 600, dimension: 8, &generator), 8),
            ("all equal", TestVectors.equal(count: 600, dimension: 8, &generator), 8),
        ]
        for (name, values, dimension) in shapes {
            for metric in Metric.allCases {
                try check(values, dimension: dimension, metric: metric, degree: degree, "\(name), \(metric)")
            }
        }
    }

    @Test func invariantsHoldForFiveThousandEqualVectors() throws {
        var generator = SeededGenerator("equal graph")
        try check(
            TestVectors.equal(count: 5000, dimension: 4, &generator), dimension: 4, degree: 16, window: 16, "equal")
    }

    @Test func invariantsHoldWhereEveryListIsFull() throws {
        // Lists of 4 that all are full leave no room for what cannot be reached: it is spliced into an edge.
        var generator = SeededGenerator("full lists")
        for _ in 0..<3 {
            let values =
                TestVectors.equal(count: 300, dimension: 2, &generator)
                + TestVectors.clustered(count: 300, dimension: 2, clusters: 20, spread: 0, &generator)
            try check(values, dimension: 2, degree: 4, window: 4, "full lists")
        }
    }

    @Test(arguments: Metric.allCases)
    func theSameBytesOnAnyNumberOfThreads(metric: Metric) throws {
        var generator = SeededGenerator("build threads \(metric)")
        let values = TestVectors.clustered(count: 900, dimension: 12, clusters: 20, &generator)
        let coded = try CodedVectors(values, dimension: 12, metric: metric, quantization: .lvq4x8)
        let parameters = BuildParameters(maximumDegree: 16, window: 24, seed: 5)
        let first = try coded.graph(parameters, threads: 1)
        for threads in [1, 2, 3, 8] {
            let other = try coded.graph(parameters, threads: threads)
            #expect(other.entryPoint == first.entryPoint)
            #expect(Self.bytes(other) == Self.bytes(first), "\(threads) threads")
        }
        // A number that makes no sense is one.
        #expect(Self.bytes(try coded.graph(parameters, threads: 0)) == Self.bytes(first))
        let otherSeed = try coded.graph(BuildParameters(maximumDegree: 16, window: 24, seed: 6))
        #expect(Self.bytes(otherSeed) != Self.bytes(first))
    }

    @Test(arguments: [BuildStage.preparing, .linking, .connecting])
    func theObserverCanStopIt(stage: BuildStage) throws {
        var generator = SeededGenerator("stopped build")
        let coded = try CodedVectors(generator.normals(200 * 4), dimension: 4, metric: .l2, quantization: .lvq8)
        #expect(throws: IndexError.cancelled) {
            try GraphBuilder.build(
                source: coded.source, space: coded.space, parameters: BuildParameters(), threads: 2,
                observer: StoppingObserver(stage: stage))
        }
    }

    @Test func learningCanBeStopped() throws {
        let source = try VectorArray([1, 2, 3], dimension: 1)
        #expect(throws: IndexError.cancelled) {
            try VectorSpace.learn(
                from: source, metric: .l2, quantization: .lvq8, seed: 1, admission: Admission(componentLimit: 1),
                threads: 1,
                observer: StoppingObserver(stage: .learning))
        }
    }

    @Test func parametersOutOfRangeAreRefused() throws {
        let source = try VectorArray([1, 2, 3, 4], dimension: 1)
        func build(_ parameters: BuildParameters, _ metric: Metric = .l2) throws {
            _ = try GraphBuilder.build(
                source: source, space: .identity(dimension: 1, metric: metric), parameters: parameters, threads: 1,
                observer: SilentObserver())
        }
        func name(_ body: () throws -> Void) -> String? {
            do {
                try body()
                return nil
            } catch IndexError.parameter(let name, _, _) {
                return name
            } catch {
                return "\(error)"
            }
        }
        for degree in [Int.min, -1, 0, 3, 513, .max] {
            #expect(name { try build(BuildParameters(maximumDegree: degree, window: 600)) } == "degree")
        }
        for window in [Int.min, 0, 31, 10_001, .max] {
            #expect(name { try build(BuildParameters(maximumDegree: 32, window: window)) } == "build window")
        }
        for alpha: Float in [.nan, .infinity, 0, -1, 10.5] {
            for metric in Metric.allCases {
                #expect(name { try build(BuildParameters(alpha: alpha), metric) } == "alpha")
            }
        }
        #expect(name { try build(BuildParameters(alpha: 0.9), .l2) } == "alpha")
        #expect(name { try build(BuildParameters(alpha: 1.1), .ip) } == "alpha")
        #expect(name { try build(BuildParameters(alpha: 0.9), .cosine) } == nil)
        #expect(name { try build(BuildParameters(maximumDegree: 4, window: 4, alpha: 1), .l2) } == nil)
        #expect(name { try build(BuildParameters(maximumDegree: 512, window: 10_000, alpha: 1), .ip) } == nil)
        #expect(try BuildParameters(alpha: 0.5).effectiveAlpha(.cosine) == 2)
    }

    @Test func sourcesThatDoNotFitAreRefused() throws {
        func build(_ source: some VectorSource) throws {
            _ = try GraphBuilder.build(
                source: source, space: .identity(dimension: 2, metric: .l2), parameters: BuildParameters(), threads: 2,
                observer: SilentObserver())
        }
        #expect(throws: IndexError.empty) { try build(try VectorArray([], dimension: 2)) }
        #expect(throws: IndexError.dimensionMismatch(found: 3, expected: 2)) {
            try build(try VectorArray([1, 2, 3], dimension: 3))
        }
        #expect(throws: IndexError.tooManyVectors(count: 1 << 31, limit: Int(Int32.max))) {
            try build(FunctionSource(count: 1 << 31, dimension: 2) { _ in [0, 0] })
        }
        #expect(throws: IndexError.cancelled) {
            try build(FunctionSource(count: 10, dimension: 2) { _ in throw IndexError.cancelled })
        }
    }
}
