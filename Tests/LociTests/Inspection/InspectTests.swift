// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci

/// What an inspection tells, against lists, scans and the originals themselves.
@Suite struct InspectTests {
    private let folder: TemporaryFolder
    private let database: Database
    private let vectors: RandomVectors

    init() throws {
        folder = try TemporaryFolder()
        database = try Database.open(folder.database)
        vectors = try RandomVectors(count: 2_300, dimension: 12)
    }

    private func options(queries: Int = 60, windows: [Int] = [2, 12, 40]) -> InspectionOptions {
        var options = InspectionOptions()
        (options.queries, options.windows, options.codes) = (queries, windows, 150)
        return options
    }

    @Test(arguments: [Metric.l2, .ip, .cosine], [Quantization.lvq8, .lvq4x8, .float32])
    func agreesWithBruteForce(metric: Metric, quantization: Quantization) throws {
        let collection = try database.buildCollection("a", .quick(metric, quantization), from: vectors)
        try database.write { transaction in
            let rows = try transaction.collection("a")
            for row in stride(from: 5, to: 2_300, by: 29) { try rows.remove(VectorID(row: row)) }
        }
        let before = try database.records()
        let inspection = try collection.inspect(options())
        #expect(try database.records() == before)
        #expect(inspection.info == (try collection.info()))
        let graph = try #require(inspection.graph)
        let count = try collection.count
        #expect(graph.outDegrees.total == count && graph.inDegrees.total == count)
        #expect(graph.hops.total == count && graph.unreached == 0)
        // No list names a slot that is free.
        #expect(graph.staleLinks == 0 || inspection.info.unusedSlots > inspection.info.freeSlots)
        // What the engine says of each row's links.
        var (out, received): ([Int], [VectorID: Int]) = ([], [:])
        try collection.forEach { id, _ in
            let links = try #require(try collection.links(of: id))
            out.append(links.count)
            for link in links { received[link.id, default: 0] += 1 }
        }
        #expect(graph.outDegrees == CountDistribution(of: out))
        let unlinked = [Int](repeating: 0, count: count - received.count)
        #expect(graph.inDegrees == CountDistribution(of: Array(received.values) + unlinked))

        let recall = try #require(inspection.recall)
        #expect(recall.queries == 60 && recall.k == 10 && recall.window == 64)
        #expect(recall.points.map(\.window) == [2, 12, 40, 64])
        for point in recall.points {
            let measured = try collection.recall(sample: 60, window: point.window)
            #expect(point.recall == measured.recall && point.lowest == measured.lowestRecall)
        }
        #expect(recall.own == recall.points.last)
        let walks = try #require(inspection.walks)
        #expect(walks.expanded.total == 60 && walks.measured.total == 60 && walks.depths.total == 60)
        #expect(walks.expanded.smallest >= 10 && walks.measured.smallest >= walks.expanded.smallest)
        // Neither chance nor threads change anything.
        var other = options()
        other.threads = 1
        #expect(try collection.inspect(other) == inspection)
        other.seed = 5
        #expect(try collection.inspect(other).recall != inspection.recall)
    }

    @Test(arguments: [Metric.l2, .cosine], [Quantization.lvq4, .lvq4x8, .binary])
    func errorOfCodes(metric: Metric, quantization: Quantization) throws {
        guard metric == .cosine || quantization != .binary else { return }
        let collection = try database.buildCollection("a", .quick(metric, quantization, .float32), from: vectors)
        var all = options()
        all.codes = 2_300
        let codes = try #require(try collection.inspect(all).codes)
        #expect(codes.reference == .originals && codes.firstLevel.count == 2_300)
        #expect(codes.firstLevel.bins.reduce(0, +) == 2_300)
        #expect((codes.bothLevels != nil) == (quantization == .lvq4x8))
        // The same codes without originals are what `get` decodes.
        let bare = try database.buildCollection("b", .quick(metric, quantization), from: vectors)
        var errors: [Double] = []
        for row in 0..<2_300 {
            let decoded = try #require(try bare.get(VectorID(row: row))).map(Double.init)
            var vector = vectors[row].map(Double.init)
            if metric == .cosine {
                let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
                vector = vector.map { $0 / length }
            }
            let apart = zip(decoded, vector).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            errors.append((apart / vector.reduce(0) { $0 + $1 * $1 }).squareRoot())
        }
        let measured = codes.bothLevels ?? codes.firstLevel
        #expect(abs(measured.mean - errors.reduce(0, +) / 2_300) < 1e-5)
        #expect(abs(measured.largest - (errors.max() ?? 0)) < 1e-5)
        #expect(abs(measured.median - errors.sorted()[1_149]) < 1e-5)
        let own = try bare.inspect(all).codes
        if quantization == .lvq4x8 {
            #expect(own?.reference == .bothLevels && own?.bothLevels == nil)
            // What the second level lacks itself is little.
            #expect(abs((own?.firstLevel.mean ?? 0) - codes.firstLevel.mean) < 0.01)
            #expect(codes.firstLevel.mean > 20 * measured.mean)
        } else {
            #expect(own == nil)
        }
    }

