// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

/// What a build refuses; the database must not have changed by a byte.
@Suite struct BuildRefusalTests {
    private struct Setting {
        let folder: TemporaryFolder
        let database: Database
        let before: [UInt8]

        init() throws {
            folder = try TemporaryFolder()
            database = try Database.open(folder.database)
            _ = try database.buildCollection("old", .quick(), from: RandomVectors(count: 50, dimension: 4))
            before = try TestFile.read(folder.database)
        }

        /// The error of a build beside and in place of the old collection, which must be the same.
        func refused(
            _ source: some VectorSource, _ configuration: CollectionConfiguration = .quick(),
            identifiers: [VectorID]? = nil
        ) throws -> (any Error)? {
            let beside = thrown {
                _ = try database.buildCollection("new", configuration, from: source, identifiers: identifiers)
            }
            let instead = thrown {
                _ = try database.buildCollection(
                    "old", configuration, from: source, identifiers: identifiers, replacing: true)
            }
            #expect(beside.map { "\($0)" } == instead.map { "\($0)" })
            #expect(try TestFile.read(folder.database) == before)
            return beside
        }
    }

    @Test func identifiers() throws {
        let setting = try Setting()
        let vectors = try RandomVectors(count: 600, dimension: 3)
        let good = (0..<600).map { VectorID("v\($0)") }
        func error(_ change: (inout [VectorID]) -> Void) throws -> LociError? {
            var identifiers = good
            change(&identifiers)
            return try setting.refused(vectors, identifiers: identifiers) as? LociError
        }
        #expect(try error { $0.removeLast() } == .identifierCount(identifiers: 599, vectors: 600))
        #expect(try error { $0.append("x") } == .identifierCount(identifiers: 601, vectors: 600))
        #expect(try error { $0 = [] } == .identifierCount(identifiers: 0, vectors: 600))
        #expect(try error { $0[599] = "v7" } == .duplicateIdentifier("v7", rows: [7, 599]))
        #expect(try error { $0[5] = "" } == .identifierLength(row: 5, bytes: 0, limit: 480))
        let long = VectorID(bytes: [UInt8](repeating: 65, count: 481))
        #expect(try error { $0[6] = long } == .identifierLength(row: 6, bytes: 481, limit: 480))
    }

    @Test(arguments: [100, 2_500])
    func vectors(count: Int) throws {
        let setting = try Setting()
        let good = try RandomVectors(count: count, dimension: 4)
        let row = count - 3
        func error(_ value: Float, _ configuration: CollectionConfiguration = .quick()) throws -> IndexError? {
            var values = good.array.values
            values[row * 4 + 2] = value
            return try setting.refused(VectorArray(values, dimension: 4), configuration) as? IndexError
        }
        for value in [Float.nan, .infinity, -.infinity] {
            for metric in Metric.allCases {
                #expect(try error(value, .quick(metric)) == .notFinite(row: row, component: 2))
            }
        }
        #expect(try error(-1.1e15) == .tooLarge(row: row, component: 2, limit: 1e15))
        let half = IndexError.tooLarge(row: row, component: 2, limit: 65_504)
        #expect(try error(65_505, .quick(.l2, .float16)) == half)
        #expect(try error(65_505, .quick(.l2, .lvq8, .float16)) == half)
        var values = good.array.values
        values.replaceSubrange(row * 4..<row * 4 + 4, with: [0, 0, -0.0, 0])
        let zero = try setting.refused(VectorArray(values, dimension: 4), .quick(.cosine)) as? IndexError
        #expect(zero == .zeroVector(row: row))
        #expect(zero?.description.contains("row \(row)") == true)
    }

    @Test func sizes() throws {
        /// A source that claims a size; it is never read.
        struct Claim: VectorSource {
            let count: Int
            let dimension: Int
            func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) throws {
                throw TestFailure("a row was read")
            }
        }
        let setting = try Setting()
        #expect(try setting.refused(Claim(count: 0, dimension: 4)) as? IndexError == .empty)
        #expect(try setting.refused(Claim(count: -1, dimension: 4)) as? IndexError == .empty)
        for dimension in [0, -1, 65_537, Int.max] {
            let error = try setting.refused(Claim(count: 5, dimension: dimension)) as? IndexError
            #expect(error == .dimension(found: dimension, limit: 65_536))
        }
        let error = try setting.refused(Claim(count: 1 << 31, dimension: 4)) as? IndexError
        #expect(error == .tooManyVectors(count: 1 << 31, limit: Int(Int32.max)))
    }

    @Test func parameters() throws {
        let setting = try Setting()
        let vectors = try RandomVectors(count: 10, dimension: 4)
        func isRefused(_ build: BuildParameters, _ metric: Metric = .l2) throws -> Bool {
            let configuration = CollectionConfiguration(metric: metric, build: build)
            guard case .parameter = indexError({ _ = try setting.database.createCollection("new", configuration) })
            else { return false }
            guard case .parameter = try setting.refused(vectors, configuration) as? IndexError else { return false }
            return true
        }
        for degree in [3, 513, 0, -1, Int.max] { #expect(try isRefused(BuildParameters(maximumDegree: degree))) }
        for window in [31, 10_001, 0, -1, Int.max] { #expect(try isRefused(BuildParameters(window: window))) }
        for alpha in [Float.nan, .infinity, 0, -1, 11, 0.9] { #expect(try isRefused(BuildParameters(alpha: alpha))) }
        #expect(try isRefused(BuildParameters(alpha: 1.1), .ip))
    }

    @Test func sourceThatFails() throws {
        struct Broken: VectorSource {
            let good: RandomVectors
            let reads: CallCounter
            let failing: Int
            var count: Int { good.count }
            var dimension: Int { good.dimension }
            func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) throws {
                if reads.next() >= failing { throw TestFailure("the source broke") }
                try good.read(row: row, into: output)
            }
        }
        let setting = try Setting()
        let good = try RandomVectors(count: 2_100, dimension: 4)
        // A build reads all rows four times: for the mean, the longest, the graph, and the codes.
        for failing in [0, 2_000, 2_100, 4_300, 6_400] {
            let error = thrown {
                _ = try setting.database.buildCollection(
                    "old", .quick(), from: Broken(good: good, reads: CallCounter(), failing: failing), replacing: true)
            }
            #expect((error as? TestFailure)?.what == "the source broke", "\(failing)")
            #expect(try setting.database.collectionNames() == ["old"])
            #expect(try setting.database.collection("old").count == 50)
            #expect(try setting.database.environment.markedCollections() == [])
        }
        #expect(try setting.database.check() == [])
        let reads = CallCounter()
        _ = try setting.database.buildCollection(
            "new", .quick(), from: Broken(good: good, reads: reads, failing: .max))
        #expect(reads.next() == 4 * 2_100)
    }

    @Test func sourceThatChanges() throws {
        /// Turns a row into what cannot be taken after it was learned from.
        struct Changing: VectorSource {
            let good: RandomVectors
            let reads = CallCounter()
            var count: Int { good.count }
            var dimension: Int { good.dimension }
            func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) throws {
                try good.read(row: row, into: output)
                if reads.next() >= 200, row == 7 { output[1] = .nan }
            }
        }
        let setting = try Setting()
        let source = Changing(good: try RandomVectors(count: 100, dimension: 4))
        let error = indexError { _ = try setting.database.buildCollection("new", .quick(), from: source) }
        #expect(error == .notFinite(row: 7, component: 1))
        #expect(try setting.database.collectionNames() == ["old"])
        #expect(try setting.database.check() == [])
    }
}
