// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociFiles

@Suite struct GzipTests {
    let folder: TemporaryFolder
    let idx: [UInt8]

    init() throws {
        folder = try TemporaryFolder()
        idx = [0, 0, 8, 3] + bigEndian(UInt32(500), 20, 20) + (0..<200_000).map { UInt8(truncatingIfNeeded: $0 * $0) }
    }

    private func open(_ bytes: [UInt8]) throws -> VectorFile {
        try VectorFile.open(folder.write("a.gz", bytes))
    }

    private func reason(_ bytes: [UInt8]) -> String? {
        guard case .badGzip(_, let reason) = failure({ try open(bytes) }) else { return nil }
        return reason
    }

    @Test func readsWhatIsLongerThanOnePiece() throws {
        let file = try open(gzip(idx))
        #expect(file.count == 500)
        #expect(file.dimension == 400)
        #expect(try rows(file).flatMap { $0 } == idx.dropFirst(16).map { Float($0) })
    }

    @Test func readsMembersAsOneStream() throws {
        for cut in [2, 10, 16, 100_000] {
            let file = try open(gzip(Array(idx[..<cut])) + gzip(Array(idx[cut...])))
            #expect(try file.row(499).last == idx.last.map { Float($0) })
        }
    }

    @Test func refusesDamage() throws {
        let whole = try gzip(idx)
        #expect(reason(Array("not gzip, not at all".utf8)) == "incorrect header check")
        #expect(reason(Array(whole.dropLast())) == "the stream is cut short")
        #expect(reason(Array(whole.prefix(whole.count / 2))) == "the stream is cut short")
        var crc = whole
        crc[whole.count - 8] ^= 1
        #expect(reason(crc) == "incorrect data check")
        var length = whole
        length[whole.count - 4] ^= 1
        #expect(reason(length) == "incorrect length check")
        for garbage in [[0, 0, 0], [0x1F, 0, 0], [0, 0x8B, 0]] as [[UInt8]] {
            #expect(reason(whole + garbage)?.contains("3 bytes follow") == true)
        }
    }

    @Test func holdsTheHeaderToItsPromise() throws {
        let path = folder.file("a.gz")
        #expect(
            failure { try open(gzip(Array(idx.dropLast()))) }
                == .truncated(path: path, expected: 200_016, found: 200_015))
        let error = VectorFileError.inflatesPastHeader(path: path, expected: 200_016)
        #expect(failure { try open(gzip(idx + [0])) } == error)
        #expect(failure { try open(gzip(idx) + gzip([0])) } == error)
        #expect(failure { try open(gzip([0, 0, 8])) } == .truncated(path: path, expected: 4, found: 3))
    }

    /// A megabyte of zeros behind a header that promises one value; and a header that promises the world.
    @Test func stopsEarlyAtBombs() throws {
        let path = folder.file("a.gz")
        let bomb = try gzip([0, 0, 8, 1] + bigEndian(UInt32(1)) + [UInt8](repeating: 0, count: 1 << 20))
        let file = try MappedFile(path: folder.write("a.gz", bomb))
        let reader = try GzipReader(path: path, file: file)
        var head: [UInt8] = []
        try reader.fill(&head, upTo: 9)
        #expect(head.count == 9)
        #expect(try !reader.endsHere())
        #expect(failure { try open(bomb) } == .inflatesPastHeader(path: path, expected: 9))

        let promise = try gzip([0, 0, 8, 2] + bigEndian(UInt32.max, 65_536) + [1, 2, 3])
        #expect(
            failure { try open(promise) }
                == .truncated(path: path, expected: 12 + Int(UInt32.max) * 65_536, found: 15))
    }

    /// What is inflated past the need is at most the piece asked for, and memory follows the data, not the promise.
    @Test func memoryFollowsTheData() throws {
        let file = try MappedFile(path: folder.write("a.gz", try gzip(idx)))
        let reader = try GzipReader(path: "a", file: file)
        var bytes: [UInt8] = []
        try reader.fill(&bytes, upTo: .max)
        #expect(bytes == idx)
        #expect(bytes.capacity < 6 * idx.count)
    }
}
