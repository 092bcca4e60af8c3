// Loci, Apache License 2.0.

/// The steps of a transformer between the products of matrices, over pointers so that they vectorise. Everything is made of
/// additions, multiplications, divisions and square roots, which are the same to the bit on every machine; the C library's `expf`
/// and `erff` are not. No pointer leaves a function.
enum VectorMath {
    private typealias Lanes = SIMD4<Float>

    /// Adds a vector to each row of a matrix.
    static func addRow(_ row: [Float], to matrix: inout [Float], rows: Int) {
        let columns = row.count
        precondition(matrix.count >= rows * columns)
        row.withUnsafeBufferPointer { row in
            matrix.withUnsafeMutableBufferPointer { matrix in
                for start in stride(from: 0, to: rows * columns, by: max(columns, 1)) {
                    for column in 0..<columns { matrix[start + column] += row[column] }
                }
            }
        }
    }

    /// Adds numbers one by one.
    static func add(_ other: [Float], to values: inout [Float], count: Int) {
        precondition(values.count >= count && other.count >= count)
        other.withUnsafeBufferPointer { other in
            values.withUnsafeMutableBufferPointer { values in
                for index in 0..<count { values[index] += other[index] }
            }
        }
    }

    /// Gives each row the mean 0 and the variance 1, and then a scale and a shift by column (Ba, Kiros, Hinton 2016).
    static func normalizeRows(
        _ matrix: inout [Float], rows: Int, scale: [Float], shift: [Float], epsilon: Float
    ) {
        let columns = scale.count
        precondition(matrix.count >= rows * columns && shift.count == columns && columns > 0)
        matrix.withUnsafeMutableBufferPointer { matrix in
            for row in 0..<rows {
                let values = UnsafeMutableBufferPointer(rebasing: matrix[row * columns..<(row + 1) * columns])
                let mean = sum(values) { $0 } / Float(columns)
                let variance = sum(values) { ($0 - mean) * ($0 - mean) } / Float(columns)
                let factor = 1 / (variance + epsilon).squareRoot()
                for column in 0..<columns {
                    values[column] = (values[column] - mean) * factor * scale[column] + shift[column]
                }
            }
        }
    }

    /// Four sums over every fourth value, added at the end.
    @inline(__always)
    private static func sum(_ values: UnsafeMutableBufferPointer<Float>, _ term: (Float) -> Float) -> Float {
        var (sum0, sum1, sum2, sum3): (Float, Float, Float, Float) = (0, 0, 0, 0)
        var index = 0
        while index + 4 <= values.count {
            sum0 += term(values[index])
            sum1 += term(values[index + 1])
            sum2 += term(values[index + 2])
            sum3 += term(values[index + 3])
            index += 4
        }
        while index < values.count {
            sum0 += term(values[index])
            index += 1
        }
        return (sum0 + sum2) + (sum1 + sum3)
    }

    /// x · Φ(x), Φ being the distribution of the normal law (Hendrycks, Gimpel 2016), with the error function to 1.5e-7.
    static func gelu(_ values: inout [Float], count: Int) {
        precondition(values.count >= count)
        values.withUnsafeMutableBufferPointer { values in
            forEachFour(values, count: count) { x in 0.5 * x * (1 + errorFunction(x * 0.707_106_77)) }
        }
    }

    /// Makes each row positive numbers of sum 1: e to the power of a value times the factor, over the sum of these.
    static func softmaxRows(_ matrix: inout [Float], rows: Int, columns: Int, factor: Float) {
        precondition(matrix.count >= rows * columns)
        matrix.withUnsafeMutableBufferPointer { matrix in
            for row in 0..<rows {
                let values = UnsafeMutableBufferPointer(rebasing: matrix[row * columns..<(row + 1) * columns])
                var maximum = -Float.infinity
                for value in values { maximum = max(maximum, value) }
                forEachFour(values, count: columns) { exponential(($0 - maximum) * factor) }
                let inverse = 1 / sum(values) { $0 }
                for column in 0..<columns { values[column] *= inverse }
            }
        }
    }

    /// Replaces values, four at a time; the last ones with others that do not count.
    @inline(__always)
    private static func forEachFour(
        _ values: UnsafeMutableBufferPointer<Float>, count: Int, _ body: (Lanes) -> Lanes
    ) {
        var index = 0
        while index + 4 <= count {
            let raw = UnsafeMutableRawPointer(values.baseAddress.map { $0 + index })
            guard let raw else { return }
            raw.storeBytes(of: body(raw.loadUnaligned(as: Lanes.self)), as: Lanes.self)
            index += 4
        }
        while index < count {
            values[index] = body(Lanes(repeating: values[index]))[0]
            index += 1
        }
    }

    /// e to a power, to two units in the last place: 2 to the nearest whole number of halvings, times the series of Taylor to
    /// the seventh power, whose rest is below 1e-8 there. ln 2 is taken away in two parts (Cody, Waite 1980). What is below -87
    /// counts as -87, what is above 88 as 88.
    @inline(__always)
    private static func exponential(_ x: Lanes) -> Lanes {
        // Adding and taking away 1.5 · 2^23 rounds to a whole number, which the low bits of the sum hold.
        let magic = Lanes(repeating: 12_582_912)
        let x = x.replacing(with: -87, where: x .< -87).replacing(with: 88, where: x .> 88)
        let shifted = x * 1.442_695 + magic
        let whole = shifted - magic
        let rest = (x - whole * 0.693_145_75) - whole * 1.428_606_8e-6
        var series = Lanes(repeating: 1 / 5040)
        series = series * rest + 1 / 720
        series = series * rest + 1 / 120
        series = series * rest + 1 / 24
        series = series * rest + 1 / 6
        series = series * rest + 0.5
        series = series * rest + 1
        series = series * rest + 1
        let exponent = unsafeBitCast(shifted, to: SIMD4<UInt32>.self) &- 0x4B40_0000
        let power = (exponent &+ 127) &<< 23
        return series * unsafeBitCast(power, to: Lanes.self)
    }

    /// Abramowitz, Stegun, "Handbook of mathematical functions", 7.1.26.
    @inline(__always)
    private static func errorFunction(_ x: Lanes) -> Lanes {
        let isNegative = x .< 0
        let magnitude = x.replacing(with: -x, where: isNegative)
        let t = 1 / (1 + 0.327_591_1 * magnitude)
        var series = Lanes(repeating: 1.061_405_4)
        series = series * t - 1.453_152
        series = series * t + 1.421_413_7
        series = series * t - 0.284_496_74
        series = series * t + 0.254_829_6
        let result = 1 - series * t * exponential(-(magnitude * magnitude))
        return result.replacing(with: -result, where: isNegative)
    }
}
