// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

@Suite struct DecodedVectorsTests {
    /// A graph of which only the codes are looked at.
    private func graph(_ vectors: CodedVectors, originals: OriginalRecords? = nil) -> EditableGraph {
        let count = vectors.source.count
        return EditableGraph(
            coder: vectors.coder, codes: vectors.codes.records, residuals: vectors.residuals?.records,
            originals: originals, sketches: nil, adjacency: OwnedRecords(count: count, stride: 16),
            parents: OwnedRecords(count: count, stride: SpanningTree.recordBytes), states: nil, entries: nil,
            slots: count, live: count, entryPoint: 0)
    }

    /// The distances of one vector to some others.
    private func distances<Records: BuildRecords>(
        _ records: Records, from slot: UInt32, to others: [UInt32]
    ) -> [Double] {
        var query = BuildQuery(layout: records.layout)
        defer { query.deallocate() }
        query.prepare(records.record(slot))
        let rows: [UnsafePointer<UInt8>?] = others.map(records.record)
        var distances = [Float](repeating: .nan, count: rows.count)
        query.measure(rows, count: rows.count, output: &distances)
        return distances.map(Double.init)
    }

    @Test(arguments: Quantization.allCases.filter { $0 != .binary }, Metric.allCases)
    func distancesAreNearlyThoseOfTheVectors(quantization: Quantization, metric: Metric) throws {
        var generator = SeededGenerator("decoded \(quantization) \(metric)")
        let (count, dimension) = (300, 50)
        // Away from the origin, so that the mean matters.
        let values = TestVectors.clustered(count: count, dimension: dimension, clusters: 5, &generator).map { $0 + 2 }
        let vectors = try CodedVectors(values, dimension: dimension, metric: metric, quantization: quantization)
        let others = (0..<40).map { _ in UInt32(generator.below(count)) }
        let from = UInt32(generator.below(count))
        for hasOriginals in [false, true] {
            let stored = OwnedRecords(count: count, stride: dimension * 4)
            for row in 0..<count {
                VectorCoder.storeFloats(vectors.vector(row), count: dimension, isHalf: false, to: stored[row])
            }
            let originals = hasOriginals ? OriginalRecords(records: stored.records, isHalf: false) : nil
            let decoded = try DecodedVectors(graph(vectors, originals: originals), threads: 2)
            try decoded.load(others + [from] + others)
            defer { withExtendedLifetime((vectors, stored)) {} }
            let measured = distances(decoded, from: from, to: others)
            func vector(_ slot: UInt32) -> [Double] {
                let vector = hasOriginals ? vectors.vector(Int(slot)).doubles : vectors.decoded(Int(slot)).doubles
                return metric == .cosine ? DoubleMath.normalised(vector) : vector
            }
            let wanted = others.map {
                DoubleMath.distance(metric == .cosine ? .l2 : metric, vector(from), vector($0))
            }
            // They are in the scale of a space, of which the square is a power of four.
            let largest = wanted.map(\.magnitude).max() ?? 1
            let ratio = (measured.map(\.magnitude).max() ?? 1) / largest
            let unit =
                [-1, 0, 1].map { Double(sign: .plus, exponent: 2 * (Int(ratio.exponent) / 2 + $0), significand: 1) }
                .min { ($0 - ratio).magnitude < ($1 - ratio).magnitude } ?? 1
            for (measured, wanted) in zip(measured, wanted) {
                #expect((measured / unit - wanted).magnitude < 0.03 * largest, "\(quantization), \(metric)")
            }
        }
    }

    @Test func newVectorsOfASlotTakeThePlaceOfOldOnes() throws {
        var generator = SeededGenerator("decoded anew")
        let vectors = try CodedVectors(generator.normals(20 * 8), dimension: 8, metric: .l2, quantization: .lvq8)
        let decoded = try DecodedVectors(graph(vectors), threads: 1)
        try decoded.load([3, 4, 5])
        vectors.codes[3].update(from: vectors.codes[4], count: vectors.layout.recordStride)
        try decoded.load([3])
        #expect(distances(decoded, from: 3, to: [4])[0] > 0)
        try decoded.load([3], areNew: true)
        #expect(distances(decoded, from: 3, to: [4])[0] == 0)
    }

    @Test func slotsKeepTheirPlaces() {
        var generator = SeededGenerator("slot table")
        var table = SlotTable()
        var model: [UInt32: Int] = [:]
        for _ in 0..<20_000 {
            let slot = UInt32(generator.below(generator.below(2) == 0 ? 5_000 : Int(Int32.max)))
            let (place, isNew) = table.insert(slot)
            #expect(isNew == (model[slot] == nil))
            if isNew { model[slot] = model.count }
            #expect(place == model[slot])
        }
        #expect(table.count == model.count)
        for slot in 0..<UInt32(6_000) { #expect(table.place(of: slot) == model[slot]) }
        table.removeAll()
        #expect(table.count == 0)
        #expect(table.place(of: 1) == nil)
    }
}
