// Loci, Apache License 2.0.

/// Which commit of a database is safely on the disk: one of the two slots of a side file.
///
/// 512 bytes, of which 220 are used; numbers are little-endian, the meta page is as it stands in the data file:
///
///     offset size
///          0    8  magic: "LOCISYNC"
///          8    4  version: 1
///         12    4  state: 0 all commits are on the disk, 1 those up to the one below
///         16    8  number of the record: the higher of two counts
///         24   16  identity of the system's start; zero if unknown
///         40    8  inode of the data file
///         48    4  CRC-32 of the root page of the free list's table; 0 if it is empty
///         52    4  CRC-32 of the root page of the main table; 0 if it is empty
///         56    8  zero
///         64  152  meta page of the commit
///        216    4  CRC-32 of the bytes before it
///        220  292  zero
///
/// The inode and the checksums of the two roots tell whether the data file is the one that the record is of: devices are
/// numbered anew when the system starts, and a folder may be copied together with both files.
struct SyncRecord: Equatable, Sendable {
    static let encodedBytes = 512
    static let version: UInt32 = 1
    private static let magic = Array("LOCISYNC".utf8)
    private static let usedBytes = 220

    /// Whether commits after the one of ``meta`` may be missing on the disk, or be there in part.
    var isPending: Bool
    var number: UInt64
    var boot: BootIdentity
    let inode: UInt64
    /// The checksums of the root pages of ``meta``, in its order.
    let rootChecksums: [UInt32]
    let meta: MetaPage

    init(
        isPending: Bool = true, number: UInt64 = 0, boot: BootIdentity = .current, inode: UInt64,
        rootChecksums: [UInt32], meta: MetaPage
    ) {
        self.isPending = isPending
        self.number = number
        self.boot = boot
        self.inode = inode
        self.rootChecksums = rootChecksums
        self.meta = meta
    }

    /// The slot as bytes.
    var encoded: [UInt8] {
        var bytes = SyncRecord.magic
        bytes.appendLittleEndian(SyncRecord.version)
        bytes.appendLittleEndian(UInt32(isPending ? 1 : 0))
        bytes.appendLittleEndian(number)
        bytes.appendLittleEndian(boot.high)
        bytes.appendLittleEndian(boot.low)
        bytes.appendLittleEndian(inode)
        for checksum in rootChecksums { bytes.appendLittleEndian(checksum) }
        bytes.appendLittleEndian(UInt64(0))
        bytes += meta.bytes
        bytes.appendLittleEndian(bytes.withUnsafeBytes { Checksum.crc32($0) })
        return bytes + [UInt8](repeating: 0, count: SyncRecord.encodedBytes - bytes.count)
    }

    /// Reads a slot; nil if it is damaged, was never written, or is of a later version.
    init?(decoding bytes: [UInt8]) {
        guard bytes.count == SyncRecord.encodedBytes, bytes.starts(with: SyncRecord.magic) else { return nil }
        let checksum = bytes.withUnsafeBytes {
            Checksum.crc32(UnsafeRawBufferPointer(rebasing: $0.prefix(SyncRecord.usedBytes - 4)))
        }
        let span = bytes.span.bytes
        let state: UInt32 = span.littleEndian(at: 12)
        guard checksum == span.littleEndian(at: 216), span.littleEndian(at: 8) == SyncRecord.version, state <= 1,
            let meta = try? MetaPage(Array(bytes[64..<216]), path: "")
        else { return nil }
        self.init(
            isPending: state == 1, number: span.littleEndian(at: 16),
            boot: BootIdentity(high: span.littleEndian(at: 24), low: span.littleEndian(at: 32)),
            inode: span.littleEndian(at: 40),
            rootChecksums: [span.littleEndian(at: 48), span.littleEndian(at: 52)], meta: meta)
    }
}

extension SyncRecord {
    /// The record of a commit that is on the disk, whose root pages no later commit can have changed.
    ///
    /// - Parameter file: the data file.
    init(of meta: MetaPage, in file: borrowing OpenFile) throws(StorageError) {
        let identity = try file.identity()
        try self.init(inode: identity.inode, rootChecksums: SyncRecord.checksums(of: meta, in: file), meta: meta)
    }

    /// Whether the data file has the commit: it is long enough, and the root pages are those of the commit.
    func isOf(_ file: borrowing OpenFile) throws(StorageError) -> Bool {
        let (pages, overflow) = meta.lastPage.addingReportingOverflow(1)
        let (bytes, tooMany) = pages.multipliedReportingOverflow(by: UInt64(meta.pageBytes))
        guard !overflow, !tooMany, try bytes <= file.size() else { return false }
        return try SyncRecord.checksums(of: meta, in: file) == rootChecksums
    }

    private static func checksums(of meta: MetaPage, in file: borrowing OpenFile) throws(StorageError) -> [UInt32] {
        var checksums: [UInt32] = []
        for root in meta.roots {
            let (offset, overflow) = root.multipliedReportingOverflow(by: UInt64(meta.pageBytes))
            // An empty table has no root.
            guard root != .max, !overflow else {
                checksums.append(0)
                continue
            }
            let page = try file.read(count: meta.pageBytes, at: offset)
            checksums.append(page.withUnsafeBytes { Checksum.crc32($0) })
        }
        return checksums
    }
}
