// Loci, Apache License 2.0.

import LociIndex
import Testing

@Suite struct CodeLayoutTests {
    @Test(arguments: [
        (1, 1), (2, 1), (3, 2), (63, 32), (64, 32), (65, 33), (127, 64), (128, 64), (129, 65), (130, 65), (784, 392),
    ])
    func packedNibblesTakeHalfOfTheDimensionRoundedUp(dimension: Int, bytes: Int) {
        #expect(CodeLayout.nibbleBytes(dimension) == bytes)
    }

    @Test func recordsFitTheirStrides() {
        for quantization in Quantization.allCases {
            for dimension in 1...1100 {
                let keepsLengths = dimension % 2 == 1
                let layout = CodeLayout(
                    quantization: quantization, dimension: dimension, keepsLengths: keepsLengths)
                let added = layout.hasHeader ? 16 : keepsLengths ? 4 : 0
                let isSound =
                    layout.recordStride >= layout.recordBytes && layout.recordStride % 16 == 0
                    && (layout.recordStride - layout.recordBytes < 16
                        || (layout.recordStride - layout.recordBytes) * 8 <= layout.recordBytes)
                    && layout.residualStride >= layout.residualBytes && layout.residualStride % 4 == 0
                    && layout.residualStride - layout.residualBytes < 4
                    && layout.recordLines * 64 >= layout.recordBytes
                    && layout.hasHeader == (quantization.firstLevelBits != nil)
                    && layout.recordBytes == layout.codeBytes + added
                    && (layout.residualBytes > 0) == (quantization.residualBits > 0)
                #expect(isSound, "\(quantization) of dimension \(dimension)")
            }
        }
    }

    @Test func namesAreReadBack() {
        for quantization in Quantization.allCases {
            #expect(Quantization(name: quantization.description) == quantization)
            #expect(Quantization(rawValue: quantization.rawValue) == quantization)
        }
        for metric in Metric.allCases { #expect(Metric(name: metric.description) == metric) }
        #expect(Quantization(name: "lvq5") == nil)
        #expect(Metric(name: "L2") == nil)
    }
}
