// Loci, Apache License 2.0.

/// Looks at a data file before LMDB maps it: a page that the file promises and does not have would kill the process
/// with SIGBUS at the first access.
enum DataFileCheck {
    /// The state of a data file that has passed.
    enum State {
        /// The file has no byte: it is new.
        case empty
        /// The file begins with LMDB's meta pages and is as long as they say.
        case complete
    }

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

    private static func meta(
        of file: borrowing OpenFile, at offset: UInt64, path: String
    ) throws(StorageError) -> MetaPage {
        try MetaPage(file.read(count: MetaPage.byteCount, at: offset), path: path)
    }
}
