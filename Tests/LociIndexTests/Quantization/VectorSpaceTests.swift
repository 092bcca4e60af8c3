// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@Suite struct VectorSpaceTests {
    private func learn(
        _ source: some VectorSource, _ metric: Metric = .l2, limit: Float = VectorSpace.componentLimit, threads: Int = 2
    ) throws -> VectorSpace {
        try VectorSpace.learn(
            from: source, metric: metric, quantization: .lvq4, seed: 42, admission: Admission(componentLimit: limit),
            threads: threads,
            observer: SilentObserver())
    }

    @Test func badVectorsAreRefusedByRow() throws {
        for (value, expected): (Float, IndexError) in [
            (.nan, .notFinite(row: 1500, component: 3)),
            (.infinity, .notFinite(row: 1500, component: 3)),
            (-.infinity, .notFinite(row: 1500, component: 3)),
            (-1.1e15, .tooLarge(row: 1500, component: 3, limit: 1e15)),
        ] {
            var values = [Float](repeating: 1, count: 2000 * 5)
            values[1500 * 5 + 3] = value
            let source = try VectorArray(values, dimension: 5)
            for metric in Metric.allCases { #expect(throws: expected) { try learn(source, metric) } }
        }
        var values = [Float](repeating: 1, count: 2000 * 5)
        for component in 0..<5 { values[1500 * 5 + component] = 0 }
        let source = try VectorArray(values, dimension: 5)
        #expect(throws: IndexError.zeroVector(row: 1500)) { try learn(source, .cosine) }
        #expect(throws: Never.self) { try learn(source, .l2) }
        values[1500 * 5] = 65_505
        let tooLarge = try VectorArray(values, dimension: 5)
        #expect(throws: IndexError.tooLarge(row: 1500, component: 0, limit: 65_504)) {
            try learn(tooLarge, limit: VectorSpace.float16Limit)
        }
    }

    @Test func shapesAreRefused() throws {
        #expect(throws: IndexError.empty) { try learn(try VectorArray([], dimension: 5)) }
        #expect(throws: IndexError.dimension(found: 0, limit: 65_536)) {
            try learn(FunctionSource(count: 1, dimension: 0) { _ in [] })
        }
        #expect(throws: IndexError.dimension(found: 65_537, limit: 65_536)) {
            try learn(FunctionSource(count: 1, dimension: 65_537) { _ in [] })
        }
        #expect(throws: IndexError.tooManyVectors(count: 1 << 31, limit: Int(Int32.max))) {
            try learn(FunctionSource(count: 1 << 31, dimension: 1) { _ in [0] })
        }
        #expect(throws: IndexError.shape(values: 7, dimension: 2)) {
            try VectorArray([Float](repeating: 0, count: 7), dimension: 2)
        }
        #expect(throws: IndexError.shape(values: 0, dimension: 0)) { try VectorArray([], dimension: 0) }
    }

    @Test func theScaleIsAPowerOfTwoThatFitsTheLongest() throws {
        for exponent in -105...60 {
            for significand: Float in [1, 1.000_001, 1.999_999] {
                let length = Float(sign: .plus, exponent: exponent, significand: significand)
                let scale = VectorSpace.scale(forLength: length)
                #expect(scale.significand == 1)
                #expect(length * scale >= 512 && length * scale < 1024, "length \(length)")
            }
        }
        #expect(VectorSpace.scale(forLength: 0) == 1)
        #expect(VectorSpace.scale(forLength: .infinity) == 1)
    }

    @Test(arguments: [1e-30, 1e-10, 1, 1e7, 1e15] as [Float])
    func learningBringsTheLongestTo512(size: Float) throws {
        var generator = SeededGenerator("scale \(size)")
        let dimension = 24
        let values = generator.floats(50 * dimension).map { $0 * size }
        let space = try learn(try VectorArray(values, dimension: dimension))
        let lengths = (0..<50).map { row in
            DoubleMath.length(
                (0..<dimension).map { component in
                    let centred = Double(values[row * dimension + component]) - Double(space.mean[component])
                    return centred * Double(space.scale)
                })
        }
        let longest = try #require(lengths.max())
        #expect(longest >= 512 * (1 - 1e-5) && longest <= 1024 * (1 + 1e-5))
        for component in 0..<dimension {
            let mean = (0..<50).reduce(0.0) { $0 + Double(values[$1 * dimension + component]) } / 50
            #expect(abs(Double(space.mean[component]) - mean) <= Double(size) * 1e-6)
        }
    }

    @Test func aLongMeanBoundsTheScale() throws {
        // Differences of 1e-20 beside a mean of 1: scaled to 512, the mean's square would pass a float.
        let space = try learn(try VectorArray([1, 0, 1, 1e-20], dimension: 2))
        #expect(space.scale <= 0x1p40)
    }

    @Test(arguments: Metric.allCases)
    func learningDoesNotDependOnThreads(metric: Metric) throws {
        var generator = SeededGenerator("learning \(metric)")
        let dimension = 7
        // The second block takes off again what the first brings, and the rest is lost in its rounding if it comes between.
        let block = generator.floats(1024 * dimension).map { $0.magnitude * 1e15 }
        let values = block + block.map { -$0 } + generator.floats(7000 * dimension)
        let source = FunctionSource(count: values.count / dimension, dimension: dimension) { row in
            // The first block comes late where there are threads to overtake it.
            if row < 1024 { for _ in 0..<200 { _ = Flag() } }
            return Array(values[row * dimension..<(row + 1) * dimension])
        }
        let first = try learn(source, metric, threads: 1)
        for threads in [2, 3, 8] {
            let other = try learn(source, metric, threads: threads)
            #expect(other.mean.map(\.bitPattern) == first.mean.map(\.bitPattern))
            #expect(other.scale == first.scale)
        }
    }

    @Test func cosineNormalisesAnyLength() throws {
        var generator = SeededGenerator("normalise")
        for size: Float in [0x1p-140, 1e-36, 1e-20, 1, 1e15] {
            var vector = generator.floats(10).map { $0 * size }
            vector[0] = size
            let given = vector.doubles
            let space = VectorSpace.identity(dimension: 10, metric: .cosine)
            try space.admit(&vector, row: nil, kernels: Kernels.active)
            let error = DoubleMath.length(DoubleMath.difference(vector.doubles, DoubleMath.normalised(given)))
            #expect(error <= 1e-6, "size \(size)")
        }
    }

    @Test func codingIsUndoneAndKeepsProducts() throws {
        var generator = SeededGenerator("space")
        let dimension = 100
        let values = generator.floats(40 * dimension).map { $0 * 3 + 5 }
        let space = try learn(try VectorArray(values, dimension: dimension), .ip)
        let kernels = Kernels.active
        let query = generator.floats(dimension)
        var coded = query
        let meanProduct = space.codeUncentred(&coded, kernels: kernels)
        let square = Double(space.scale) * Double(space.scale)
        for row in 0..<40 {
            let vector = Array(values[row * dimension..<(row + 1) * dimension])
            var codedVector = vector
            space.code(&codedVector, kernels: kernels)
            let product = DoubleMath.dot(query.doubles, vector.doubles)
            let codedProduct = (DoubleMath.dot(coded.doubles, codedVector.doubles) + Double(meanProduct)) / square
            #expect(abs(product - codedProduct) <= 1e-5 * DoubleMath.length(vector.doubles) * 10)
            space.decode(&codedVector, kernels: kernels)
            let error = DoubleMath.length(DoubleMath.difference(codedVector.doubles, vector.doubles))
            #expect(error <= 1e-5 * DoubleMath.length(vector.doubles))
        }
    }
}
