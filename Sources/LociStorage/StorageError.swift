// Loci, Apache License 2.0.

/// Everything that can go wrong between Loci and its database file.
///
/// The cases are stable: a program may switch over them. The text of ``description`` is one line that names the value,
/// the limit and the remedy, and may change.
package enum StorageError: Error, Equatable, Sendable {
    // MARK: The file

    /// No file is at the path, or its folder is missing.
    case notFound(path: String)
    /// The path holds something other than a Loci database.
    case notADatabase(path: String, reason: String)
    /// The database was written in a format that this version does not read.
    case formatVersion(path: String, found: UInt32, supported: UInt32)
    /// The database was laid out for another page unit, in bytes.
    case pageUnit(path: String, found: UInt32, supported: UInt32)
    /// The file was written by an incompatible version of LMDB.
    case lmdbVersion(path: String)
    /// The file contradicts itself: `what` is wrong and `location` says in which place.
    case corrupted(what: String, location: String)
    /// The side file with the last synced commit can not be used, for a reason.
    case syncFile(path: String, reason: String)
    /// The system went down while commits were not synced, and who opens the file can not write to it to put it right.
    case needsRecovery(path: String)
    /// The operating system denies access to the file, its lock file or its folder.
    case permission(path: String)
    /// A write was asked of a database that can only be read.
    case readOnly(path: String)
    /// The file is open for reading in this process, and a writer asked for it.
    case openForReadingOnly(path: String)
    /// The file at the path was replaced while this process still has the older file open.
    case replacedWhileOpen(path: String)
    /// Another process holds a lock that the operation needs.
    case busy(path: String, operation: String)
    /// The database is open, in the process of this number (0 if unknown), and the operation needs it closed.
    case inUse(path: String, process: Int32)
    /// A file is at the path where one is to be made.
    case fileExists(path: String)
    /// What is at the path is no file, so that none can take its place.
    case notAFile(path: String)
    /// The folder of a file to be made is missing.
    case folderNotFound(path: String)
    /// A database was to be copied over itself or over its lock file.
    case sameFile(path: String)
    /// An earlier failure left the open database unusable.
    case unusable(path: String)

    // MARK: Limits

    /// The database reached the largest size that its options allow, in bytes.
    case mapFull(limitBytes: Int)
    /// The map must grow, and transactions or snapshots of this process did not end in time.
    case mapGrowthBlocked(active: Int, waited: Duration)
    /// The process has no room in its address space for a map of so many bytes.
    case addressSpace(bytes: Int)
    /// The disk, the quota or the process's file size limit is used up.
    case diskFull(path: String)
    /// Every slot for readers is taken, in all processes together.
    case readersFull(limit: Int)
    /// A sync interval outside the allowed range, in milliseconds.
    case syncInterval(milliseconds: Int64)
    /// A key has a length outside 1 to `limit` bytes.
    case keyLength(bytes: Int, limit: Int)
    /// A value is longer than LMDB can store, in bytes.
    case valueLength(bytes: Int, limit: Int)
    /// A record of an array has a stride or tail outside the allowed range, in bytes.
    case recordLength(bytes: Int, limit: Int)
    /// A record number lies outside the array.
    case recordNumber(UInt64, limit: UInt64)
    /// A transaction changed more pages than LMDB can hold in one.
    case transactionTooLarge
    /// All the collection numbers of the database were handed out.
    case collectionNumbersExhausted

    // MARK: Use

    /// A write was begun inside a write of the same thread.
    case nestedWrite
    /// Records were not given whole, or not in order.
    case misuse(String)
    /// The operating system refused an operation; `code` is its errno, or an LMDB code if negative.
    case system(code: Int32, operation: String)
}
