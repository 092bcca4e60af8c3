// Loci, Apache License 2.0.

import LociAttributes
import LociIndex
import TestSupport
import Testing

@testable import Loci

/// Queries that are bytes: they find what the same numbers find as an array.
@Suite struct ByteQueryTests {
    private let folder: TemporaryFolder
    private let database: Database
    private let vectors: RandomVectors
    private let queries: RandomVectors

    init() throws {
        folder = try TemporaryFolder()
        database = try Database.open(folder.database)
        vectors = try RandomVectors(count: 2_200, dimension: 7)
        queries = try RandomVectors(count: 12, dimension: 7, seed: 3)
    }

    /// The little-endian bytes of a vector, after some others.
    private func bytes(of vector: [Float], after count: Int) -> [UInt8] {
        [UInt8](repeating: 0xff, count: count)
            + vector.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
    }

    private func found(
        _ bytes: [UInt8], after count: Int, _ options: SearchOptions, in collection: Collection
    ) throws
        -> [Neighbor]
    {
        var results = SearchResults()
        try collection.search(bytes.span.bytes.extracting(droppingFirst: count), options, into: &results)
        #expect(results.queryCount == 1)
        return results[query: 0]
    }

    @Test(arguments: Metric.allCases, [Quantization.float32, .lvq4x8])
    func findWhatArraysFind(metric: Metric, quantization: Quantization) throws {
        let collection = try database.buildCollection("a", .quick(metric, quantization), from: vectors)
        for query in 0..<queries.count {
            for isExact in [false, true] {
                let options = SearchOptions(k: 9, window: 20, isExact: isExact)
                let expected = try collection.search(queries[query], k: 9, window: 20, exact: isExact)
                // An array's own bytes are aligned: every other place is tried.
                let place = query % 9
                #expect(
                    try found(bytes(of: queries[query], after: place), after: place, options, in: collection)
                        == expected)
            }
        }
    }

    @Test func findRowsAndWhatMatches() throws {
        let collection = try database.createCollection("rows", .quick())
        try database.write { transaction in
            let rows = try transaction.collection("rows")
            for row in 0..<300 {
                try rows.add(
                    VectorID(row: row), vectors: (0...row % 3).map { vectors[row * 3 + $0] },
                    attributes: Attributes(json: #"{"even": \#(row % 2 == 0)}"#))
            }
        }
        for filter in [nil, try Filter(parsing: ".even")] {
            var options = SearchOptions(k: 5)
            options.filter = filter
            for query in 0..<queries.count {
                #expect(
                    try found(bytes(of: queries[query], after: 1), after: 1, options, in: collection)
                        == collection.search(queries[query], k: 5, filter: filter))
            }
        }
    }

    @Test func bytesThatCannotBe() throws {
        let collection = try database.buildCollection("a", .quick(), from: vectors)
        let good = bytes(of: queries[0], after: 0)
        var results = SearchResults()
        for count in [1, 2, 3, 5, 27, 29] {
            let some = Array((good + good).prefix(count))
            #expect(
                indexError { try collection.search(some.span.bytes, SearchOptions(), into: &results) }
                    == .parameter(name: "query", value: "\(count) bytes", allowed: "32-bit floats, of 4 bytes each"))
        }
        for count in [0, 4, 24, 32] {
            let some = Array((good + good).prefix(count))
            #expect(
                indexError { try collection.search(some.span.bytes, SearchOptions(), into: &results) }
                    == .dimensionMismatch(found: count / 4, expected: 7))
        }
        let bad = bytes(of: [1, 2, 3, 4, .infinity, 6, 7], after: 0)
        #expect(
            indexError { try collection.search(bad.span.bytes, SearchOptions(), into: &results) }
                == .notFinite(row: nil, component: 4))
        #expect(results.queryCount == 0)
        // One without vectors has no dimension.
        let empty = try database.createCollection("empty")
        try empty.search(good.span.bytes, SearchOptions(), into: &results)
        #expect(results.queryCount == 1 && results.count == 0)
    }
}
