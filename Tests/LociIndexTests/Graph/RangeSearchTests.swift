// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

/// Searches for all within a distance.
@Suite struct RangeSearchTests {
    /// Vectors about some centres, so that a distance holds many of them for one query and few for another.
    private func clustered(_ generator: inout SeededGenerator) -> [Float] {
        let centres = (0..<20).map { _ in (0..<16).map { _ in 3 * generator.float() } }
        return (0..<3000).flatMap { row in centres[row % 20].map { $0 + generator.float() } }
    }

    private func search(
        _ searcher: Searcher, _ vector: [Float], _ view: GraphView, limit: Int, _ reach: Searcher.Reach
    ) throws -> [(slot: UInt32, distance: Float)] {
        var slots = [UInt32](repeating: 0, count: limit)
        var distances = [Float](repeating: 0, count: limit)
        let found = try searcher.search(
            vector, in: view, count: limit, reach: reach, slots: &slots, distances: &distances)
        return Array(zip(slots[..<found], distances[..<found]).map { (slot: $0, distance: $1) })
    }

    @Test(arguments: Metric.allCases, [Quantization.float32, .lvq8, .lvq4x8])
    func findsNearlyAllWithinADistance(metric: Metric, quantization: Quantization) throws {
        var generator = SeededGenerator("range \(metric) \(quantization)")
        let coded = try CodedVectors(clustered(&generator), dimension: 16, metric: metric, quantization: quantization)
        let graph = try coded.graph(BuildParameters(maximumDegree: 24, window: 48))
        defer { withExtendedLifetime(graph) {} }
        let view = coded.view(graph, maximumDegree: 24)
        let searcher = Searcher(layout: coded.layout, space: coded.space)
        var (found, wanted, foundOfFew, wantedOfFew) = (0, 0, 0, 0)
        for query in 0..<60 {
            let vector = query % 3 == 0 ? (0..<16).map { _ in 3 * generator.float() } : coded.vector(query * 7)
            let all = try search(searcher, vector, view, limit: 3000, .everything())
            // The distance of some rank.
            let radius = all[generator.below(query % 2 == 0 ? 400 : 20)].distance
            let expected = all.filter { $0.distance <= radius }
            let exact = try search(searcher, vector, view, limit: 3000, .everything(within: radius))
            #expect(exact.map(\.slot) == expected.map(\.slot))
            let walked = try search(searcher, vector, view, limit: 1000, .within(radius, window: 64))
            #expect(walked.allSatisfy { $0.distance <= radius })
            #expect(zip(walked, walked.dropFirst()).allSatisfy { $0.distance <= $1.distance })
            #expect(Set(walked.map(\.slot)).count == walked.count)
            found += Set(walked.map(\.slot)).intersection(expected.map(\.slot)).count
            wanted += expected.count
            // Of more than the limit, the nearest.
            let few = try search(searcher, vector, view, limit: 5, .within(radius, window: 64))
            #expect(few.count == min(5, walked.count) && few.allSatisfy { $0.distance <= radius })
            foundOfFew += Set(few.map(\.slot)).intersection(expected.prefix(5).map(\.slot)).count
            wantedOfFew += min(5, expected.count)
        }
        #expect(Double(foundOfFew) / Double(wantedOfFew) > 0.95, "\(foundOfFew) of \(wantedOfFew)")
        // How inner products grow is not learned, and their graph leads less straight.
        let least = metric == .ip ? 0.95 : 0.98
        #expect(Double(found) / Double(wanted) > least, "\(found) of \(wanted)")
    }

    @Test func nothingIsWithinTooLittle() throws {
        var generator = SeededGenerator("empty range")
        let coded = try CodedVectors(clustered(&generator), dimension: 16, metric: .l2, quantization: .lvq4x8)
        let graph = try coded.graph(BuildParameters(maximumDegree: 16, window: 32))
        defer { withExtendedLifetime(graph) {} }
        let view = coded.view(graph, maximumDegree: 16)
        let searcher = Searcher(layout: coded.layout, space: coded.space)
        let far = [Float](repeating: 50, count: 16)
        for radius in [-Float.infinity, -1, 0, 1e-30] {
            for reach in [Searcher.Reach.within(radius, window: 40), .everything(within: radius)] {
                #expect(try search(searcher, far, view, limit: 10, reach).isEmpty)
            }
        }
        // No distance is too far.
        for radius in [Float.greatestFiniteMagnitude, .infinity] {
            #expect(try search(searcher, far, view, limit: 10, .within(radius, window: 40)).count == 10)
        }
    }
}
