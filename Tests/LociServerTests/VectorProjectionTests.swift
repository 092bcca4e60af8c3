// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociServer

@Suite struct VectorProjectionTests {
    /// Against the sum that defines it.
    @Test func isTheSumThatItIsDefinedBy() {
        var generator = SeededGenerator("isTheSumThatItIsDefinedBy")
        for _ in 0..<50 {
            let input = 1 + generator.below(40)
            let reduced = 1 + generator.below(input)
            let vector = generator.floats(input)
            let expected = (0..<reduced).map { row in
                let sum = (0..<input).reduce(0.0) { sum, column in
                    sum + ((row & column).nonzeroBitCount % 2 == 0 ? 1 : -1) * Double(vector[column])
                }
                return sum / Double(input).squareRoot()
            }
            let projected = VectorProjection(inputDimension: input, dimension: reduced).apply(vector)
            #expect(projected.count == reduced)
            #expect(zip(projected, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
        }
    }

    @Test func notesComeBack() throws {
        var notes = VectorSetNotes()
        #expect(try notes.properties == nil)
        notes.inputDimension = 300
        notes.connections = 5
        notes.namesQuantization = true
        notes.isKept = true
        #expect(VectorSetNotes(try notes.properties) == notes)
        #expect(VectorSetNotes(nil) == VectorSetNotes())
    }
}
