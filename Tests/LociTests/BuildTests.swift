// Loci, Apache License 2.0.

import LociFiles
import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct BuildTests {
    /// How far a component of `get` may be from what was given, relative to the largest magnitude of the data, 1.
    ///
    /// LVQ: half a step of a range that the rotation may widen to the vector's length; see `LVQEncoder`.
    private func bound(_ quantization: Quantization, _ originals: Originals, length: Float) -> Float {
        switch (originals, quantization) {
        case (.float32, _), (.none, .float32): 1e-6
        case (.float16, _), (.none, .float16): 0x1p-11 * 1.01
        case (_, .lvq8): 2 * length / 255 + 1e-5
        case (_, .lvq4): 2 * length / 15
        case (_, .lvq4x4): 2 * length / 15 / 16
        case (_, .lvq4x8): 2 * length / 15 / 256 + 1e-5
        case (_, .binary): length
        }
    }

    @Test(arguments: [300, 3_000], Quantization.allCases.filter { $0 != .binary })
    func everyKind(count: Int, quantization: Quantization) throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let dimension = 24
        let vectors = try RandomVectors(count: count, dimension: dimension, seed: UInt64(count))
        let queries = try RandomVectors(count: 30, dimension: dimension, seed: 77)
        for metric in Metric.allCases {
            // A graph is the same whatever is kept beside it: small collections try all kinds of originals.
            let kinds =
                count == 300
                ? Originals.allCases : metric == .l2 && quantization == .lvq4 ? [.none, .float32] : [.none]
            for originals in kinds {
                let name = "\(metric)-\(originals)"
                let collection = try database.buildCollection(
                    name, .quick(metric, quantization, originals), from: vectors)
                #expect(try collection.count == count)
                #expect(try collection.dimension == dimension)
                #expect(try collection.configuration == .quick(metric, quantization, originals))
                #expect(try collection.info().hasGraph == (count > 2_000))
                try checkVectors(collection, vectors, metric, quantization, originals)
                let truth = try ExactNeighbours.find(
                    in: vectors, queries: queries, metric: metric, k: 10, threads: 2, observer: SilentObserver())
                let matrix = try IntegerMatrix(count: truth.queryCount, columns: truth.k, values: truth.rows)
                let (measurement, _) = try collection.measure(
                    queries: queries, truth: GroundTruth(matrix), SearchOptions(k: 10, window: 200), threads: 2)
                let least = quantization == .lvq4 && originals == .none ? 0.6 : 0.93
                #expect(measurement.recall ?? 0 >= least, "\(name) \(quantization) \(count)")
            }
        }
        #expect(try database.check() == [])
    }

    private func checkVectors(
        _ collection: Loci.Collection, _ vectors: RandomVectors, _ metric: Metric, _ quantization: Quantization,
        _ originals: Originals
    ) throws {
        for row in stride(from: 0, to: vectors.count, by: vectors.count / 50) {
            var expected = vectors[row]
            let length = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
            // Without originals a cosine collection holds directions only.
            if metric == .cosine, originals == .none { expected = expected.map { $0 / length } }
            let found = try #require(try collection.get(VectorID(row: row)))
            let allowed = bound(quantization, originals, length: metric == .cosine ? 1 : length)
            let isExact = originals == .float32 || (originals == .none && quantization == .float32 && metric != .cosine)
            if isExact {
                #expect(found == expected)
            } else {
                #expect(zip(found, expected).allSatisfy { ($0 - $1).magnitude <= allowed }, "row \(row)")
            }
            guard metric != .ip else { continue }
            // What the vector looks most like is itself, wherever the codes tell vectors of random directions apart.
            #expect(try collection.search(vectors[row], k: 1, window: 100).first?.id == VectorID(row: row))
        }
    }

    @Test func boundaryOfTheGraph() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        for (count, hasGraph) in [(1, false), (2_000, false), (2_001, true)] {
            let vectors = try RandomVectors(count: count, dimension: 8)
            let collection = try database.buildCollection("n\(count)", .quick(), from: vectors)
            #expect(try collection.info().hasGraph == hasGraph)
            #expect(try collection.search(vectors[count - 1], k: 3).count == min(3, count))
            #expect(try collection.search(vectors[count - 1], k: 1).map(\.id) == [VectorID(row: count - 1)])
        }
        #expect(try database.check() == [])
    }

    @Test func equalVectorsAreAllFound() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let equal = try VectorArray([Float](repeating: 0.5, count: 2_100 * 4), dimension: 4)
        let collection = try database.buildCollection("a", .quick(.l2, .lvq4x8), from: equal)
        let found = try collection.search([0.5, 0.5, 0.5, 0.5], k: 2_100, window: 2_100)
        #expect(Set(found.map(\.id)).count == 2_100)
        #expect(found.allSatisfy { $0.distance.magnitude < 1e-6 })
        #expect(try database.check() == [])
    }

    @Test(arguments: Quantization.allCases, Originals.allCases)
    func emptyCollectionIsBuilt(quantization: Quantization, originals: Originals) throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let metric: Metric = quantization == .binary ? .cosine : .l2
        let collection = try database.createCollection("a", .quick(metric, quantization, originals))
        #expect(try collection.count == 0)
        #expect(try collection.dimension == nil)
        #expect(try collection.get("0") == nil)
        #expect(try collection.info().bytesPerVector == 0)
        #expect(try collection.search([1]).isEmpty && collection.search([1, 2], recall: 0.9).isEmpty)
        #expect(try database.check() == [])
        let vectors = try RandomVectors(count: 20, dimension: 5)
        try collection.build(from: vectors)
        #expect(try collection.count == 20)
        #expect(try collection.configuration == .quick(metric, quantization, originals))
        #expect(lociError { try collection.build(from: vectors) } == .collectionNotEmpty(name: "a"))
        try collection.build(from: RandomVectors(count: 7, dimension: 3), replacing: true)
        #expect(try collection.count == 7)
        #expect(try collection.dimension == 3)
        #expect(try database.check() == [])
    }

    @Test func identifiersNameTheVectors() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let count = 1_100
        let vectors = try RandomVectors(count: count, dimension: 6)
        // Bytes of all kinds, the shortest and the longest.
        var identifiers = (0..<count).map { VectorID(bytes: [0xFF, UInt8($0 >> 8), UInt8($0 & 255), 0]) }
        identifiers[3] = VectorID(bytes: [0])
        identifiers[4] = VectorID(bytes: [UInt8](repeating: 0xFE, count: VectorID.maximumBytes))
        let collection = try database.buildCollection(
            "a", .quick(.l2, .float32), from: vectors, identifiers: identifiers)
        for row in [0, 3, 4, 511, 512, count - 1] {
            #expect(try collection.get(identifiers[row]) == vectors[row])
            #expect(try collection.search(vectors[row], k: 1).first?.id == identifiers[row])
        }
        for absent in [VectorID(row: 0), VectorID(bytes: []), VectorID(bytes: [UInt8](repeating: 1, count: 5_000))] {
            #expect(try collection.get(absent) == nil)
        }
        var seen: [VectorID] = []
        try collection.forEach { id, vector in
            #expect(vector == vectors[seen.count])
            seen.append(id)
        }
        #expect(seen == identifiers)
        #expect(try database.check() == [])
    }

    @Test func replacedServesUntilTheEnd() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let old = try RandomVectors(count: 100, dimension: 4, seed: 1)
        let new = try RandomVectors(count: 2_100, dimension: 9, seed: 2)
        let collection = try database.buildCollection("a", .quick(), from: old)
        /// Looks at the collection whenever the build tells of its progress.
        struct Witness: BuildObserver {
            let collection: Loci.Collection
            let isCancelled = false
            func progress(stage: BuildStage, done: Int, total: Int) {
                #expect((try? collection.count) == 100)
                #expect((try? collection.dimension) == 4)
            }
        }
        _ = try database.buildCollection(
            "a", .quick(.cosine), from: new, replacing: true, observer: Witness(collection: collection))
        #expect(try collection.count == 2_100)
        #expect(try collection.configuration.metric == .cosine)
        #expect(try database.environment.markedCollections() == [])
        #expect(try database.check() == [])
    }
}
