// Loci, Apache License 2.0.

import CLMDB

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension StorageError: CustomStringConvertible {
    /// The error in one line: the value, the limit and the remedy.
    package var description: String {
        switch self {
        case .notFound(let path):
            "no database at '\(path)': check the path, or create the database first"
        case .notADatabase(let path, let reason):
            "'\(path)' is not a Loci database: \(reason)"
        case .formatVersion(let path, let found, let supported):
            "'\(path)' has format version \(found) and this program reads versions "
                + "\(DatabaseSettings.supportedVersions.lowerBound) to \(supported): "
                + "open it with the version of Loci that wrote it, export, and import here"
        case .pageUnit(let path, let found, let supported):
            "'\(path)' is laid out in pages of \(found) bytes and this program uses \(supported): export and import it"
        case .lmdbVersion(let path):
            "'\(path)' was written by an incompatible version of LMDB: export it where it was written, and import here"
        case .corrupted(let what, let location):
            "the database is corrupted in \(location): \(what): restore it from a backup"
        case .syncFile(let path, let reason):
            "'\(path)', which tells the last commit of the database that was synced, \(reason): restore the database from a "
                + "backup, or remove that file if the system did not go down since the last commit"
        case .needsRecovery(let path):
            "the system went down while '\(path)' had commits that were not synced: open it once for writing, which "
                + "restores the last commit that was"
        case .permission(let path):
            "access to '\(path)' or its lock file is denied: check the permissions of the file and its folder"
        case .readOnly(let path):
            "'\(path)' is open for reading only: open it for writing, in a place that can be written"
        case .openForReadingOnly(let path):
            "'\(path)' is already open for reading only in this process: close it before opening it for writing"
        case .replacedWhileOpen(let path):
            "the file '\(path)' was replaced while this process has the older one open: close the older one first"
        case .busy(let path, let operation):
            "'\(path)' is locked by another process (\(operation)): try again when that process has finished"
        case .inUse(let path, let process) where process == getpid():
            "'\(path)' is open in this process: let go of everything that belongs to it, and try again"
        case .inUse(let path, let process):
            "'\(path)' is open in \(process > 0 ? "process \(process)" : "another process"): end what uses it, and try "
                + "again"
        case .fileExists(let path):
            "'\(path)' exists already: choose another name, or replace it (--replace)"
        case .notAFile(let path):
            "'\(path)' is no regular file: choose another name"
        case .folderNotFound(let path):
            "the folder of '\(path)' does not exist: make it, or check the path"
        case .sameFile(let path):
            "'\(path)' is the database that is to be copied, or its lock file: choose another name"
        case .unusable(let path):
            "an earlier failure made the open database '\(path)' unusable: close it and open it again"
        default:
            limitDescription
        }
    }

    private var limitDescription: String {
        switch self {
        case .mapFull(let limit):
            "the database reached its size limit of \(limit) bytes: open it with a larger maximumMapBytes"
        case .mapGrowthBlocked(let active, let waited):
            "the database must grow its map, but \(active) transactions or snapshots of this process did not end within "
                + "\(waited): release long-lived views, or open with a larger initialMapBytes"
        case .addressSpace(let bytes):
            "no room for a map of \(bytes) bytes in the address space: raise the limit (ulimit -v) or use fewer databases"
        case .diskFull(let path):
            "no space left to write '\(path)': free disk space or raise the quota or file size limit; "
                + "the last commit is intact"
        case .readersFull(let limit):
            "all \(limit) reader slots are taken: release snapshots, or close all users of the database and open it "
                + "with a larger maximumReaders"
        case .syncInterval(let milliseconds):
            "commits can not be synced every \(milliseconds) ms: use \(DatabaseSettings.syncIntervals.lowerBound) to "
                + "\(DatabaseSettings.syncIntervals.upperBound) ms"
        case .keyLength(let bytes, let limit):
            "a key or identifier has \(bytes) bytes: use 1 to \(limit)"
        case .valueLength(let bytes, let limit):
            "a value has \(bytes) bytes: use at most \(limit)"
        case .recordLength(let bytes, let limit):
            "a record needs \(bytes) bytes: use 1 to \(limit)"
        case .recordNumber(let number, let limit):
            "record number \(number) is outside the array: use a number below \(limit)"
        case .transactionTooLarge:
            "the transaction changed too many pages: split it into smaller ones"
        case .collectionNumbersExhausted:
            "all \(UInt32.max) collection numbers were used: export the collections and import them into a new database"
        case .nestedWrite:
            "a write was begun inside a write of the same thread: use the outer transaction"
        case .misuse(let what):
            what
        case .system(let code, let operation):
            "\(operation) failed: \(String(cString: mdb_strerror(code))) (\(code))"
        default:
            "unknown storage error"
        }
    }
}
