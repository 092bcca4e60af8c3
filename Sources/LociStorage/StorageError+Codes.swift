// Loci, Apache License 2.0.

import CLMDB

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension StorageError {
    /// What an LMDB or errno code means for the database at `path`.
    ///
    /// - Parameters:
    ///   - code: a nonzero result of liblmdb, or an errno.
    ///   - operation: what was tried, for the message.
    ///   - path: the database file.
    ///   - limits: the limits in force, for the codes that say that one was reached.
    init(code: Int32, operation: String, path: String, limits: Limits = Limits()) {
        self =
            switch code {
            case MDB_MAP_FULL: .mapFull(limitBytes: limits.mapBytes)
            case MDB_READERS_FULL: .readersFull(limit: limits.readers)
            case MDB_TXN_FULL: .transactionTooLarge
            case MDB_BAD_VALSIZE: .keyLength(bytes: limits.keyBytes, limit: Key.maximumBytes)
            case MDB_INVALID: .notADatabase(path: path, reason: "its header is not one of LMDB")
            case MDB_VERSION_MISMATCH: .lmdbVersion(path: path)
            case MDB_PANIC: .unusable(path: path)
            case MDB_CORRUPTED, MDB_PAGE_NOTFOUND:
                .corrupted(what: String(cString: mdb_strerror(code)), location: "'\(path)' (\(operation))")
            case MDB_INCOMPATIBLE:
                .notADatabase(path: path, reason: "its tables are of another kind")
            case ENOENT: .notFound(path: path)
            case EACCES, EPERM: .permission(path: path)
            case EROFS: .readOnly(path: path)
            case ENOSPC, EDQUOT, EFBIG: .diskFull(path: path)
            case EAGAIN, EBUSY: .busy(path: path, operation: operation)
            case EISDIR: .notADatabase(path: path, reason: "it is a folder")
            default: .system(code: code, operation: operation)
            }
    }

    /// The limits that a message may have to name.
    struct Limits {
        /// The largest map, in bytes.
        var mapBytes = 0
        /// The number of reader slots.
        var readers = 0
        /// The length of the key in use, in bytes.
        var keyBytes = 0
    }
}
