// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

/// Flips bytes of a database file.
///
/// Only of values that have pages of their own, which is where chunks lie. LMDB trusts the pages of its B-tree: a wrong
/// offset in one of them makes it read outside the map, and no program on top of it can help that. It has no checksums
/// either, so a flip there may also go unseen.
@Suite struct DamageTests {
    /// The value of a chunk in the file.
    private struct Chunk {
        let offset: Int
        /// The header and the records; what follows is the readable tail, which means nothing.
        let recordBytes: Int
    }

    private static let page = 4096

    /// Finds chunks by LMDB's mark of an overflow page (flags 0x04 at byte 10) and by their own headers.
    private func chunks(in file: [UInt8]) -> [Chunk] {
        func number(_ offset: Int, _ bytes: Int) -> Int {
            (0..<bytes).reduce(0) { $0 | Int(file[offset + $1]) << (8 * $1) }
        }
        var chunks: [Chunk] = []
        var page = 2
        while (page + 1) * Self.page <= file.count {
            let start = page * Self.page
            guard number(start + 10, 2) == 0x04, number(start, 8) == page, file[start + 17] == 0x4C else {
                page += 1
                continue
            }
            let (stride, records) = (number(start + 28, 4), number(start + 32, 4))
            let isIdentifiers = file[start + 16] == 5
            let content = isIdentifiers ? number(start + 64 + 4 * records, 4) + 4 * (records + 1) : stride * records
            chunks.append(Chunk(offset: start + 16, recordBytes: 48 + content))
            page += max(1, number(start + 12, 4))
        }
        return chunks
    }

    @Test(arguments: [Quantization.lvq4x4, .float32])
    func everyFlipInAChunkIsReported(quantization: Quantization) throws {
        let folder = try TemporaryFolder()
        let vectors = try RandomVectors(count: 2_100, dimension: 16)
        let records: [[UInt8]]
        do {
            let database = try Database.open(folder.database)
            _ = try database.buildCollection(
                "a", .quick(.l2, quantization, .float16), from: vectors,
                identifiers: (0..<2_100).map { VectorID("v\($0)") })
            records = try database.records()
        }
        let good = try TestFile.read(folder.database)
        let chunks = chunks(in: good)
        #expect(chunks.count > 20)
        var generator = SeededGenerator()
        var reported = 0
        for round in 0..<TestSettings.iterations(150) {
            let chunk = try #require(chunks.randomElement(using: &generator))
            // Headers are small: every fourth flip hits one.
            let place = Int.random(in: 0..<(round % 4 == 0 ? 48 : chunk.recordBytes), using: &generator)
            let flip = UInt8.random(in: 1...255, using: &generator)
            let path = folder.file("\(round).loci")
            var damaged = good
            damaged[chunk.offset + place] ^= flip
            try TestFile.write(damaged, to: path)
            let database = try Database.open(path, access: .readOnly)
            let faults = try database.check()
            if faults.isEmpty {
                // The chunk is of a page that a later commit has freed.
                #expect(try database.records() == records, "byte \(place) of the chunk at \(chunk.offset) was missed")
            } else {
                reported += 1
            }
            let collection = try database.collection("a")
            for row in [round, 2_099 - round] {
                if let found = try? collection.search(vectors[row], k: 20) { #expect(found.count <= 20) }
                _ = try? collection.search(vectors[row], k: 20, exact: true)
                _ = try? collection.get(VectorID("v\(row)"))
            }
            _ = try? collection.forEach { _, _ in }
            _ = try database.info()
        }
        #expect(reported > 0)
    }

    @Test func shortenedFileIsRefused() throws {
        let folder = try TemporaryFolder()
        do {
            _ = try Database.open(folder.database).buildCollection(
                "a", .quick(), from: RandomVectors(count: 2_100, dimension: 16))
        }
        let good = try TestFile.read(folder.database)
        for length in [100, 4_096, 8_192, good.count / 2, good.count - 4_096, good.count - 1] {
            let path = folder.file("\(length).loci")
            try TestFile.write(Array(good.prefix(length)), to: path)
            let error = lociError { _ = try Database.open(path) }
            switch error {
            case .notADatabase, .corrupt: continue
            default: Issue.record("\(length) of \(good.count) bytes were opened: \(String(describing: error))")
            }
        }
    }
}
