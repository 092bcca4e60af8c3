// Loci, Apache License 2.0.

/// One of the two meta pages that LMDB begins a file with, of which the one with the higher transaction number counts.
///
/// A commit of number n is written to page n mod 2. In the byte order and word size of the machine (64 bits):
///
///     offset size
///          0    8  page number
///         10    2  page flags: 0x08 for a meta page
///         16    4  magic: 0xBEEFC0DE
///         20    4  version of LMDB's data format: 1
///         24   16  address and size of the map
///         40    4  page size (the first field of the free list's table; a table's record has 48 bytes)
///         80    8  root page of the free list's table; all ones if empty
///        128    8  root page of the main table; all ones if empty
///        136    8  last page in use
///        144    8  transaction number
struct MetaPage: Equatable, Sendable {
    /// The length of what LMDB uses of the page, in bytes.
    static let byteCount = 152

    /// What LMDB uses of the page.
    let bytes: [UInt8]
    /// The size of a page of the file, in bytes.
    let pageBytes: Int

    /// - Throws: ``StorageError/notADatabase(path:reason:)``, ``StorageError/lmdbVersion(path:)``, or
    ///   ``StorageError/corrupted(what:location:)`` for an impossible page size.
    init(_ bytes: [UInt8], path: String) throws(StorageError) {
        guard bytes.count == MetaPage.byteCount else {
            throw .notADatabase(path: path, reason: "it is too short for LMDB's header")
        }
        let flags = MetaPage.native(bytes, at: 10, as: UInt16.self)
        let magic = MetaPage.native(bytes, at: 16, as: UInt32.self)
        guard flags & 0x08 != 0, magic == 0xBEEF_C0DE else {
            throw .notADatabase(path: path, reason: "it does not begin with LMDB's header")
        }
        guard MetaPage.native(bytes, at: 20, as: UInt32.self) == 1 else { throw .lmdbVersion(path: path) }
        let pageBytes = MetaPage.native(bytes, at: 40, as: UInt32.self)
        // LMDB's own bounds: the least page that holds two keys, and what its 16-bit offsets reach.
        guard pageBytes.nonzeroBitCount == 1, (256...32768).contains(pageBytes) else {
            throw .corrupted(what: "a page size of \(pageBytes) bytes", location: "the header of '\(path)'")
        }
        self.bytes = bytes
        self.pageBytes = Int(pageBytes)
    }

    /// The root pages of the free list's table and of the main table; all ones if empty.
    var roots: [UInt64] { [80, 128].map { MetaPage.native(bytes, at: $0, as: UInt64.self) } }
    /// The last page in use.
    var lastPage: UInt64 { MetaPage.native(bytes, at: 136, as: UInt64.self) }
    /// The number of the commit.
    var transaction: UInt64 { MetaPage.native(bytes, at: 144, as: UInt64.self) }

    /// The bytes of both meta pages of a file whose last commit is this one, each a whole page.
    ///
    /// The other page is of the same commit under the number before, so that neither leads elsewhere.
    var pagesOfFile: [UInt8] {
        var pages: [UInt8] = []
        for slot in 0..<UInt64(2) {
            var page = bytes
            let number = slot == transaction & 1 ? transaction : max(1, transaction) - 1
            withUnsafeBytes(of: slot) { page.replaceSubrange(0..<8, with: $0) }
            withUnsafeBytes(of: number) { page.replaceSubrange(144..<152, with: $0) }
            pages += page + [UInt8](repeating: 0, count: pageBytes - page.count)
        }
        return pages
    }

    private static func native<Value: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: [UInt8], at offset: Int, as type: Value.Type
    ) -> Value {
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
    }
}
