// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

/// A table over the vectors of a collection, as a build makes it.
final class LearnedTable {
    let coded: CodedVectors
    let records: OwnedRecords
    let table: EntryTable

    init(_ coded: CodedVectors, layout: EntryTableLayout? = nil, seed: UInt64 = 42, threads: Int = 2) throws {
        self.coded = coded
        let vectors = try BuildVectors(
            source: coded.source, space: coded.space, threads: threads, observer: SilentObserver())
        let layout = try #require(
            layout ?? EntryTableLayout.standard(dimension: vectors.dimension, count: vectors.count))
        records = EntryTableBuilder(vectors: EntryVectors(vectors), layout: layout, seed: seed).build(
            space: coded.space)
        table = EntryTable(layout: layout, base: UnsafePointer(records.base))
    }

    /// A table of other making.
    init(_ coded: CodedVectors, _ made: (layout: EntryTableLayout, table: OwnedRecords)) {
        self.coded = coded
        records = made.table
        table = EntryTable(layout: made.layout, base: UnsafePointer(records.base))
    }

    var bytes: [UInt8] { Array(UnsafeBufferPointer(start: records.base, count: table.layout.bytes)) }
    var slots: [UInt32] { (0..<table.layout.entries).map(table.slot) }

    /// Where walks begin for a query.
    func seeds(of vector: [Float]) throws -> [UInt32] {
        let query = QueryState(layout: coded.layout, space: coded.space)
        try query.prepare(vector)
        var search = EntrySearch()
        defer { search.deallocate() }
        var seeds: [UInt32] = []
        search.seeds(of: query, in: table) { seeds.append($0) }
        withExtendedLifetime(self) {}
        return seeds
    }

    /// The entries' slots by their exact distance to a query, the nearest first.
    func nearest(to vector: [Float]) -> [UInt32] {
        let metric = coded.space.metric
        func ready(_ vector: [Float]) -> [Double] {
            metric == .cosine ? DoubleMath.normalised(vector.doubles) : vector.doubles
        }
        let query = ready(vector)
        let distances = slots.map { DoubleMath.distance(metric, query, ready(coded.vector(Int($0)))) }
        return distances.indices.sorted { distances[$0] < distances[$1] }.map { slots[$0] }
    }
}

