// Loci, Apache License 2.0.

/// Looks at a data file before LMDB maps it: a page that the file promises and does not have would kill the process
/// with SIGBUS at the first access.
///
/// LMDB begins a file with two meta pages, of which the one with the higher transaction number counts. In the byte order
/// and word size of the machine (64 bits):
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
enum DataFileCheck {
    /// The state of a data file that has passed.
    enum State {
        /// The file has no byte: it is new.
        case empty
        /// The file begins with LMDB's meta pages and is as long as they say.
        case complete
    }

    private static let metaBytes = 152

    /// Checks the meta pages and the length of `file`.
    ///
    /// - Throws: ``StorageError/notADatabase(path:reason:)``, ``StorageError/lmdbVersion(path:)``, or
    ///   ``StorageError/corrupted(what:location:)`` for a truncated file.
    static func check(_ file: borrowing OpenFile, path: String) throws(StorageError) -> State {
        if try file.size() == 0 { return .empty }
        // Another process may write a meta page while it is read here: a torn read does not happen thrice.
        for _ in 0..<2 {
            do {
                try checkOnce(file, path: path)
                return .complete
            } catch {
                continue
            }
        }
        try checkOnce(file, path: path)
        return .complete
    }

    private static func checkOnce(_ file: borrowing OpenFile, path: String) throws(StorageError) {
        let first = try meta(of: file, at: 0, path: path)
        let second = try meta(of: file, at: UInt64(first.pageBytes), path: path)
        let latest = first.transaction >= second.transaction ? first : second
        // The size is read after the meta pages: a commit extends the file before it writes a meta page.
        let size = try file.size()
        let (pages, pagesOverflow) = latest.lastPage.addingReportingOverflow(1)
        let (bytes, bytesOverflow) = pages.multipliedReportingOverflow(by: UInt64(latest.pageBytes))
        if pagesOverflow || bytesOverflow || bytes > size {
            throw .corrupted(
                what: "the file has \(size) bytes and its header promises \(latest.lastPage) pages of "
                    + "\(latest.pageBytes) bytes and one more; it was truncated", location: "'\(path)'")
        }
        for root in latest.roots where root != UInt64.max && root > latest.lastPage {
            throw .corrupted(what: "a table's root is page \(root) of \(latest.lastPage)", location: "'\(path)'")
        }
    }

    private struct Meta {
        let pageBytes: UInt32
        let roots: [UInt64]
        let lastPage: UInt64
        let transaction: UInt64
    }

    private static func meta(of file: borrowing OpenFile, at offset: UInt64, path: String) throws(StorageError) -> Meta
    {
        let bytes = try file.read(count: metaBytes, at: offset)
        guard bytes.count == metaBytes else {
            throw .notADatabase(path: path, reason: "it is too short for LMDB's header")
        }
        let flags = native(bytes, at: 10, as: UInt16.self)
        let magic = native(bytes, at: 16, as: UInt32.self)
        guard flags & 0x08 != 0, magic == 0xBEEF_C0DE else {
            throw .notADatabase(path: path, reason: "it does not begin with LMDB's header")
        }
        guard native(bytes, at: 20, as: UInt32.self) == 1 else { throw .lmdbVersion(path: path) }
        let pageBytes = native(bytes, at: 40, as: UInt32.self)
        // LMDB's own bounds: the least page that holds two keys, and what its 16-bit offsets reach.
        guard pageBytes.nonzeroBitCount == 1, (256...32768).contains(pageBytes) else {
            throw .corrupted(what: "a page size of \(pageBytes) bytes", location: "the header of '\(path)'")
        }
        return Meta(
            pageBytes: pageBytes,
            roots: [native(bytes, at: 80, as: UInt64.self), native(bytes, at: 128, as: UInt64.self)],
            lastPage: native(bytes, at: 136, as: UInt64.self),
            transaction: native(bytes, at: 144, as: UInt64.self))
    }

    private static func native<Value: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: [UInt8], at offset: Int, as type: Value.Type
    ) -> Value {
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
    }
}
