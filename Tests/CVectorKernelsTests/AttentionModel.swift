// Loci, Apache License 2.0.

import CVectorKernels
import TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A key or a value as a group holds it.
enum AttentionRow {
    case halves([UInt16])
    case codes(low: Float, step: Float, codes: [UInt8])

    var bytes: [UInt8] {
        switch self {
        case .halves(let halves): FloatKernelTests.bytes(halves: halves)
        case .codes(let low, let step, let codes): FloatKernelTests.bytes([low, step]) + codes
        }
    }

    /// A row below 2, or of codes that stand for something like that.
    static func random(_ dimension: Int, isHalf: Bool, using generator: inout SeededGenerator) -> AttentionRow {
        if isHalf { return .halves((0..<dimension).map { _ in generator.half() & 0xbfff }) }
        return .codes(
            low: generator.float() * 2, step: generator.float() * 0x1p-6, codes: generator.bytes(dimension))
    }
}

/// The keys and the values of a group of positions, all of one form.
struct AttentionGroup {
    var keys: [AttentionRow]
    var values: [AttentionRow]
    var isHalf: Bool

    static func random(
        _ dimension: Int, count: Int, isHalf: Bool, using generator: inout SeededGenerator
    ) -> AttentionGroup {
        AttentionGroup(
            keys: (0..<count).map { _ in .random(dimension, isHalf: isHalf, using: &generator) },
            values: (0..<count).map { _ in .random(dimension, isHalf: isHalf, using: &generator) }, isHalf: isHalf)
    }
}

/// What a query finds in a group, as bits. Every NaN is the same, as its bits are not defined.
struct AttentionResult: Equatable {
    let weights: [Float]
    let output: [Float]
    let maximum: Float
    let sum: Float

    private var bits: [UInt32] {
        (weights + output + [maximum, sum]).map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern }
    }

    static func == (first: AttentionResult, second: AttentionResult) -> Bool {
        first.weights.count == second.weights.count && first.bits == second.bits
    }
}

/// Attention as attention_kernels.h words it: once with its operations, to the bit, and once with doubles.
enum AttentionModel {
    static func value(ofHalf bits: UInt16) -> Float {
        guard bits & 0x7c00 == 0x7c00 else { return Float(CodeModel.value(ofHalf: bits)) }
        let magnitude: Float = bits & 0x3ff == 0 ? .infinity : .nan
        return bits & 0x8000 == 0 ? magnitude : -magnitude
    }

    /// A product that nothing can be fused with.
    @inline(never) private static func product(_ first: Float, _ second: Float) -> Float { first * second }

    static func exponential(_ x: Float) -> Float {
        guard x >= -87 else { return 0 }
        let k = product(x, 0x1.715476p0).rounded(.toNearestOrEven)
        let r = (x - product(k, 0x1.63p-1)) - product(k, -0x1.bd0106p-13)
        var p: Float = 0x1.6a1a72p-10
        for constant: Float in [0x1.123fc6p-7, 0x1.555916p-5, 0x1.55548ap-3, 0x1.fffffcp-2, 1, 1] {
            p = product(p, r) + constant
        }
        return Float(sign: .plus, exponent: Int(k), significand: p)
    }

    static func result(_ query: [Float], _ group: AttentionGroup, scale: Float) -> AttentionResult {
        let querySum = FloatKernelTests.laneSum(query)
        let logits = group.keys.map { key in
            switch key {
            case .halves(let halves):
                return product(scale, FloatKernelTests.laneSum(zip(query, halves).map { $0 * value(ofHalf: $1) }))
            case .codes(let low, let step, let codes):
                let sum = FloatKernelTests.laneSum(zip(query, codes).map { $0 * Float($1) })
                return product(scale, product(low, querySum) + product(step, sum))
            }
        }
        let maximum = logits.reduce(-Float.infinity) { $1 > $0 ? $1 : $0 } + 0
        let weights = logits.map { exponential($0 - maximum) }
        var output = [Float](repeating: 0, count: query.count)
        var lows: Float = 0
        for (weight, row) in zip(weights, group.values) {
            switch row {
            case .halves(let halves):
                for (index, half) in halves.enumerated() { output[index] += product(weight, value(ofHalf: half)) }
            case .codes(let low, let step, let codes):
                lows += product(weight, low)
                let factor = product(weight, step)
                for (index, code) in codes.enumerated() { output[index] += product(factor, Float(code)) }
            }
        }
        if !group.isHalf { output = output.map { $0 + lows } }
        return AttentionResult(
            weights: weights, output: output, maximum: maximum, sum: FloatKernelTests.laneSum(weights))
    }

    /// The numbers of a row, and bounds of the magnitudes that were added up to get them.
    private static func numbers(_ row: AttentionRow) -> [(value: Double, magnitude: Double)] {
        switch row {
        case .halves(let halves):
            return halves.map { (CodeModel.value(ofHalf: $0), abs(CodeModel.value(ofHalf: $0))) }
        case .codes(let low, let step, let codes):
            return codes.map {
                let term = Double(step) * Double($0)
                return (Double(low) + term, abs(Double(low)) + abs(term))
            }
        }
    }

    /// The same of finite numbers in doubles, and whether a result is as near as its roundings allow.
    ///
    /// A logit sums up in lanes of dimension / 32 additions, five more to fold them, and five operations around. Its error
    /// and that of the maximum make a weight larger or smaller by their exponentials; the difference is rounded, and an
    /// exponential is off by at most 2^-23, or by 2^-125 where it is cut off. A sum of n weights, or of their products,
    /// takes n additions and three operations around.
    static func isNear(_ result: AttentionResult, _ query: [Float], _ group: AttentionGroup, scale: Float) -> Bool {
        let unit = 0x1p-24
        var logits: [Double] = []
        var logitError = 0.0
        for key in group.keys {
            let terms = zip(query, numbers(key)).map {
                (Double($0) * $1.value, abs(Double($0)) * $1.magnitude)
            }
            logits.append(Double(scale) * terms.reduce(0) { $0 + $1.0 })
            let magnitude = abs(Double(scale)) * terms.reduce(0) { $0 + $1.1 }
            logitError = max(logitError, Double(query.count / 32 + 10) * unit * magnitude)
        }
        guard let maximum = logits.max() else { return false }
        guard abs(Double(result.maximum) - maximum) <= logitError else { return false }
        let weights = logits.map { exp($0 - maximum) }
        let errors = zip(logits, weights).map { logit, weight in
            let x = maximum - logit + 2 * logitError
            return weight * (exp(2 * logitError + x * unit) * (1 + 0x1p-23) - 1) + 0x1p-125
        }
        for (index, weight) in weights.enumerated() {
            guard abs(Double(result.weights[index]) - weight) <= errors[index] else { return false }
        }
        let additions = Double(group.keys.count + 3) * unit
        let sum = weights.reduce(0, +)
        guard abs(Double(result.sum) - sum) <= errors.reduce(0, +) + additions * sum else { return false }
        var output = [(value: Double, error: Double)](repeating: (0, 0), count: query.count)
        for (index, row) in group.values.enumerated() {
            for (place, number) in numbers(row).enumerated() {
                output[place].value += weights[index] * number.value
                output[place].error +=
                    (errors[index] + additions * (weights[index] + errors[index])) * number.magnitude + 0x1p-149
            }
        }
        return zip(result.output, output).allSatisfy { abs(Double($0) - $1.value) <= $1.error }
    }
}
