// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@Suite struct RotationTests {
    static let largeDimensions = [384, 511, 512, 513, 768, 784, 1000, 1023, 1024, 1025, 1536, 4095, 4096]

    private func rotated(_ values: [Float], by rotation: Rotation) -> [Float] {
        var values = values
        rotation.apply(&values, kernels: Kernels.active)
        return values
    }

    @Test func lengthsAndProductsAreKeptAndUndone() {
        var generator = SeededGenerator("rotation")
        for dimension in Array(1...300) + Self.largeDimensions {
            let rotation = Rotation(dimension: dimension, seed: generator.next())
            let first = generator.normals(dimension)
            let second = generator.normals(dimension)
            let rotatedFirst = rotated(first, by: rotation)
            let rotatedSecond = rotated(second, by: rotation)
            let firstLength = DoubleMath.length(first.doubles)
            let bound = 1e-5 * firstLength * DoubleMath.length(second.doubles)
            let product = DoubleMath.dot(first.doubles, second.doubles)
            let rotatedProduct = DoubleMath.dot(rotatedFirst.doubles, rotatedSecond.doubles)
            #expect(abs(product - rotatedProduct) <= bound, "dimension \(dimension)")
            #expect(
                abs(DoubleMath.length(rotatedFirst.doubles) - firstLength) <= 1e-5 * firstLength,
                "dimension \(dimension)")
            var restored = rotatedFirst
            rotation.invert(&restored, kernels: Kernels.active)
            let error = DoubleMath.length(DoubleMath.difference(restored.doubles, first.doubles))
            #expect(error <= 1e-5 * firstLength, "dimension \(dimension)")
        }
    }

    /// A vector with all its length in one component comes out with none much beyond what chance gives: components of a
    /// random direction have a deviation of 1 / √d, and 3.2 to 4 deviations is the most of these many.
    @Test(arguments: [384, 768, 784, 1023, 1024])
    func oneHotVectorsAreSpread(dimension: Int) {
        var generator = SeededGenerator("rotation spread \(dimension)")
        let rotation = Rotation(dimension: dimension, seed: 42)
        let chance = 6 / Float(dimension).squareRoot()
        let places = [0, 1, dimension / 2 - 1, dimension / 2, dimension - 2, dimension - 1]
        for place in places + (0..<TestSettings.iterations(20)).map({ _ in generator.below(dimension) }) {
            var values = [Float](repeating: 0, count: dimension)
            values[place] = 1
            let largest = rotated(values, by: rotation).map(\.magnitude).max() ?? 0
            #expect(largest <= chance, "place \(place)")
        }
    }

    /// The rotation is part of the file format: codes on disk are read with it. These values were computed from the
    /// description in `docs/file-format.md`, apart from this code. If they change, the format's version must.
    @Test(
        arguments: [
            [-1],
            [2, -1, 4, 3],
            [-4.858757, 0.608757, -0.391243, 6.858757, -6.608757, -1.608757, -4.75],
        ] as [[Float]])
    func theRotationIsTheOneOfTheFormat(expected: [Float]) {
        let values = (1...expected.count).map { Float($0) }
        let result = rotated(values, by: Rotation(dimension: expected.count, seed: 42))
        for (found, wanted) in zip(result, expected) { #expect(abs(found - wanted) < 1e-5) }
    }

    @Test func theSeedDecides() {
        var generator = SeededGenerator("rotation seed")
        for dimension in [16, 100, 784] {
            let values = generator.normals(dimension)
            let first = rotated(values, by: Rotation(dimension: dimension, seed: 7))
            #expect(first == rotated(values, by: Rotation(dimension: dimension, seed: 7)))
            #expect(first != rotated(values, by: Rotation(dimension: dimension, seed: 8)))
        }
    }
}
