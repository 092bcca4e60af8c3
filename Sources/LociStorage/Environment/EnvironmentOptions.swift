// Loci, Apache License 2.0.

/// How a database file may be opened.
package enum OpenMode: Sendable {
    /// An existing database, for reading.
    case readOnly
    /// An existing database, for reading and writing.
    case readWrite
    /// An existing database or a new one, for reading and writing.
    case create
}

/// The limits of an open database.
///
/// They belong to the opening and not to the file. When a file is open already in this process, the options of its
/// first opening stay in force.
package struct EnvironmentOptions: Sendable, Equatable {
    /// The address space reserved for the file at first, in bytes; no memory or disk space is used by it.
    ///
    /// If the process has less (a limit, a small device), half is tried, and so on.
    package var initialMapBytes = 16 << 30

    /// The size that the database may grow to, in bytes.
    package var maximumMapBytes = 8 << 40

    /// The number of reader slots, in all processes together.
    ///
    /// Each snapshot and each read under way takes one. The first process to open the file decides for all.
    package var maximumReaders = 1024

    /// How long a growth of the map waits for this process's transactions and snapshots to end.
    package var mapGrowthTimeout = Duration.seconds(10)

    /// The default limits.
    package init() {}
}
