// Loci, Apache License 2.0.

import CLMDB
import Dispatch

extension Environment {
    /// Writes the last commit to a file of its own, without free pages, while readers and writers go on.
    ///
    /// The copy is synced before it gets its name: it is there whole or not at all. It takes a reader's slot, and while it
    /// lasts the map of this process can not grow.
    ///
    /// - Parameters:
    ///   - path: the file to be. Its folder must exist.
    ///   - replacing: whether a file may be there already. A database must not be open then, in any process.
    ///   - onBytes: called now and then by this thread, with the bytes that were written. What it throws gives the copy
    ///     up.
    /// - Returns: the size of the copy, in bytes.
    /// - Throws: ``StorageError/fileExists(path:)``, ``StorageError/sameFile(path:)``,
    ///   ``StorageError/inUse(path:process:)``, ``StorageError/folderNotFound(path:)``,
    ///   ``StorageError/notAFile(path:)``, ``StorageError/permission(path:)``, ``StorageError/diskFull(path:)``,
    ///   ``StorageError/corrupted(what:location:)``, others of LMDB's, and what `onBytes` throws.
    ///   Nothing has changed then.
    /// - Complexity: O(bytes in use).
    package func copy(to path: String, replacing: Bool, onBytes: (Int) throws -> Void) throws -> Int {
        let destination = try FileDestination(path: path, replacing: replacing)
        let ours = [LockFile.path(ofDatabase: self.path), SyncFile.path(ofDatabase: self.path)]
        guard destination.identity != identity, !ours.contains(destination.path) else {
            throw StorageError.sameFile(path: path)
        }
        // Refused here already, and not only when all is copied.
        do { _ = try ExclusiveUse(path: destination.path, identity: destination.identity) }
        let draft = try DraftFile(for: destination)
        try copyPages(to: draft, onBytes: onBytes)
        try draft.sync()
        let bytes = try draft.bytes()
        let use = try ExclusiveUse(path: destination.path, identity: destination.identity)
        try draft.place()
        SyncRecovery.forget(path: destination.path)
        _ = consume use
        return bytes
    }

    /// Writes the pages of the last commit, renumbered without gaps, to an empty file.
    ///
    /// - Parameter onBytes: as in ``copy(to:replacing:onBytes:)``.
    func copyPages(to draft: borrowing DraftFile, onBytes: (Int) throws -> Void) throws {
        var mayClear = true
        while true {
            try onBytes(0)
            switch try copyOnce(to: draft, onBytes) {
            case 0: return
            // Both before the first byte is written.
            case MDB_MAP_RESIZED: try map.fitToFile()
            case MDB_READERS_FULL where mayClear:
                mayClear = false
                try clearStaleReaders()
            case MDB_INCOMPATIBLE:
                throw StorageError.corrupted(what: "some pages are neither free nor in use", location: "'\(path)'")
            case let code where code < 0: throw failure(code, "copying the database")
            case let code: throw draft.failure(code, "copying the database")
            }
        }
    }

    /// - Returns: a code of LMDB's or an errno.
    private func copyOnce(to draft: borrowing DraftFile, _ onBytes: (Int) throws -> Void) throws -> Int32 {
        _ = try gate.enter()
        defer { gate.leave() }
        let copy = PageCopy(of: rawHandle, to: draft.descriptor)
        copy.begin()
        while true {
            if let code = copy.end(within: .milliseconds(50)) {
                if code == 0 { try onBytes(draft.bytes()) }
                return code
            }
            do {
                try onBytes(draft.bytes())
            } catch {
                // LMDB has no other way to be stopped.
                draft.refuseWrites()
                copy.waitForEnd()
                throw error
            }
        }
    }
}

/// A copying by LMDB on a thread of its own, so that another one can watch it.
private final class PageCopy: @unchecked Sendable {
    private let environment: OpaquePointer
    private let descriptor: Int32
    private let ended = DispatchSemaphore(value: 0)
    // Written before the semaphore is signalled, and read after it was waited for.
    private var code: Int32 = 0

    init(of environment: OpaquePointer, to descriptor: Int32) {
        self.environment = environment
        self.descriptor = descriptor
    }

    func begin() {
        DispatchQueue.global().async { [self] in
            code = mdb_env_copyfd2(environment, descriptor, UInt32(MDB_CP_COMPACT))
            ended.signal()
        }
    }

    /// The result, or nil if there is none in time.
    func end(within time: DispatchTimeInterval) -> Int32? {
        ended.wait(timeout: .now() + time) == .success ? code : nil
    }

    func waitForEnd() { ended.wait() }
}
