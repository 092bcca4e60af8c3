// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@Suite struct QueryStateTests {
    static let dimensions = [1, 2, 3, 63, 65, 127, 129, 256, 300]

    /// Distances of all rows by one level or by both, in true units.
    static func distances(_ query: QueryState, of coded: CodedVectors, bothLevels: Bool) -> [Float] {
        let rows: [UnsafePointer<UInt8>?] = (0..<coded.source.count).map { UnsafePointer(coded.codes[$0]) }
        defer { withExtendedLifetime(coded) {} }
        var output = [Float](repeating: .nan, count: rows.count)
        if bothLevels, let residuals = coded.residuals {
            let residualRows: [UnsafePointer<UInt8>?] = rows.indices.map { UnsafePointer(residuals[$0]) }
            query.secondLevel(rows: rows, residuals: residualRows, count: rows.count, output: &output)
        } else {
            query.firstLevel(rows, count: rows.count, output: &output)
        }
        return output.map(query.finish)
    }

    /// How far a distance may be from the one between the query as given and the decoded vector.
    ///
    /// A coded query q of largest component m is rounded to units of u = m / 127 (8 bits) or m / 32,512 (16 bits), so q' is
    /// at most e = √d · u / 2 away. Squared L2 changes by at most 2 ‖q - x‖ e + e², the inner product by ‖x‖ e, where x is
    /// the decoded vector about the mean. Kernels add four terms in single precision, each of which may be larger than
    /// their sum: low · Σq is as large as √d · |low| · ‖q‖, and step · D is no larger than that and |⟨q, x⟩| together.
    private func tolerance(
        _ coded: CodedVectors, row: Int, query: [Double], decoded: [Double], units: Double
    ) -> Double {
        let mean = coded.space.mean.doubles
        let centredQuery = coded.space.metric == .l2 ? DoubleMath.difference(query, mean) : query
        let centred = DoubleMath.difference(decoded, mean)
        let queryLength = DoubleMath.length(centredQuery)
        let length = DoubleMath.length(centred)
        let root = Double(query.count).squareRoot()
        let largest = largestCoded(coded, query: query) / Double(coded.space.scale)
        let error = root * largest / units / 2
        let quantization =
            coded.space.metric == .l2
            ? 2 * DoubleMath.length(DoubleMath.difference(query, decoded)) * error + error * error : length * error
        let low = abs(coded.reference(row).low) / Double(coded.space.scale)
        let terms = (queryLength + length) * (queryLength + length) + 4 * root * low * queryLength
        let whole = DoubleMath.length(query) * (DoubleMath.length(mean) + length)
        return quantization * 1.001 + 4e-6 * (terms + whole) + (coded.space.metric == .cosine ? 1e-6 : 0)
    }

    private func largestCoded(_ coded: CodedVectors, query: [Double]) -> Double {
        var values = query.map { Float($0) }
        if coded.space.metric == .l2 {
            coded.space.code(&values, kernels: Kernels.active)
        } else {
            _ = coded.space.codeUncentred(&values, kernels: Kernels.active)
        }
        return values.map { Double($0.magnitude) }.max() ?? 0
    }

    @Test(arguments: LVQCodingTests.kinds, Metric.allCases)
    func distancesAreThoseOfTheDecodedVectors(kind: Quantization, metric: Metric) throws {
        var generator = SeededGenerator("query \(kind) \(metric)")
        for dimension in Self.dimensions {
            let size: Float = [1e-12, 1, 1e6][generator.below(3)]
            let offset = generator.normals(dimension)
            let values = (0..<12 * dimension).map { (generator.normal() + offset[$0 % dimension]) * size }
            let coded = try CodedVectors(values, dimension: dimension, metric: metric, quantization: kind)
            let state = QueryState(layout: coded.layout, space: coded.space)
            for _ in 0..<2 {
                let given = (0..<dimension).map { (generator.normal() + offset[$0]) * size }
                try state.prepare(given)
                let query = metric == .cosine ? DoubleMath.normalised(given.doubles) : given.doubles
                for bothLevels in kind.residualBits > 0 ? [false, true] : [false] {
                    let distances = Self.distances(state, of: coded, bothLevels: bothLevels)
                    let units: Double = kind.firstLevelBits == 4 && !bothLevels ? 127 : 127 * 256
                    for row in 0..<12 {
                        let decoded = coded.decoded(row, bothLevels: bothLevels).doubles
                        let expected = DoubleMath.distance(metric, query, decoded)
                        let bound = tolerance(coded, row: row, query: query, decoded: decoded, units: units)
                        // Squared lengths and cosine distances are cut off at 0.
                        let wanted = metric == .ip ? expected : max(0, expected)
                        #expect(
                            abs(Double(distances[row]) - wanted) <= bound,
                            "dimension \(dimension), size \(size), both \(bothLevels): \(distances[row]), \(wanted)")
                    }
                }
            }
        }
    }

    @Test(arguments: [Quantization.float32, .float16], Metric.allCases)
    func floatDistancesAreExactToRounding(kind: Quantization, metric: Metric) throws {
        var generator = SeededGenerator("query \(kind) \(metric)")
        for dimension in Self.dimensions {
            let coded = try CodedVectors(
                generator.normals(12 * dimension), dimension: dimension, metric: metric, quantization: kind)
            let state = QueryState(layout: coded.layout, space: coded.space)
            let given = generator.normals(dimension)
            try state.prepare(given)
            let query = metric == .cosine ? DoubleMath.normalised(given.doubles) : given.doubles
            let distances = Self.distances(state, of: coded, bothLevels: false)
            for row in 0..<12 {
                let decoded = coded.decoded(row).doubles
                let expected = DoubleMath.distance(metric, query, decoded)
                let sizes = DoubleMath.length(query) + DoubleMath.length(decoded)
                #expect(abs(Double(distances[row]) - expected) <= 1e-5 * sizes * sizes, "dimension \(dimension)")
            }
        }
    }

    /// The squares of such scales do not fit a float.
    @Test(arguments: LVQCodingTests.kinds)
    func tinyVectorsAreTold(kind: Quantization) throws {
        var generator = SeededGenerator("tiny \(kind)")
        let dimension = 33
        let values = generator.floats(20 * dimension).map { $0 * 1e-18 }
        let coded = try CodedVectors(values, dimension: dimension, metric: .l2, quantization: kind)
        let state = QueryState(layout: coded.layout, space: coded.space)
        for row in 0..<20 {
            try state.prepare(coded.vector(row))
            let distances = Self.distances(state, of: coded, bothLevels: true)
            let nearest = distances.indices.min { distances[$0] < distances[$1] }
            #expect(nearest == row)
            #expect(distances[(row + 1) % 20] > 0)
        }
        // Almost parallel vectors: cosine distances that are near 0, and no NaN.
        let near = try CodedVectors([1, 0, 1, 1e-20, 1, 2e-20], dimension: 2, metric: .cosine, quantization: kind)
        let nearState = QueryState(layout: near.layout, space: near.space)
        try nearState.prepare([1, 0])
        #expect(Self.distances(nearState, of: near, bothLevels: true).allSatisfy { $0 >= 0 && $0 < 1e-6 })
        try nearState.prepare([0, 1])
        #expect(Self.distances(nearState, of: near, bothLevels: true).allSatisfy { abs($0 - 1) < 1e-5 })
    }

    @Test func queriesThatCannotBeMeasuredAreRefused() throws {
        var generator = SeededGenerator("refused queries")
        let values = generator.floats(20 * 4).map { $0 * 1e-30 }
        for metric in Metric.allCases {
            let coded = try CodedVectors(values, dimension: 4, metric: metric, quantization: .lvq4x8)
            let state = QueryState(layout: coded.layout, space: coded.space)
            #expect(throws: IndexError.notFinite(row: nil, component: 2)) { try state.prepare([1, 2, .nan, 4]) }
            #expect(throws: IndexError.notFinite(row: nil, component: 3)) { try state.prepare([1, 2, 3, .infinity]) }
            #expect(throws: IndexError.tooLarge(row: nil, component: 1, limit: 1e15)) {
                try state.prepare([0, 2e15, 0, 0])
            }
            if metric == .cosine {
                #expect(throws: IndexError.zeroVector(row: nil)) { try state.prepare([0, 0, 0, 0]) }
            } else {
                try state.prepare([0, 0, 0, 0])
                // So much longer than the vectors that its square does not fit a float in their scale.
                let limit = VectorSpace.componentLimit / coded.space.scale
                #expect(throws: IndexError.tooLarge(row: nil, component: 1, limit: limit)) {
                    try state.prepare([0, 1e15, 0, 0])
                }
            }
            try state.prepare([0, -1e-30, 0, 0])
        }
    }
}
