// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociStorage

@Suite struct ChunkGeometryTests {
    @Test func sizesOfRecordsOnDisk() {
        #expect(ChunkHeader.encodedBytes == 48)
        #expect(DatabaseSettings().encoded.count == 64)
        #expect(DatabaseSettings.encodedBytes == 64)
        #expect(StagingRecord.encoded(collection: 5).count == StagingRecord.encodedBytes)
        #expect(StagingRecord.encodedBytes == 16)
        #expect(IdentifierChunk.slotsPerChunk == 512)
        #expect(ChunkHeader.encodedBytes + ChunkGeometry.pageHeaderBytes == 64)
    }

    @Test func adjacencyTakesOnePage() throws {
        // 32 neighbours and a count, padded to 64 bytes.
        let geometry = try ChunkGeometry.adjacency(stride: 192)
        #expect(geometry.pages == 1)
        #expect(geometry.recordsPerChunk == 21)
        #expect(geometry.readableTail == 0)
        #expect(geometry.chunkBytes == 4080)
        #expect(try ChunkGeometry.adjacency(stride: 504).pages == 1)
        #expect(try ChunkGeometry.adjacency(stride: 505).recordsPerChunk >= 8)
    }

    /// Examples that pin the rule: another choice would make old files unreadable.
    @Test(arguments: [
        (1, 3, 12160), (64, 3, 190), (128, 3, 95), (448, 2, 18), (832, 6, 29), (3136, 7, 9), (4096, 8, 7),
        (16384, 17, 4), (1048576, 257, 1),
    ])
    func pinnedChoices(stride: Int, pages: Int, records: Int) throws {
        let geometry = try ChunkGeometry(stride: stride)
        #expect(geometry.pages == pages)
        #expect(geometry.recordsPerChunk == records)
    }

    @Test func everyStrideFits() throws {
        for stride in Array(1...9000) + [65536, 262_144, 1 << 20] {
            for tail in [0, 64] {
                let geometry = try ChunkGeometry(stride: stride, readableTail: tail)
                #expect(geometry.recordsPerChunk >= 1)
                let stored = geometry.storedBytes(records: geometry.recordsPerChunk)
                #expect(stored <= geometry.chunkBytes)
                #expect(stored + stride > geometry.chunkBytes)
                // A full chunk is too long for a B-tree page, so that LMDB gives it pages of its own.
                #expect(stored > 2038 || geometry.pages > 1 || stride * 2 > 2038)
                #expect(stored > 2038)
                // At most 1 % more bytes a record than any other count of 1 to 8 pages.
                for pages in 1...8 {
                    let room = pages * 4096 - 64 - tail
                    guard room >= stride else { continue }
                    #expect(
                        geometry.pages * (room / stride) * 100 <= pages * geometry.recordsPerChunk * 101,
                        "stride \(stride), \(pages) pages")
                }
            }
        }
    }

    @Test func refusedStrides() {
        #expect(storageError { _ = try ChunkGeometry(stride: 0) } == .recordLength(bytes: 0, limit: 1 << 20))
        #expect(storageError { _ = try ChunkGeometry(stride: -1) } == .recordLength(bytes: -1, limit: 1 << 20))
        #expect(storageError { _ = try ChunkGeometry(stride: .max) } == .recordLength(bytes: .max, limit: 1 << 20))
        #expect(
            storageError { _ = try ChunkGeometry(stride: 8, readableTail: -1) } == .recordLength(bytes: -1, limit: 1024)
        )
    }

    /// The quotient changes only at multiples of the divisor: if it is right on both sides of each multiple, it is right
    /// everywhere, as it grows with the index. All multiples of a small divisor are too many: those at both ends and
    /// random ones stand for them; the proof is in the text of ``ChunkedRecords``.
    @Test func multiplicationDividesExactly() {
        var generator = SeededGenerator()
        var wrong = 0
        func check(_ index: UInt32, _ divisor: UInt64) {
            let multiplier = ChunkedRecords.multiplier(forDivisor: divisor)
            if ChunkedRecords.quotient(index, multiplier: multiplier, shift: 1) != Int(UInt64(index) / divisor) {
                wrong += 1
            }
        }
        for divisor in Array(1...4096) + [32767, 32768, 65535, 65537, 1 << 20, (1 << 31) - 1, 1 << 31] as [UInt64] {
            // What the proof needs.
            let multiplier = ChunkedRecords.multiplier(forDivisor: divisor)
            let (high, low) = multiplier.multipliedFullWidth(by: divisor)
            #expect(high == 0 && low >= 1 << 63 && low - (1 << 63) < 1 << 31)
            let last = UInt64(UInt32.max) / divisor
            for multiple in [0, 1, 2, last / 2, last - min(last, 1), last] {
                for offset in [-1, 0, 1] {
                    if let index = UInt32(exactly: Int(multiple * divisor) + offset) { check(index, divisor) }
                }
            }
            check(.max, divisor)
            for _ in 0..<20 { check(UInt32.random(in: 0 ... .max, using: &generator), divisor) }
        }
        #expect(wrong == 0)
    }
}
