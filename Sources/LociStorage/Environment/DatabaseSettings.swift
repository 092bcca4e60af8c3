// Loci, Apache License 2.0.

/// The record that says that a file is a Loci database, and of which format.
///
/// It lies in the table `settings` under the key of collection 0 with the identifier `database`, little-endian, 64 bytes:
///
///     offset size
///          0    8  magic: "LOCI" 0D 0A 1A 0A
///          8    4  format version: 6
///         12    4  page unit in bytes: 4096
///         16    4  sync interval in milliseconds, 10 to 3,600,000; 0: each commit is synced
///         20   40  zero
///         60    4  CRC-32 of the bytes before it
///
/// The magic and the version keep their places in every later version. The record holds no time and nothing random: the
/// same writes make the same bytes. Version 1 had no tables for sketches and entry points, and version 2 none for parents and
/// states; they are refused. Version 3 had no table of attributes, version 4 none of indexes on them, and version 5 none of records: they are read as they are,
/// and become version 6 when they are opened for writing.
package struct DatabaseSettings: Equatable, Sendable {
    /// The format version that this program writes.
    package static let currentVersion: UInt32 = 6
    /// The format versions that it reads.
    package static let supportedVersions: ClosedRange<UInt32> = 3...currentVersion
    /// The unit that chunks are sized by, in bytes: the page size of LMDB on most machines.
    package static let pageBytes = 4096
    /// The length of the record, in bytes.
    package static let encodedBytes = 64

    /// How commits may be synced at an interval, in milliseconds: below, it is no gain; above, much is lost.
    package static let syncIntervals: ClosedRange<UInt32> = 10...3_600_000

    private static let magic: [UInt8] = [0x4C, 0x4F, 0x43, 0x49, 0x0D, 0x0A, 0x1A, 0x0A]

    /// The format version of the file.
    package internal(set) var version: UInt32
    /// How long a commit may remain unsynced, in milliseconds; 0 where each is synced before it returns.
    package var syncInterval: UInt32 = 0

    /// The settings of a new database.
    package init() {
        version = DatabaseSettings.currentVersion
    }

    /// The record as bytes.
    package var encoded: [UInt8] {
        var bytes = DatabaseSettings.magic
        bytes.appendLittleEndian(version)
        bytes.appendLittleEndian(UInt32(DatabaseSettings.pageBytes))
        bytes.appendLittleEndian(syncInterval)
        bytes.append(contentsOf: repeatElement(0, count: DatabaseSettings.encodedBytes - 4 - bytes.count))
        bytes.appendLittleEndian(bytes.withUnsafeBytes { Checksum.crc32($0) })
        return bytes
    }

    /// Reads the record of the file at `path`.
    ///
    /// - Throws: ``StorageError/notADatabase(path:reason:)`` without the magic,
    ///   ``StorageError/formatVersion(path:found:supported:)`` for another version,
    ///   ``StorageError/corrupted(what:location:)`` or ``StorageError/pageUnit(path:found:supported:)``.
    package init(decoding bytes: [UInt8], path: String) throws(StorageError) {
        let location = "the settings record of '\(path)'"
        guard bytes.starts(with: DatabaseSettings.magic) else {
            throw .notADatabase(path: path, reason: "its settings record is of another program")
        }
        guard bytes.count >= 12 else { throw .corrupted(what: "it ends before the version", location: location) }
        version = DatabaseSettings.number(in: bytes, at: 8)
        // The version comes first: a later one may have another length.
        guard DatabaseSettings.supportedVersions.contains(version) else {
            throw .formatVersion(path: path, found: version, supported: DatabaseSettings.currentVersion)
        }
        guard bytes.count == DatabaseSettings.encodedBytes else {
            throw .corrupted(what: "\(bytes.count) bytes, not \(DatabaseSettings.encodedBytes)", location: location)
        }
        let checksum = bytes.withUnsafeBytes { Checksum.crc32(UnsafeRawBufferPointer(rebasing: $0.dropLast(4))) }
        guard checksum == DatabaseSettings.number(in: bytes, at: 60) else {
            throw .corrupted(what: "its checksum is wrong", location: location)
        }
        let unit = DatabaseSettings.number(in: bytes, at: 12)
        guard unit == UInt32(DatabaseSettings.pageBytes) else {
            throw .pageUnit(path: path, found: unit, supported: UInt32(DatabaseSettings.pageBytes))
        }
        syncInterval = DatabaseSettings.number(in: bytes, at: 16)
        guard syncInterval == 0 || DatabaseSettings.syncIntervals.contains(syncInterval) else {
            throw .corrupted(what: "a sync interval of \(syncInterval) ms", location: location)
        }
    }

    private static func number(in bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes.span.bytes.littleEndian(at: offset)
    }
}
