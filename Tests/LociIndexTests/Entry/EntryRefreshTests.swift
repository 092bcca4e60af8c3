// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

/// Tables of new entries along the directions of old ones.
@Suite struct EntryRefreshTests {
    /// Clusters about a mean that is far from zero.
    private func clustered(_ count: Int, dimension: Int, _ generator: inout SeededGenerator) -> [Float] {
        var values = TestVectors.clustered(count: count, dimension: dimension, clusters: 24, &generator)
        let mean = generator.normals(dimension)
        for index in values.indices { values[index] += 3 * mean[index % dimension] }
        return values
    }

    private func buildVectors(_ coded: CodedVectors) throws -> EntryVectors {
        EntryVectors(
            try BuildVectors(source: coded.source, space: coded.space, threads: 1, observer: SilentObserver()))
    }

    private func refreshed(_ old: LearnedTable, of vectors: EntryVectors, seed: UInt64) throws -> LearnedTable {
        let made = EntryTableBuilder.refreshedTable(old.table, of: vectors, space: old.coded.space, seed: seed)
        return LearnedTable(old.coded, try #require(made))
    }

    @Test(arguments: Metric.allCases)
    func isTheBuiltTableWhereNothingChanged(metric: Metric) throws {
        var generator = SeededGenerator("refreshed as built \(metric)")
        let coded = try CodedVectors(
            clustered(2_001, dimension: 40, &generator), dimension: 40, metric: metric, quantization: .lvq4)
        let vectors = try buildVectors(coded)
        let built = try LearnedTable(coded)
        #expect(try refreshed(built, of: vectors, seed: 42).bytes == built.bytes)
        // Other entries, but the same scales, offsets and directions; and back.
        let other = try refreshed(built, of: vectors, seed: 43)
        #expect(other.slots == (try LearnedTable(coded, seed: 43)).slots)
        #expect(other.slots != built.slots)
        let layout = built.table.layout
        for kept in [0..<layout.lowsOffset, layout.scalesOffset..<layout.groupsOffset] {
            #expect(other.bytes[kept] == built.bytes[kept])
        }
        #expect(
            other.bytes[layout.lowsOffset..<layout.scalesOffset] != built.bytes[layout.lowsOffset..<layout.scalesOffset]
        )
        #expect(try refreshed(other, of: vectors, seed: 42).bytes == built.bytes)
    }

    /// As many entries as a build of the vectors that there are now would choose.
    @Test func sizesGoWithTheVectors() throws {
        var generator = SeededGenerator("sizes of refreshed tables")
        let coded = try CodedVectors(generator.normals(700 * 12), dimension: 12, metric: .l2, quantization: .lvq8)
        let small = try LearnedTable(coded, layout: EntryTableLayout(dimension: 12, directions: 8, entries: 16))
        for (live, entries) in [(700, 32), (512, 32), (511, 16), (256, 16)] {
            let graph = try RandomGraph(slotCount: 700, liveCount: live, degree: 4, &generator)
            let table = try refreshed(small, of: EntryVectors(graph.view(coded)), seed: 1)
            #expect(table.table.layout == EntryTableLayout(dimension: 12, directions: 8, entries: entries))
            #expect(Set(table.slots).count == entries)
            withExtendedLifetime(graph) {}
        }
        // What is said of the number of vectors is not believed.
        for count in [0, 300, 701] {
            let graph = try RandomGraph(slotCount: 700, liveCount: 512, degree: 4, &generator)
            let vectors = EntryVectors(graph.view(coded, count: count))
            #expect(try refreshed(small, of: vectors, seed: 1).slots.count == 32)
            withExtendedLifetime(graph) {}
        }
        let few = try RandomGraph(slotCount: 700, liveCount: 255, degree: 4, &generator)
        #expect(
            EntryTableBuilder.refreshedTable(
                small.table, of: EntryVectors(few.view(coded)), space: coded.space, seed: 1) == nil)
        withExtendedLifetime((small, few)) {}
    }

    /// A collection's own codes, of which two thirds were removed: entries are vectors, and seeds are near.
    @Test(arguments: Metric.allCases, [Quantization.lvq8, .lvq4, .lvq4x8])
    func entriesAreVectorsFromAllOver(metric: Metric, kind: Quantization) throws {
        var generator = SeededGenerator("refreshed of codes \(metric) \(kind)")
        let (slotCount, dimension, queryCount) = (3_000, 64, 40)
        let values = clustered(slotCount + queryCount, dimension: dimension, &generator)
        let coded = try CodedVectors(
            Array(values[..<(slotCount * dimension)]), dimension: dimension, metric: metric, quantization: kind)
        let graph = try RandomGraph(slotCount: slotCount, liveCount: 1_000, degree: 4, &generator)
        defer { withExtendedLifetime((coded, graph)) {} }
        let vectors = EntryVectors(graph.view(coded))
        let table = try refreshed(try LearnedTable(coded), of: vectors, seed: 7)
        #expect(table.slots.count == 48)
        #expect(table.slots.allSatisfy { graph.states[Int($0)] == .live })
        #expect(zip(table.slots, table.slots.dropFirst()).allSatisfy { $0 < $1 })
        // Of 48 drawn, none lies in the first or the last third once in 10^8.
        #expect(table.slots.contains { $0 < 1_000 } && table.slots.contains { $0 >= 2_000 })
        var faults: [String] = []
        table.table.forEachFault(count: slotCount) { faults.append($0) }
        #expect(faults.isEmpty)
        var isFirst = 0
        for query in slotCount..<slotCount + queryCount {
            let vector = Array(values[query * dimension..<(query + 1) * dimension])
            let nearest = table.nearest(to: vector)
            isFirst += try table.seeds(of: vector).contains(nearest[0]) ? 1 : 0
        }
        print("\(metric) \(kind): the nearest entry of \(isFirst) of \(queryCount) queries")
        // Seeds of chance would find it for 7. Four bits alone are rough: measured, 28 for inner product, else 36 to 40.
        #expect(isFirst >= (kind == .lvq4 ? 24 : 32))
        // What a table of these vectors alone would learn is drawn alike.
        let whole = try #require(EntryTableBuilder.standardTable(of: vectors, space: coded.space, seed: 7))
        #expect(LearnedTable(coded, whole).slots == table.slots)
    }

    /// Numbers that are no numbers, and any bytes.
    @Test func damagedTablesNeverTrap() throws {
        var generator = SeededGenerator("refreshed damaged tables")
        let coded = try CodedVectors(generator.normals(300 * 24), dimension: 24, metric: .l2, quantization: .lvq8)
        let old = try LearnedTable(coded)
        let vectors = EntryVectors(coded.view())
        let layout = old.table.layout
        for value in [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude, 1e35, -1e30] {
            for index in 0..<layout.directions {
                UnsafeMutableRawPointer(old.records.base).storeBytes(
                    of: value.bitPattern.littleEndian, toByteOffset: layout.scalesOffset + 4 * index, as: UInt32.self)
            }
            #expect(try refreshed(old, of: vectors, seed: 1).slots.count == 16)
        }
        for _ in 0..<TestSettings.iterations(50) {
            let bytes = generator.bytes(old.bytes.count)
            old.records.base.update(from: bytes, count: bytes.count)
            #expect(try refreshed(old, of: vectors, seed: 1).slots.allSatisfy { $0 < 300 })
        }
    }
}
