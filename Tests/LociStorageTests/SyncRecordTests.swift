// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociStorage

@Suite struct SyncRecordTests {
    /// A record of a small database's last commit.
    private func record(_ folder: TemporaryFolder) throws -> SyncRecord {
        do { try Environment.open(at: folder.database, mode: .create, options: .small()).commit(1) }
        let file = try OpenFile.open(path: folder.database, create: false)
        let metas = try [UInt64(0), 4096].map {
            try MetaPage(file.read(count: MetaPage.byteCount, at: $0), path: folder.database)
        }
        let last = metas[0].transaction > metas[1].transaction ? metas[0] : metas[1]
        return try SyncRecord(of: last, in: file)
    }

    @Test func bytes() throws {
        var record = try record(TemporaryFolder())
        record.number = 0x0102_0304_0506_0708
        record.boot = BootIdentity(high: 0x11, low: 0x22)
        let bytes = record.encoded
        #expect(bytes.count == 512)
        #expect(
            Array(bytes[..<40]) == Array("LOCISYNC".utf8) + [1, 0, 0, 0, 1, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1]
                + [0x11, 0, 0, 0, 0, 0, 0, 0, 0x22, 0, 0, 0, 0, 0, 0, 0])
        #expect(Array(bytes[64..<216]) == record.meta.bytes)
        #expect(bytes[220...].allSatisfy { $0 == 0 })
        #expect(SyncRecord(decoding: bytes) == record)
        record.isPending = false
        #expect(SyncRecord(decoding: record.encoded) == record)
    }

    @Test func damageIsFound() throws {
        let bytes = try record(TemporaryFolder()).encoded
        for index in 0..<220 {
            var damaged = bytes
            damaged[index] ^= 0x10
            #expect(SyncRecord(decoding: damaged) == nil, "byte \(index)")
        }
        #expect(SyncRecord(decoding: Array(bytes.dropLast())) == nil)
        #expect(SyncRecord(decoding: []) == nil)
    }

    @Test func restoredMetaPagesAreOfOneCommit() throws {
        let meta = try record(TemporaryFolder()).meta
        let pages = meta.pagesOfFile
        #expect(pages.count == 2 * meta.pageBytes)
        let both = try [0, meta.pageBytes].map { try MetaPage(Array(pages[$0..<$0 + MetaPage.byteCount]), path: "") }
        #expect(both.map(\.roots) == [meta.roots, meta.roots])
        #expect(both[Int(meta.transaction & 1)] == meta)
        #expect(both[Int(~meta.transaction & 1)].transaction == meta.transaction - 1)
        #expect([pages[0], pages[meta.pageBytes]] == [0, 1])
    }

    @Test func bootIdentities() {
        let identity = BootIdentity(uuid: "00112233-4455-6677-8899-aAbBcCdDeEfF\n")
        #expect(identity == BootIdentity(high: 0x0011_2233_4455_6677, low: 0x8899_AABB_CCDD_EEFF))
        #expect(identity?.isCurrent == false)
        #expect(BootIdentity(uuid: "0011") == nil)
        #expect(!BootIdentity.unknown.isCurrent)
        #if os(Linux) || os(macOS)
        #expect(BootIdentity.current.isCurrent)
        #endif
    }
}
