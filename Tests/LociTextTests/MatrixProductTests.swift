// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociText

@Suite struct MatrixProductTests {
    /// The products of this build.
    private static var products: [any MatrixProduct] {
        #if OpenBLAS
        [PortableProduct(), OpenBLASProduct()]
        #else
        [PortableProduct()]
        #endif
    }

    @Test func productsAreThoseOfTheDefinition() {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(60) {
            let (rows, columns, depth) = (generator.below(12), generator.below(12), generator.below(40))
            let gaps = (0..<3).map { _ in generator.below(5) }
            let offsets = (0..<3).map { _ in generator.below(7) }
            let left = MatrixSlice(
                generator.floats(offsets[0] + rows * (depth + gaps[0])), offset: offsets[0], rows: rows,
                columns: depth, stride: depth + gaps[0])
            let right = MatrixSlice(
                generator.floats(offsets[1] + columns * (depth + gaps[1])), offset: offsets[1], rows: columns,
                columns: depth, stride: depth + gaps[1])
            let place = MatrixPlace(offset: offsets[2], stride: columns + gaps[2])
            for product in Self.products {
                var result = [Float](repeating: 99, count: offsets[2] + rows * (columns + gaps[2]))
                product.multiply(left, byTransposeOf: right, into: &result, at: place)
                for index in result.indices {
                    let row = index < offsets[2] ? -1 : (index - offsets[2]) / max(place.stride, 1)
                    let column = index < offsets[2] ? -1 : (index - offsets[2]) % max(place.stride, 1)
                    var expected = 99.0
                    if row >= 0, column < columns {
                        expected = 0
                        for step in 0..<depth {
                            expected +=
                                Double(left.values[left.offset + row * left.stride + step])
                                * Double(right.values[right.offset + column * right.stride + step])
                        }
                    }
                    #expect(abs(Double(result[index]) - expected) < 1e-5)
                }
            }
        }
    }

    @Test func rowsOfThePortableProductDoNotDependOnTheirCompany() {
        var generator = SeededGenerator()
        let (left, right) = (generator.floats(11 * 37), generator.floats(9 * 37))
        var whole = [Float](repeating: 0, count: 11 * 9)
        let matrix = MatrixSlice(right, rows: 9, columns: 37)
        let place = MatrixPlace(offset: 0, stride: 9)
        PortableProduct().multiply(
            MatrixSlice(left, rows: 11, columns: 37), byTransposeOf: matrix, into: &whole, at: place)
        for row in 0..<11 {
            var alone = [Float](repeating: 0, count: 9)
            PortableProduct().multiply(
                MatrixSlice(left, offset: row * 37, rows: 1, columns: 37), byTransposeOf: matrix, into: &alone,
                at: place)
            #expect(alone == Array(whole[row * 9..<(row + 1) * 9]))
        }
    }

    @Test func softmaxAndNormalizationAreThoseOfTheDefinition() {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(40) {
            let columns = 1 + generator.below(20)
            let values = generator.floats(2 * columns).map { $0 * 200 }
            var softened = values
            VectorMath.softmaxRows(&softened, rows: 2, columns: columns, factor: 0.5)
            let (scale, shift) = (generator.floats(columns), generator.floats(columns))
            var normal = values
            VectorMath.normalizeRows(&normal, rows: 2, scale: scale, shift: shift, epsilon: 1e-5)
            for row in 0..<2 {
                let own = values[row * columns..<(row + 1) * columns].map(Double.init)
                let powers = own.map { exponential(($0 - (own.max() ?? 0)) * 0.5) }
                let sum = powers.reduce(0, +)
                let mean = own.reduce(0, +) / Double(columns)
                let variance = own.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(columns)
                for column in 0..<columns {
                    #expect(abs(Double(softened[row * columns + column]) - powers[column] / sum) < 1e-6)
                    let expected =
                        (own[column] - mean) / (variance + 1e-5).squareRoot() * Double(scale[column])
                        + Double(shift[column])
                    #expect(abs(Double(normal[row * columns + column]) - expected) < 1e-4)
                }
            }
        }
    }

    @Test func geluIsThatOfTheDefinition() {
        // Of scipy.special.erf, in double.
        let known: [(Float, Float)] = [
            (-100, 0), (-10, 0), (-5, -1.433_257_9e-6), (-3, -0.004_049_694), (-1, -0.158_655_25),
            (-0.5, -0.154_268_77),
            (-0.1, -0.046_017_216), (0, 0), (0.1, 0.053_982_784), (0.5, 0.345_731_23), (1, 0.841_344_75),
            (2, 1.954_499_7),
            (3, 2.995_950_3), (10, 10), (100, 100),
        ]
        var values = known.map(\.0)
        VectorMath.gelu(&values, count: values.count)
        for (value, (argument, expected)) in zip(values, known) {
            #expect(abs(value - expected) < 1e-6, "gelu(\(argument))")
        }
    }

    /// e to a power of 0 or less, by squaring the series of a small part of it.
    private func exponential(_ power: Double) -> Double {
        var (term, sum) = (1.0, 1.0)
        for step in 1..<20 {
            term *= power / 1_024 / Double(step)
            sum += term
        }
        for _ in 0..<10 { sum *= sum }
        return sum
    }
}