    /// Collections that are scanned, of rows of several vectors, or of nothing.
    @Test func smallCollections() throws {
        let collection = try database.createCollection("a", .quick(.l2, .lvq4x8))
        let empty = try collection.inspect()
        #expect(empty.info.count == 0 && empty.graph == nil && empty.codes == nil && empty.recall == nil)
        for count in [1, 2, 40] {
            try database.write { transaction in
                let rows = try transaction.collection("a")
                for row in rows.count..<count { try rows.add(VectorID(row: row), vectors[row]) }
            }
            let inspection = try collection.inspect()
            #expect(inspection.info.count == count && inspection.codes?.firstLevel.count == count)
            #expect(inspection.graph == nil && inspection.recall == nil && inspection.walks == nil)
        }
    }

    @Test func rowsOfSeveralVectors() throws {
        let collection = try database.createCollection("a", .quick(.l2, .lvq8))
        try database.write { transaction in
            let rows = try transaction.collection("a")
            for row in 0..<760 { try rows.add(VectorID(row: row), vectors: (0..<3).map { vectors[3 * row + $0] }) }
        }
        let inspection = try collection.inspect(options(windows: [20]))
        #expect(inspection.info.rowCount == 760 && inspection.graph?.outDegrees.total == 2_280)
        #expect(inspection.recall?.points.map(\.window) == [20, 64])
        #expect(inspection.recall?.points[0].recall == (try collection.recall(sample: 60, window: 20).recall))
    }

    /// All but one vector of a graph are removed.
    @Test func oneIsLeft() throws {
        let collection = try database.buildCollection("a", .quick(.l2, .lvq8), from: vectors)
        try database.write { transaction in
            let rows = try transaction.collection("a")
            for row in 1..<2_300 { try rows.remove(VectorID(row: row)) }
        }
        let inspection = try collection.inspect()
        #expect(inspection.graph?.hops.counts == [1] && inspection.recall == nil && inspection.walks == nil)
        try database.write { _ = try $0.collection("a").remove(VectorID(row: 0)) }
        let empty = try collection.inspect()
        #expect(empty.info.count == 0 && empty.graph?.hops.total ?? 0 == 0 && empty.recall == nil)
    }

    @Test func stepsAndRefusals() throws {
        let collection = try database.buildCollection("a", .quick(.l2, .lvq4x8), from: vectors)
        let calls = CallCounter()
        _ = try collection.inspect(options(queries: 7, windows: [4])) { _ in _ = calls.next() }
        // The graph, the codes, the truth, two windows, the walks.
        #expect(calls.next() == 1 + 1 + 4 * 7)
        for stage in [InspectionStage.graph, .codes, .truth, .window(64), .walks] {
            #expect(throws: WriteModel.GivenUp.self) {
                try collection.inspect(options(queries: 7)) { if $0 == stage { throw WriteModel.GivenUp() } }
            }
        }
        var bad = InspectionOptions()
        bad.queries = 0
        #expect(indexError { _ = try collection.inspect(bad) } != nil)
        bad = InspectionOptions()
        bad.windows = [0]
        #expect(indexError { _ = try collection.inspect(bad) } != nil)
        bad = InspectionOptions()
        bad.k = 0
        #expect(indexError { _ = try collection.inspect(bad) } != nil)
        let viewed = try database.read { try $0.collection("a").inspect(options()) }
        #expect(try viewed == collection.inspect(options()))
    }

    @Test func distributions() {
        let none = CountDistribution(of: [])
        #expect(none.counts.isEmpty && none.mean == 0 && none.percentile(0.5) == 0 && none.largest == 0)
        let some = CountDistribution(of: [3, 0, 3, 5])
        #expect(some.counts == [1, 0, 0, 2, 0, 1] && some.mean == 2.75 && some.total == 4)
        #expect([0, 0.25, 0.26, 0.75, 0.76, 1].map { some.percentile($0) } == [0, 0, 3, 3, 5, 5])
        #expect(CountDistribution(counts: [0, 2, 0, 0]).counts == [0, 2])
        let values = ValueDistribution(of: [])
        #expect(values.count == 0 && values.mean == 0 && values.largest == 0)
        let equal = ValueDistribution(of: [0.5, 0.5])
        #expect(equal.bins.last == 2 && equal.median == 0.5 && equal.percentile95 == 0.5)
    }
}
