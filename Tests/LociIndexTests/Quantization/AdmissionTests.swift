// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

/// What vectors become at the door, and what records keep of them.
@Suite struct AdmissionTests {
    private func admitted(_ vector: [Float], _ admission: Admission) throws -> (values: [Float], length: Float) {
        var values = vector
        let space = VectorSpace.identity(dimension: vector.count, metric: .cosine, admission: admission)
        let length = try values.withUnsafeMutableBufferPointer { values in
            try values.baseAddress.map { try space.admit($0, row: 3, kernels: Kernels.active) } ?? 0
        }
        return (values, length)
    }

    @Test func lengthsAreThoseOfWhatWasGiven() throws {
        var generator = SeededGenerator("lengths of admitted vectors")
        for exponent in [-149, -140, -126, -60, 0, 20, 45] {
            let scale = Float(sign: .plus, exponent: exponent, significand: 1)
            for takesSigns in [false, true] {
                let vector = (0..<33).map { _ in Float.random(in: -8...8, using: &generator).rounded() * scale }
                let exact = vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
                let (values, length) = try admitted(vector, Admission(takesSigns: takesSigns))
                #expect((Double(length) - exact).magnitude <= max(exact * 1e-6, 0x1p-149), "\(exponent)")
                let unit = values.reduce(0.0) { $0 + Double($1) * Double($1) }
                #expect((unit - 1).magnitude < 1e-5)
                let hasSigns = zip(values, vector).allSatisfy { ($0 > 0) == ($1 > 0) }
                #expect(hasSigns)
            }
        }
    }

    @Test func zerosAreTakenWhereTheyAreWanted() throws {
        let zero = [Float](repeating: 0, count: 4)
        #expect(throws: IndexError.zeroVector(row: 3)) { try admitted(zero, Admission()) }
        #expect(throws: IndexError.zeroVector(row: 3)) { try admitted(zero, Admission(takesSigns: true)) }
        #expect(try admitted(zero, Admission(takesZeroVectors: true)) == (zero, 0))
        let signs = try admitted(zero, Admission(takesZeroVectors: true, takesSigns: true))
        #expect(signs == ([-0.5, -0.5, -0.5, -0.5], 0))
    }

    @Test(arguments: Quantization.allCases) func recordsHoldTheLengthAndNothingElseOfIt(
        quantization: Quantization
    ) throws {
        var generator = SeededGenerator("lengths in records \(quantization)")
        for dimension in [1, 7, 8, 9, 129] {
            let plain = CodeLayout(quantization: quantization, dimension: dimension)
            let kept = CodeLayout(quantization: quantization, dimension: dimension, keepsLengths: true)
            let admission = Admission(takesZeroVectors: true, takesSigns: quantization == .binary)
            let (vector, length) = try admitted(generator.normals(dimension), admission)
            var records: [[UInt8]] = []
            for layout in [plain, kept] {
                let coder = VectorCoder(
                    layout: layout,
                    space: .identity(dimension: dimension, metric: .cosine, admission: admission))
                var record = [UInt8](repeating: 0xA5, count: layout.recordStride)
                var residual = [UInt8](repeating: 0xA5, count: max(1, layout.residualStride))
                var values = vector
                var decoded = vector
                var restored = vector
                coder.encode(&values, length: length, record: &record, residual: &residual)
                #expect(layout.fault(of: record) == nil)
                #expect(layout.length(of: record) == (layout.keepsLengths ? length : 1))
                coder.decode(record: record, residual: residual, into: &decoded)
                coder.restore(record: record, residual: residual, into: &restored)
                #expect(restored == decoded.map { $0 * layout.length(of: record) })
                if quantization == .binary { #expect(decoded == vector) }
                records.append(record)
            }
            let offset = plain.hasHeader ? 12 : plain.codeBytes
            var same = records[1]
            same.replaceSubrange(offset..<offset + 4, with: [0, 0, 0, 0])
            #expect(same.prefix(plain.recordBytes) == records[0].prefix(plain.recordBytes))
            #expect(same.dropFirst(plain.recordBytes).allSatisfy { $0 == 0 })
        }
    }
}
