// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@Suite struct SearcherTests {
    @Test(arguments: Quantization.allCases.filter { $0 != .binary }, Metric.allCases)
    func aScanIsBruteForceOverDecodedVectors(kind: Quantization, metric: Metric) throws {
        var generator = SeededGenerator("scan \(kind) \(metric)")
        let dimension = 20
        // Not a multiple of the block that is scanned at once.
        let count = 150
        let coded = try CodedVectors(
            generator.normals(count * dimension), dimension: dimension, metric: metric, quantization: kind)
        let searcher = Searcher(layout: coded.layout, space: coded.space)
        defer { withExtendedLifetime(coded) {} }
        let decoded = (0..<count).map { coded.decoded($0).doubles }
        // First-level codes are measured with a query of 8 bits: see the bound in QueryStateTests.
        let slack = kind == .lvq4 ? 0.25 : 2e-3
        for _ in 0..<5 {
            let given = generator.normals(dimension)
            let query = metric == .cosine ? DoubleMath.normalised(given.doubles) : given.doubles
            let all = decoded.map { DoubleMath.distance(metric, query, $0) }
            let found = try searcher.scan(given, in: coded.view(), count: 12)
            #expect(found.count == 12)
            #expect(Set(found.map(\.slot)).count == 12)
            for (place, expected) in zip(found, all.sorted()) {
                #expect(abs(Double(place.distance) - max(expected, metric == .ip ? expected : 0)) <= slack)
                #expect(abs(all[Int(place.slot)] - expected) <= 2 * slack)
            }
            #expect(zip(found, found.dropFirst()).allSatisfy { $0.distance <= $1.distance })
            // Without a graph a search is a scan.
            let searched = try searcher.search(given, in: coded.view(), count: 12, window: 3)
            #expect(searched.map(\.slot) == found.map(\.slot))
        }
    }

    @Test(arguments: [Quantization.float32, .lvq8, .lvq4, .lvq4x8])
    func aWindowOfAllVectorsFindsWhatAScanFinds(kind: Quantization) throws {
        var generator = SeededGenerator("wide search \(kind)")
        let coded = try CodedVectors(generator.normals(300 * 8), dimension: 8, metric: .l2, quantization: kind)
        let graph = try coded.graph(BuildParameters(maximumDegree: 8, window: 16))
        defer { withExtendedLifetime((coded, graph)) {} }
        let view = coded.view(graph, maximumDegree: 8)
        let searcher = Searcher(layout: coded.layout, space: coded.space)
        for _ in 0..<10 {
            let query = generator.normals(8)
            let scanned = try searcher.scan(query, in: view, count: 300)
            #expect(scanned.count == 300)
            // More neighbours, or a larger window, than there are vectors.
            for (count, window) in [(300, 300), (1000, 5), (20, 1000), (20, .max), (7, 300)] {
                let found = try searcher.search(query, in: view, count: count, window: window)
                #expect(found.map(\.slot) == scanned.prefix(min(count, 300)).map(\.slot))
                #expect(found.map(\.distance) == scanned.prefix(min(count, 300)).map(\.distance))
                // A window smaller than what is asked for goes on until there is enough.
                if window >= found.count { #expect(searcher.visitedCounts.expanded >= found.count) }
            }
            #expect(try searcher.scan(query, in: view, count: 1000).map(\.slot) == scanned.map(\.slot))
        }
    }

    @Test func hiddenSlotsAreNotSeen() throws {
        var generator = SeededGenerator("hidden slots")
        let count = 400
        let coded = try CodedVectors(generator.normals(count * 6), dimension: 6, metric: .l2, quantization: .lvq4x8)
        let graph = try coded.graph(BuildParameters(maximumDegree: 12, window: 32))
        defer { withExtendedLifetime((coded, graph)) {} }
        let view = coded.view(graph, maximumDegree: 12)
        let searcher = Searcher(layout: coded.layout, space: coded.space)
        var slots = [UInt32](repeating: 0, count: 10)
        var distances = [Float](repeating: 0, count: 10)
        for hidden in 0..<UInt32(count) {
            let vector = generator.normals(6)
            for reach in [Searcher.Reach.window(20), .window(count)] {
                try searcher.begin(vector, in: view, count: 10, reach: reach, hidden: hidden)
                while try searcher.advance() {}
                let found = searcher.finish(slots: &slots, distances: &distances)
                #expect(found == 10)
                // Everything is reached from the entry point, which is always seen.
                #expect(!slots.prefix(found).contains(hidden) || hidden == view.entryPoint)
            }
        }
    }

    @Test func countsBelowOneAreRefused() throws {
        let coded = try CodedVectors([1, 2, 3, 4], dimension: 1, metric: .l2, quantization: .lvq8)
        let graph = try coded.graph(BuildParameters())
        defer { withExtendedLifetime((coded, graph)) {} }
        let view = coded.view(graph)
        let searcher = Searcher(layout: coded.layout, space: coded.space)
        for count in [0, -1, Int.min] {
            let expected = IndexError.parameter(name: "k", value: "\(count)", allowed: "at least 1")
            #expect(throws: expected) { try searcher.search([1], in: view, count: count, window: 10) }
            #expect(throws: expected) { try searcher.search([1], in: coded.view(), count: count, window: 10) }
            #expect(throws: expected) { try searcher.scan([1], in: view, count: count) }
        }
        #expect(try searcher.search([1], in: view, count: 2, window: -5).map(\.slot) == [0, 1])
        #expect(throws: IndexError.notFinite(row: nil, component: 0)) {
            try searcher.search([.nan], in: view, count: 1, window: 10)
        }
    }

    /// The message of the damage that a search reports; `nil` for none.
    private func damage(_ searcher: Searcher, _ vector: [Float], _ view: GraphView) -> String? {
        do {
            _ = try searcher.search(vector, in: view, count: 3, window: 1000)
            return nil
        } catch IndexError.corrupt(let what) {
            return what
        } catch {
            return "\(error)"
        }
    }

    @Test func damagedGraphsAreReported() throws {
        var generator = SeededGenerator("damaged graphs")
        let coded = try CodedVectors(generator.normals(100 * 4), dimension: 4, metric: .l2, quantization: .lvq4x4)
        let searcher = Searcher(layout: coded.layout, space: coded.space)
        let graph = try coded.graph(BuildParameters(maximumDegree: 8, window: 16))
        defer { withExtendedLifetime((coded, graph)) {} }
        let view = coded.view(graph, maximumDegree: 8)
        let query = generator.normals(4)
        #expect(damage(searcher, query, view) == nil)
        func changed(degree: Int = 8, entryPoint: UInt32 = 0) -> GraphView {
            GraphView(
                count: view.count, layout: view.layout, codes: view.codes, residuals: view.residuals,
                adjacency: view.adjacency, maximumDegree: degree, entryPoint: entryPoint)
        }
        for entryPoint in [100, UInt32.max] {
            #expect(damage(searcher, query, changed(entryPoint: entryPoint))?.contains("\(entryPoint)") == true)
        }
        for degree in [Int.min, 0, 513, .max] {
            #expect(damage(searcher, query, changed(degree: degree))?.contains("degree \(degree)") == true)
        }
        for stranger: UInt32 in [100, 1 << 31, .max - 1] {
            let place = UnsafeMutableRawPointer(graph.adjacency[generator.below(100)])
            let before = place.load(as: UInt32.self)
            place.storeBytes(of: stranger.littleEndian, as: UInt32.self)
            #expect(damage(searcher, query, view)?.contains("slot \(stranger)") == true)
            place.storeBytes(of: before, as: UInt32.self)
        }
        #expect(damage(searcher, query, view) == nil)
    }
}
