// Loci, Apache License 2.0.

import LociIndex

/// Attention over all positions in float64, slowly: what other attention is compared with.
struct ExactAttention {
    private let form: TensorForm
    /// The value of each float16.
    private let halves: [Double]

    /// - Parameter form: Of float16.
    init(_ form: TensorForm) {
        self.form = form
        halves = (0...UInt16.max).map { Double(HalfFloat.widen($0)) }
    }

    /// The output of each head.
    func run(_ queries: [[Float]], in reader: BlockReader) throws -> [[Double]] {
        let scale = 1 / Double(form.dimension).squareRoot()
        var numbers: [UInt32] = []
        try reader.forEachBlock { number, _ in numbers.append(number) }
        var outputs = queries.map { [Double](repeating: 0, count: $0.count) }
        var maxima = [Double](repeating: -.infinity, count: queries.count)
        var sums = [Double](repeating: 0, count: queries.count)
        let share = queries.count / form.heads
        for number in numbers {
            let count = try reader.block(number).count
            _ = try reader.withPayload(of: number, isVerified: false) { payload in
                for head in queries.indices {
                    let keys = form.offset(head: head / share, ofValues: false, count: count)
                    let values = form.offset(head: head / share, ofValues: true, count: count)
                    for member in 0..<count {
                        let row = member * form.rowBytes
                        var logit = 0.0
                        for index in 0..<form.dimension {
                            logit += Double(queries[head][index]) * halves[half(payload, keys + row + 2 * index)]
                        }
                        logit *= scale
                        if logit > maxima[head] {
                            let factor = exponential(maxima[head] - logit)
                            sums[head] *= factor
                            for index in 0..<form.dimension { outputs[head][index] *= factor }
                            maxima[head] = logit
                        }
                        let weight = exponential(logit - maxima[head])
                        sums[head] += weight
                        for index in 0..<form.dimension {
                            outputs[head][index] += weight * halves[half(payload, values + row + 2 * index)]
                        }
                    }
                }
            }
        }
        return zip(outputs, sums).map { output, sum in output.map { $0 / sum } }
    }

    private func half(_ payload: RawSpan, _ offset: Int) -> Int { Int(payload.number(offset, UInt16.self)) }

    /// How far outputs are from exact ones, as a share of their lengths: the mean over the heads.
    static func distance(_ outputs: [[Float]], _ exact: [[Double]]) -> Double {
        let shares = zip(outputs, exact).map { output, exact in
            let difference = zip(output, exact).reduce(0.0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
            return (difference / exact.reduce(1e-300) { $0 + $1 * $1 }).squareRoot()
        }
        return shares.reduce(0, +) / Double(max(1, shares.count))
    }
}

/// Reads bytes as fast as they can be read, and adds them up.
enum WordSum {
    static func sum(_ bytes: RawSpan) -> UInt64 {
        bytes.withUnsafeBytes { bytes in
            // Four sums, so that none waits for the one before.
            var sums = SIMD16<UInt64>()
            var offset = 0
            while offset + 128 <= bytes.count {
                sums &+= bytes.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt64>.self)
                offset += 128
            }
            return sums.wrappedSum()
        }
    }
}