@Suite struct EntrySearchTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let metric: Metric
        let dimension: Int
        let quantization: Quantization
        var testDescription: String { "\(metric) \(dimension) \(quantization)" }
    }

    static let cases: [Case] = Metric.allCases.flatMap { metric in
        [(8, Quantization.lvq8), (31, .lvq4), (128, .lvq8), (300, .lvq4x8)].map {
            Case(metric: metric, dimension: $0, quantization: $1)
        }
    }

    /// Clusters of different lengths about a mean that is far from zero.
    private func clustered(
        _ count: Int, dimension: Int, _ generator: inout SeededGenerator
    ) -> [Float] {
        var values = TestVectors.clustered(count: count, dimension: dimension, clusters: 24, &generator)
        let mean = generator.normals(dimension)
        for index in values.indices { values[index] += 3 * mean[index % dimension] }
        return values
    }

    /// The seeds are of 4-bit codes of a few directions, the best of each sixteenth entry, so they are near and not
    /// nearest. Bounds lie below what was measured, and above what a table with a wrong part gives: without offsets, with
    /// biases of 0, with steps or scales of 1, or with codes of other entries.
    @Test(arguments: cases)
    func seedsAreAmongTheNearestEntries(_ test: Case) throws {
        var generator = SeededGenerator("entry seeds \(test.testDescription)")
        let dimension = test.dimension
        let count = 2_400
        let queryCount = 60
        let values = clustered(count + queryCount, dimension: dimension, &generator)
        let coded = try CodedVectors(
            Array(values[..<(count * dimension)]), dimension: dimension, metric: test.metric,
            quantization: test.quantization)
        let learned = try LearnedTable(coded)
        #expect(learned.slots.count == 144)
        var isFirst = 0
        var ranks = 0
        for query in count..<count + queryCount {
            let vector = Array(values[query * dimension..<(query + 1) * dimension])
            let seeds = try learned.seeds(of: vector)
            #expect(seeds.count == EntrySearch.seedCount && Set(seeds).count == seeds.count)
            let nearest = learned.nearest(to: vector)
            let places = try seeds.map { try #require(nearest.firstIndex(of: $0)) }
            isFirst += places.contains(0) ? 1 : 0
            ranks += places[0]
        }
        let rank = Double(ranks) / Double(queryCount)
        print(
            "\(test.testDescription): the nearest entry of \(isFirst) of \(queryCount) queries, first seed's rank \(rank)"
        )
        #expect(isFirst >= 48)
        #expect(rank <= (dimension < 100 ? 1 : 3))
    }

    @Test(arguments: Metric.allCases)
    func theSameTableAlways(metric: Metric) throws {
        var generator = SeededGenerator("same table \(metric)")
        let coded = try CodedVectors(
            clustered(2_001, dimension: 40, &generator), dimension: 40, metric: metric, quantization: .lvq4)
        let first = try LearnedTable(coded)
        #expect(first.table.layout == EntryTableLayout(dimension: 40, directions: 32, entries: 112))
        for threads in [1, 5] { #expect(try LearnedTable(coded, threads: threads).bytes == first.bytes) }
        let other = try LearnedTable(coded, seed: 43)
        #expect(other.slots != first.slots)
        for table in [first, other] {
            #expect(zip(table.slots, table.slots.dropFirst()).allSatisfy { $0 < $1 })
            #expect(table.slots.allSatisfy { $0 < 2_001 })
            // From all over the vectors: of 112 drawn, none lies in the first or the last third once in 10^19.
            #expect(table.slots.contains { $0 < 667 } && table.slots.contains { $0 >= 1_334 })
            var faults: [String] = []
            table.table.forEachFault(count: 2_001) { faults.append($0) }
            #expect(faults.isEmpty)
        }
    }

    @Test func asManyEntriesAsVectors() throws {
        var generator = SeededGenerator("all vectors are entries")
        let coded = try CodedVectors(generator.normals(32 * 5), dimension: 5, metric: .l2, quantization: .lvq8)
        let all = try LearnedTable(coded, layout: EntryTableLayout(dimension: 5, directions: 8, entries: 32))
        #expect(all.slots == Array(0..<32))
        for row in 0..<32 { #expect(try all.seeds(of: coded.vector(row)).first == UInt32(row)) }
    }

    @Test(arguments: Metric.allCases)
    func queriesAndVectorsThatTellNothing(metric: Metric) throws {
        var generator = SeededGenerator("telling nothing \(metric)")
        let dimension = 24
        let varied = clustered(640, dimension: dimension, &generator)
        let equal = TestVectors.equal(count: 640, dimension: dimension, &generator)
        for values in [varied, equal] {
            let coded = try CodedVectors(values, dimension: dimension, metric: metric, quantization: .lvq8)
            let learned = try LearnedTable(coded)
            var queries = [coded.space.mean, coded.vector(3), generator.normals(dimension).map { $0 * 1e3 }]
            if metric != .cosine { queries.append([Float](repeating: 0, count: dimension)) }
            for query in queries {
                let seeds = try learned.seeds(of: query)
                #expect(Set(seeds).count == EntrySearch.seedCount)
                #expect(seeds.allSatisfy { learned.slots.contains($0) })
            }
        }
        guard metric != .cosine else { return }
        let zeros = [Float](repeating: 0, count: 640 * dimension)
        let coded = try CodedVectors(zeros, dimension: dimension, metric: metric, quantization: .lvq8)
        #expect(try LearnedTable(coded).seeds(of: generator.normals(dimension)).count == EntrySearch.seedCount)
    }

    /// Numbers that are no numbers, and any bytes: the seeds are still slots that the table names.
    @Test func damagedTablesNeverTrap() throws {
        var generator = SeededGenerator("damaged entry tables")
        let coded = try CodedVectors(generator.normals(640 * 24), dimension: 24, metric: .cosine, quantization: .lvq8)
        let learned = try LearnedTable(coded)
        let layout = learned.table.layout
        let good = learned.bytes
        func restore() { learned.records.base.update(from: good, count: good.count) }
        func store(_ value: Float, _ offset: Int) {
            UnsafeMutableRawPointer(learned.records.base).storeBytes(
                of: value.bitPattern.littleEndian, toByteOffset: offset, as: UInt32.self)
        }
        func expectSeeds() throws {
            for row in [1, 5] {
                let seeds = try learned.seeds(of: coded.vector(row))
                #expect(seeds.count == EntrySearch.seedCount)
                let slots = learned.slots
                #expect(seeds.allSatisfy { slots.contains($0) })
            }
        }
        let strange = [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude, -1e30, .leastNonzeroMagnitude]
        for value in strange {
            for offset in [0, layout.lowsOffset, layout.stepsOffset, layout.scalesOffset] {
                for places in [0..<1, 31..<32, 0..<32] {
                    let places = places.clamped(to: 0..<layout.directions)
                    for place in places { store(value, offset + 4 * place) }
                    try expectSeeds()
                    restore()
                }
            }
            for lane in 0..<16 { store(value, layout.groupsOffset + 4 * lane) }
            try expectSeeds()
            restore()
        }
        for _ in 0..<TestSettings.iterations(100) {
            let bytes = generator.bytes(good.count)
            learned.records.base.update(from: bytes, count: bytes.count)
            try expectSeeds()
        }
    }
}
