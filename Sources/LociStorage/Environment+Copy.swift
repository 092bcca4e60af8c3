// Loci, Apache License 2.0.

import CLMDB

extension Environment {
    /// Writes the last commit to a file of its own, without free pages, while readers and writers go on.
    ///
    /// The copy is synced before it gets its name: it is there whole or not at all. It takes a reader's slot, and while it
    /// lasts the map of this process can not grow.
    ///
    /// - Parameters:
    ///   - path: the file to be. Its folder must exist.
    ///   - replacing: whether a file may be there already. A database must not be open then, in any process.
    /// - Returns: the size of the copy, in bytes.
    /// - Throws: ``StorageError/fileExists(path:)``, ``StorageError/sameFile(path:)``,
    ///   ``StorageError/inUse(path:process:)``, ``StorageError/folderNotFound(path:)``,
    ///   ``StorageError/notAFile(path:)``, ``StorageError/permission(path:)``, ``StorageError/diskFull(path:)``,
    ///   ``StorageError/corrupted(what:location:)``, and others of LMDB's. Nothing has changed then.
    /// - Complexity: O(bytes in use).
    package func copy(to path: String, replacing: Bool) throws(StorageError) -> Int {
        let destination = try FileDestination(path: path, replacing: replacing)
        guard destination.identity != identity, destination.path != LockFile.path(ofDatabase: self.path) else {
            throw .sameFile(path: path)
        }
        // Refused here already, and not only when all is copied.
        do { _ = try ExclusiveUse(path: destination.path, identity: destination.identity) }
        let draft = try DraftFile(for: destination)
        try copyPages(to: draft)
        try draft.sync()
        let bytes = try draft.bytes()
        let use = try ExclusiveUse(path: destination.path, identity: destination.identity)
        try draft.place()
        _ = consume use
        return bytes
    }

    /// Writes the pages of the last commit, renumbered without gaps, to an empty file.
    func copyPages(to draft: borrowing DraftFile) throws(StorageError) {
        var mayClear = true
        while true {
            _ = try gate.enter()
            let code = mdb_env_copyfd2(rawHandle, draft.descriptor, UInt32(MDB_CP_COMPACT))
            gate.leave()
            switch code {
            case 0: return
            // Both before the first byte is written.
            case MDB_MAP_RESIZED: try fitMapToFile()
            case MDB_READERS_FULL where mayClear:
                mayClear = false
                try clearStaleReaders()
            case MDB_INCOMPATIBLE:
                throw .corrupted(what: "some pages are neither free nor in use", location: "'\(path)'")
            case ..<0: throw failure(code, "copying the database")
            default: throw draft.failure(code, "copying the database")
            }
        }
    }
}
