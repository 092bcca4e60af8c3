// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The side file of a database that has, or had, commits that were not synced: it tells the last one that was.
///
/// Two slots of ``SyncRecord``, 4,096 bytes apart, of which the one with the higher number counts. A record is written to
/// the slot of the older one and synced, so that one of them is whole whenever the system goes down. The file appears whole,
/// and before it is removed its record says that there is nothing to restore: should the name come back after a crash, it
/// does no harm.
final class SyncFile {
    /// The distance of the slots: no block of a disk holds both.
    static let slotBytes = 4096

    let path: String
    private let file: OpenFile
    let identity: FileIdentity

    /// The path of the side file of a database.
    static func path(ofDatabase path: String) -> String { path + "-sync" }

    /// Whether a database has a side file. If not, all its commits are on the disk.
    static func exists(database: String) -> Bool { FileIdentity(path: path(ofDatabase: database)) != nil }

    private init(path: String, file: consuming OpenFile) throws(StorageError) {
        self.path = path
        identity = try file.identity()
        self.file = file
    }

    /// Opens the side file of a database; nil if there is none.
    static func open(database: String, forWriting: Bool = true) throws(StorageError) -> SyncFile? {
        let path = path(ofDatabase: database)
        do {
            return try SyncFile(path: path, file: .open(path: path, create: false, forWriting: forWriting))
        } catch StorageError.notFound {
            return nil
        }
    }

    /// Makes the side file of a database, in place of a damaged one.
    static func create(database: String, record: SyncRecord) throws(StorageError) -> SyncFile {
        let path = path(ofDatabase: database)
        var status = stat()
        do {
            // With the owner and the permissions of the data file: who can write to that one can write to this one.
            let existing = stat(database, &status) == 0 ? status : nil
            let draft = try DraftFile(for: FileDestination(path: path, existing: existing))
            let file = try SyncFile(path: path, file: .duplicate(of: draft.descriptor, path: path))
            try file.file.write(record.encoded, at: Int(record.number & 1) * slotBytes)
            try file.file.write([0], at: 2 * slotBytes - 1)
            try draft.sync()
            try draft.place()
            return file
        }
    }

    /// Whether this is still the side file of its database.
    var isInPlace: Bool { FileIdentity(path: path) == identity }

    /// The record that counts; nil if both are damaged.
    func record() throws(StorageError) -> SyncRecord? {
        var latest: SyncRecord?
        for slot in 0..<2 {
            let bytes = try file.read(count: SyncRecord.encodedBytes, at: UInt64(slot * SyncFile.slotBytes))
            guard let record = SyncRecord(decoding: bytes) else { continue }
            if record.number >= latest?.number ?? 0 { latest = record }
        }
        return latest
    }

    /// Writes a record over the older one, and syncs it.
    func append(_ record: SyncRecord) throws(StorageError) {
        try file.write(record.encoded, at: Int(record.number & 1) * SyncFile.slotBytes)
        try file.sync()
    }

    /// Removes the file, when all commits are on the disk.
    func remove() throws(StorageError) {
        if var record = try record() {
            record.isPending = false
            record.number &+= 1
            try append(record)
        }
        guard unlink(path) == 0 || errno == ENOENT else {
            throw StorageError(code: errno, operation: "removing the file", path: path)
        }
    }

    /// Runs `body` while no one else changes the file, in any process; nil if it is no more in its place.
    func withLock<Result>(_ body: () throws(StorageError) -> Result) throws(StorageError) -> Result? {
        try file.lockExclusively()
        defer { file.unlock() }
        guard isInPlace else { return nil }
        return try body()
    }
}
