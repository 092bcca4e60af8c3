// Loci, Apache License 2.0.

import CLMDB

extension Environment {
    /// The tables that are read when a database is opened.
    private static let openingTables: [Table] = [.settings, .staging]
    /// The pages that opening looks at, at the most. The tree of tables and the settings are a page each, and marks of
    /// interrupted builds are few.
    private static let openingPages: UInt64 = 64

    /// Checks what opening the database reads, so that it fails with an error where LMDB would fail with a signal.
    ///
    /// - Parameter transaction: the number of a read transaction that is under way.
    /// - Returns: whether it could be checked: false if the transaction is no longer of one of the last two commits.
    /// - Throws: ``StorageError/corrupted(what:location:)``
    /// - Complexity: O(1): a bounded number of pages.
    func checkOpeningPages(of transaction: Int) throws(StorageError) -> Bool {
        let file = pageFile
        guard let meta = try PageMeta(ofTransaction: transaction, in: file) else { return false }
        var check = PageCheck(file: file, meta: meta, limit: 1)
        try check.checkOpening(Environment.openingTables.map(\.rawValue), budget: Environment.openingPages)
        guard let fault = check.faults.first else { return true }
        // Whoever has no lock file is not known to writers, who may have used the pages again.
        if isUnlocked, try lastTransactionID != transaction { return false }
        throw .corrupted(what: fault.what, location: "\(fault.place) of '\(path)'")
    }

    fileprivate var pageFile: PageFile {
        var descriptor: mdb_filehandle_t = -1
        mdb_env_get_fd(rawHandle, &descriptor)
        return PageFile(descriptor: descriptor, path: path, pageBytes: pageBytes)
    }
}

extension ReadTransaction {
    /// Looks at every page that the transaction can reach; see ``PageCheck``.
    ///
    /// While none of them has a fault, LMDB reads nothing but them, in this and in later transactions.
    ///
    /// - Parameter limit: how many faults are found at the most.
    /// - Returns: nil if the transaction is no longer of one of the last two commits: begin another.
    /// - Throws: ``StorageError/system(code:operation:)`` where the file cannot be read.
    /// - Complexity: O(pages of the B-trees and values); chunks are not read, but for the beginning of each.
    package func pageFaults(limit: Int) throws(StorageError) -> [PageFault]? {
        let file = context.environment.pageFile
        guard let meta = try PageMeta(ofTransaction: transactionID, in: file) else { return nil }
        var check = PageCheck(file: file, meta: meta, limit: limit)
        try check.checkAll()
        return check.faults
    }
}
