// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

@Suite struct SketchTests {
    /// A record read by the format's description.
    private struct Record {
        let norm: Float
        let factor: Double
        let error: Double
        let signs: [Double]
        let bytes: [UInt8]

        init(_ bytes: [UInt8], dimension: Int) {
            func half(_ offset: Int) -> Double {
                ReferenceRecord.half(UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8)
            }
            norm = Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[$1]) << (8 * UInt32($1)) })
            factor = half(4)
            error = half(6)
            signs = (0..<dimension).map { bytes[8 + $0 / 8] >> UInt8($0 % 8) & 1 == 1 ? 1 : -1 }
            self.bytes = bytes
        }
    }

    private func sketch(_ values: [Float]) -> Record {
        let layout = SketchLayout(dimension: values.count)
        var bytes = [UInt8](repeating: 0xA5, count: layout.stride)
        layout.encode(values, to: &bytes)
        return Record(bytes, dimension: values.count)
    }

    @Test func layout() {
        for (dimension, bytes, stride, lines) in [
            (1, 9, 16, 1), (256, 40, 48, 1), (300, 46, 48, 1), (448, 64, 64, 1), (449, 65, 80, 2), (784, 106, 112, 2),
            (65_536, 8_200, 8_256, 129),
        ] {
            let layout = SketchLayout(dimension: dimension)
            #expect(layout.bytes == bytes && layout.stride == stride && layout.lines == lines, "\(dimension)")
        }
        for quantization in Quantization.allCases {
            let has = [Quantization.lvq4, .lvq4x4, .lvq4x8].contains(quantization)
            func sketches(_ dimension: Int) -> SketchLayout? {
                CodeLayout(quantization: quantization, dimension: dimension).sketches
            }
            #expect(sketches(255) == nil)
            #expect(sketches(256) == (has ? SketchLayout(dimension: 256) : nil))
        }
    }

    @Test(arguments: [1, 8, 9, 300, 784])
    func headersAndBits(dimension: Int) {
        var generator = SeededGenerator("sketches \(dimension)")
        let values = generator.normals(dimension).map { $0 * 30 }
        let record = sketch(values)
        let exact = values.doubles
        let magnitudes = exact.reduce(0) { $0 + $1.magnitude }
        let norm = DoubleMath.dot(exact, exact)
        #expect(record.norm == Float(norm))
        let factor = norm / magnitudes
        #expect(record.factor <= factor * (1 + 1e-7) && record.factor > factor * (1 - 0x1p-10))
        let cosine = magnitudes / (norm * Double(dimension)).squareRoot()
        let error =
            norm.squareRoot() * (max(0, 1 - cosine * cosine)).squareRoot() / cosine
            / Double(max(1, dimension - 1)).squareRoot()
        #expect(record.error >= error * (1 - 1e-6) - 1e-6 && record.error <= error * (1 + 0x1p-9) + 1e-6)
        #expect(record.signs == exact.map { $0 > 0 ? 1 : -1 })
        // All that is no bit of the vector is zero, whatever was there.
        let used = SketchLayout(dimension: dimension).bytes
        #expect(record.bytes[used...].allSatisfy { $0 == 0 })
        if dimension % 8 > 0 { #expect(record.bytes[used - 1] >> UInt8(dimension % 8) == 0) }
    }

    @Test func vectorsOfOneDirection() {
        let dimension = 300
        let zero = sketch([Float](repeating: 0, count: dimension))
        #expect(zero.bytes.allSatisfy { $0 == 0 })
        for value in [Float(2), -2, 65_504, 0x1p-12] {
            var oneHot = [Float](repeating: 0, count: dimension)
            oneHot[37] = value
            let record = sketch(oneHot)
            #expect(record.norm == value * value)
            #expect(record.factor == Double(value.magnitude))
            #expect(
                record.error >= Double(value.magnitude) * (1 - 1e-6) && record.error < 1.01 * Double(value.magnitude))
            #expect(record.signs.enumerated().allSatisfy { ($1 > 0) == (value > 0 && $0 == 37) })
        }
        // Its signs are the vector: nothing is estimated.
        for value in [Float(3), 65_504] {
            let even = sketch((0..<dimension).map { $0 % 3 == 0 ? value : -value })
            #expect(even.factor == Double(value) && even.error < 0.01 * Double(value))
        }
    }

    /// Of whatever shape, a vector whose components are at most 65,504 has a factor and an error of at most that.
    @Test func theLongestVectorsHaveFiniteHeaders() {
        var generator = SeededGenerator("longest sketches")
        let limit = VectorSpace.float16Limit
        for dimension in [256, 1_000, 65_536] {
            for share in [1, 2, dimension / 2, dimension] {
                var values = generator.floats(dimension).map { $0 * limit }
                for component in 0..<share { values[component] = component % 2 == 0 ? limit : -limit }
                for sparse in [false, true] {
                    if sparse { for component in share..<dimension { values[component] = 0 } }
                    let record = sketch(values)
                    #expect(record.norm.isFinite && record.norm > 0)
                    #expect(record.factor <= 65_504 && record.error <= 65_504)
                    record.bytes.withUnsafeBufferPointer {
                        guard let base = $0.baseAddress else { return }
                        #expect(SketchLayout.headerFault(base) == nil)
                    }
                }
            }
        }
    }

    /// Pairs of vectors and queries in a space of random rotations: spiky vectors, which a rotation evens out.
    private func forEachPair(
        _ pairs: Int, dimension: Int, _ generator: inout SeededGenerator, _ body: ([Double], Record, [Double]) -> Void
    ) {
        for pair in 0..<pairs {
            var vector = generator.normals(dimension).map { $0 * $0 * $0 * 50 }
            var query = generator.normals(dimension).map { $0 * 40 }
            let rotation = Rotation(dimension: dimension, seed: UInt64(pair))
            rotation.apply(&vector, kernels: Kernels.active)
            rotation.apply(&query, kernels: Kernels.active)
            body(vector.doubles, sketch(vector), query.doubles)
        }
    }

    /// RaBitQ's claims: the estimate of the inner product is right on average, and what it misses by is as likely as a
    /// normal distribution of the stored deviation says.
    @Test(arguments: [256, 300])
    func theEstimateIsUnbiasedAndMissesByItsError(dimension: Int) {
        var generator = SeededGenerator("sketch estimates \(dimension)")
        let pairs = 2_000
        var sum = 0.0
        var squares = 0.0
        var products = (estimated: 0.0, exact: 0.0)
        var below = [0.0: 0, 0.5: 0, 1: 0, 2: 0]
        forEachPair(pairs, dimension: dimension, &generator) { vector, record, query in
            let estimate = record.factor * DoubleMath.dot(query, record.signs)
            let deviation = DoubleMath.length(query) * record.error
            let missed = (estimate - DoubleMath.dot(query, vector)) / deviation
            sum += missed
            // Of a query that is near the vector: what is along it must be estimated right.
            let near = zip(query, vector).map { $0 + $1 }
            products.estimated += record.factor * DoubleMath.dot(near, record.signs)
            products.exact += DoubleMath.dot(near, vector)
            squares += missed * missed
            // A bound of a squared distance by k deviations is below it where the estimate is not too large by more.
            for k in below.keys where -missed <= k { below[k, default: 0] += 1 }
        }
        let mean = sum / Double(pairs)
        let spread = (squares / Double(pairs)).squareRoot()
        print("sketches of \(dimension): mean \(mean), spread \(spread), below \(below)")
        // Some four standard errors of 2,000 draws.
        #expect(abs(mean) < 0.1)
        #expect(abs(products.estimated / products.exact - 1) < 0.01)
        #expect(abs(spread - 1) < 0.06)
        for (k, share) in [0.0: 0.5, 0.5: 0.6915, 1: 0.8413, 2: 0.9772] {
            #expect(abs(Double(below[k] ?? 0) / Double(pairs) - share) < 0.05, "\(k)")
        }
    }

    /// The bounds that walks use, against distances to the vectors: below them in about the share that half a deviation
    /// has.
    @Test(arguments: Metric.allCases, [Quantization.lvq4, .lvq4x8])
    func boundsOfQueriesLieBelowTheDistances(metric: Metric, quantization: Quantization) throws {
        var generator = SeededGenerator("sketch bounds \(metric) \(quantization)")
        let dimension = 300
        let mean = generator.normals(dimension)
        func vector() -> [Float] { zip(generator.normals(dimension), mean).map { $0 + $1 } }
        let coded = try CodedVectors(
            (0..<200).flatMap { _ in vector() }, dimension: dimension, metric: metric, quantization: quantization)
        let sketches = try #require(coded.sketches)
        let rows: [UnsafePointer<UInt8>?] = (0..<200).map { UnsafePointer(sketches[$0]) }
        let query = QueryState(layout: coded.layout, space: coded.space)
        var bounds = [Float](repeating: .nan, count: rows.count)
        var below = 0
        for _ in 0..<30 {
            let given = vector()
            try query.prepare(given)
            query.sketchBounds(rows, count: rows.count, output: &bounds)
            let ready = metric == .cosine ? DoubleMath.normalised(given.doubles) : given.doubles
            for row in rows.indices {
                let stored = coded.vector(row).doubles
                let distance = DoubleMath.distance(
                    metric, ready, metric == .cosine ? DoubleMath.normalised(stored) : stored)
                // In the units of walks, in which distances may be below 0.
                let scale = Double(coded.space.scale)
                let bound = Double(bounds[row]) / scale / scale
                below += bound <= distance ? 1 : 0
            }
        }
        withExtendedLifetime(coded) {}
        let share = Double(below) / Double(30 * rows.count)
        print("bounds of \(metric), \(quantization): \(share) below")
        #expect(abs(share - 0.6915) < 0.05)
    }

    @Test func faultsOfHeaders() {
        var generator = SeededGenerator("sketch faults")
        let good = sketch(generator.normals(300)).bytes
        func fault(_ offset: Int, _ bytes: [UInt8]) -> String? {
            var bytes = bytes.isEmpty ? good : good[..<offset] + bytes + good[(offset + bytes.count)...]
            return SketchLayout.headerFault(&bytes)
        }
        #expect(fault(0, []) == nil)
        for number: [UInt8] in [[0, 0, 0xC0, 0x7F], [0, 0, 0x80, 0x7F], [0, 0, 0x80, 0xBF]] {
            #expect(fault(0, number)?.contains("norm") == true)
        }
        for half: [UInt8] in [[0, 0x7E], [0, 0x7C], [0, 0xBC]] {
            #expect(fault(4, half)?.contains("factor") == true)
            #expect(fault(6, half)?.contains("error") == true)
        }
    }
}
