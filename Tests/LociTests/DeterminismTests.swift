// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct DeterminismTests {
    @Test(arguments: [Quantization.lvq4x8, .lvq8, .float16])
    func threadsDoNotChangeTheFile(quantization: Quantization) throws {
        let folder = try TemporaryFolder()
        let vectors = try RandomVectors(count: 2_300, dimension: 20)
        let queries = try RandomVectors(count: 40, dimension: 20, seed: 5)
        var files: [[UInt8]] = []
        var records: [[[UInt8]]] = []
        var answers: [[Neighbor]] = []
        for threads in 1...3 {
            let path = folder.file("\(threads).loci")
            do {
                let database = try Database.open(path)
                let collection = try database.buildCollection(
                    "a", .quick(.l2, quantization, .float16), from: vectors, threads: threads)
                records.append(try database.records())
                let results = try collection.search(queries: queries, threads: threads)
                answers.append((0..<queries.count).flatMap { results[query: $0] })
            }
            files.append(try TestFile.read(path))
        }
        for other in 1...2 {
            #expect(records[other] == records[0])
            #expect(answers[other] == answers[0])
            #expect(files[other].count == files[0].count)
            let differing = zip(files[other], files[0]).enumerated().filter { $0.element.0 != $0.element.1 }.map(
                \.offset)
            #expect(differing.isEmpty, "bytes \(differing.prefix(10)) of \(files[0].count)")
        }
    }

    @Test func theSeedDecides() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let vectors = try RandomVectors(count: 2_300, dimension: 20)
        func adjacency(_ seed: UInt64) throws -> [[UInt8]] {
            var configuration = CollectionConfiguration.quick(.l2, .lvq4)
            configuration.build.seed = seed
            _ = try database.buildCollection("a", configuration, from: vectors, replacing: true)
            return try database.environment.read { transaction in
                let number = try #require(try Catalogue.number(of: "a", in: transaction))
                var lists: [[UInt8]] = []
                try transaction.forEach(in: .adjacency, prefix: Key(collection: number)) { _, value in
                    lists.append(value.extracting(droppingFirst: ChunkHeader.encodedBytes).copied)
                    return true
                }
                return lists
            }
        }
        let first = try adjacency(1)
        #expect(try adjacency(1) == first)
        #expect(try adjacency(2) != first)
    }
}
