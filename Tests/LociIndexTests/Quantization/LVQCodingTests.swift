// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@Suite struct LVQCodingTests {
    static let kinds: [Quantization] = [.lvq8, .lvq4, .lvq4x4, .lvq4x8]
    static let dimensions = [1, 2, 3, 63, 64, 65, 127, 128, 129, 130, 784]

    /// Vectors of every shape that min-max ranges could break on, all within half precision.
    static func shapes(_ dimension: Int, _ generator: inout SeededGenerator) -> [(name: String, values: [Float])] {
        let random = generator.floats(dimension)
        var oneHot = [Float](repeating: 0, count: dimension)
        oneHot[generator.below(dimension)] = 512
        var spike = random.map { $0 * 1e-4 }
        spike[generator.below(dimension)] = -65_504
        var almostConstant = [Float](repeating: 100.03, count: dimension)
        almostConstant[generator.below(dimension)] = Float(100.03).nextUp
        return [
            ("random", random),
            ("long", random.map { $0 * 65_504 }),
            ("zero", [Float](repeating: 0, count: dimension)),
            ("constant half", [Float](repeating: -0.75, count: dimension)),
            ("constant", [Float](repeating: 1000.3, count: dimension)),
            ("almost constant", almostConstant),
            ("one-hot", oneHot),
            ("spike", spike),
            ("negative", random.map { -300 - 20 * $0.magnitude }),
            ("offset", random.map { 60_000 + $0 }),
            ("tiny", random.map { $0 * 1e-30 }),
            ("near the least half", random.map { $0 * 1e-7 }),
        ]
    }

    @Test(arguments: kinds, dimensions)
    func errorsStayWithinHalfAStep(kind: Quantization, dimension: Int) throws {
        var generator = SeededGenerator("LVQ errors \(kind) \(dimension)")
        let layout = CodeLayout(quantization: kind, dimension: dimension)
        let levels = Double((1 << (kind.firstLevelBits ?? 8)) - 1)
        // Three roundings of a position of up to `levels` steps, and that of the step before it was rounded up.
        let slack = levels * 4 * 0x1p-24
        for _ in 0..<max(1, TestSettings.iterations(20) / 10) {
            for (name, values) in Self.shapes(dimension, &generator) {
                let (record, residual) = encode(values, layout: layout)
                let reference = ReferenceRecord(layout: layout, record: record, residual: residual)
                let smallest = Double(values.min() ?? 0)
                let largest = Double(values.max() ?? 0)
                let what = "\(kind), dimension \(dimension), \(name)"
                #expect(reference.low <= smallest, "\(what)")
                // The step is the least half that covers the range, so nothing is lost to a coarser one.
                let exactStep = (largest - reference.low) / levels
                #expect(reference.step >= exactStep * (1 - 0x1p-22), "\(what)")
                #expect(reference.step <= exactStep * (1 + 0x1p-10) + 0x1p-24, "\(what)")
                for component in 0..<dimension {
                    let value = Double(values[component])
                    let first = abs(value - reference.first(component))
                    let second = abs(value - reference.value(component))
                    let isWithin =
                        first <= reference.step * (0.5 + slack)
                        && second <= reference.step * (1 / Double(2 << kind.residualBits) + slack)
                    #expect(isWithin, "\(what): component \(component), errors \(first), \(second), \(reference.step)")
                    if !isWithin { break }
                }
                checkNorms(reference, what)
                checkPadding(record: record, residual: residual, layout: layout, what)
                checkDecoder(reference, record: record, residual: residual, layout: layout, what)
            }
        }
    }

    /// Codes into memory that was full of ones.
    private func encode(_ values: [Float], layout: CodeLayout) -> (record: [UInt8], residual: [UInt8]) {
        var record = [UInt8](repeating: 0xFF, count: layout.recordStride)
        var residual = [UInt8](repeating: 0xFF, count: layout.residualStride)
        let encoder = LVQEncoder(layout: layout)
        if layout.residualStride > 0 {
            encoder.encode(values, record: &record, residual: &residual)
        } else {
            encoder.encode(values, record: &record, residual: nil)
        }
        return (record, residual)
    }

    private func checkNorms(_ reference: ReferenceRecord, _ what: String) {
        for (norm, isSecond) in [(reference.firstNorm, false), (reference.secondNorm, true)] {
            let values = reference.values(bothLevels: isSecond)
            let expected = DoubleMath.dot(values, values)
            #expect(abs(Double(norm) - expected) <= expected * 1e-6, "\(what): a norm is \(norm), not \(expected)")
        }
    }

    private func checkPadding(record: [UInt8], residual: [UInt8], layout: CodeLayout, _ what: String) {
        #expect(record[12..<16].allSatisfy { $0 == 0 }, "\(what): header")
        #expect(record[layout.recordBytes...].allSatisfy { $0 == 0 }, "\(what): after the record")
        #expect(residual[layout.residualBytes...].allSatisfy { $0 == 0 }, "\(what): after the residual")
        guard layout.dimension % 2 == 1 else { return }
        if layout.quantization.firstLevelBits == 4 { #expect(record[layout.recordBytes - 1] >> 4 == 0, "\(what)") }
        if layout.quantization.residualBits == 4 { #expect(residual[layout.residualBytes - 1] >> 4 == 0, "\(what)") }
    }

    private func checkDecoder(
        _ reference: ReferenceRecord, record: [UInt8], residual: [UInt8], layout: CodeLayout, _ what: String
    ) {
        let decoder = LVQDecoder(layout: layout)
        var output = [Float](repeating: .nan, count: layout.dimension)
        for bothLevels in [false, true] {
            decoder.decode(record: record, residual: bothLevels ? residual : nil, into: &output)
            for (component, expected) in reference.values(bothLevels: bothLevels).enumerated() {
                // Roundings of the product and of the sums.
                let slack = (abs(reference.low) + reference.step * Double(reference.codes[component] + 1)) * 0x1p-22
                let isNear = abs(Double(output[component]) - expected) <= slack
                #expect(isNear, "\(what): decoded \(output[component]), not \(expected)")
                if !isNear { break }
            }
        }
    }
}
