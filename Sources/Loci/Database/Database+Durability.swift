// Loci, Apache License 2.0.

import LociStorage

/// When the commits of a database are on the disk.
///
/// In either mode a commit is seen at once by all processes, and is not lost when a process dies. The modes differ in what a
/// crash of the system (a power failure, a kernel's panic) may take. The structure of the file outlives it in both.
public enum Durability: Sendable, Equatable {
    /// Each commit is synced before its write returns: nothing that was written is lost. The mode of new databases.
    case full
    /// Commits are synced at an interval, from 10 milliseconds to 1 hour, in whole milliseconds: a crash of the system
    /// loses at most the last commits, as many as were made in one interval and the time that a sync takes.
    ///
    /// For many small writes, which then do not wait for the disk. The file grows by up to what is written in two
    /// intervals, since the pages of the last synced commit are not used again before the next sync.
    case periodic(Duration)

    /// The interval that is usual: a second.
    public static let standardInterval = Duration.seconds(1)

    /// The intervals that a database may have.
    public static let intervals: ClosedRange<Duration> =
        Duration.milliseconds(
            DatabaseSettings.syncIntervals.lowerBound)...Duration.milliseconds(
            DatabaseSettings.syncIntervals.upperBound)

    init(milliseconds: Int) {
        self = milliseconds == 0 ? .full : .periodic(.milliseconds(milliseconds))
    }

    /// 0 for a mode without an interval.
    fileprivate var milliseconds: Int64? {
        guard case .periodic(let interval) = self else { return 0 }
        let (seconds, attoseconds) = interval.components
        let (thousandths, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? nil : thousandths + attoseconds / 1_000_000_000_000_000
    }
}

extension Database {
    /// When commits are on the disk. It is a setting of the file, which all who write to it go by, in all processes.
    public var durability: Durability {
        get throws { try LociError.mapped { Durability(milliseconds: try environment.syncInterval) } }
    }

    /// Sets when commits are on the disk, for all who write to the file from now on. When it returns, all commits so far are.
    ///
    /// While a periodic database is open for writing, a side file lies beside it, its name with `-sync` appended. It tells
    /// the last commit that is on the disk as a whole; after a crash of the system the first to open the database puts it
    /// back to that commit.
    /// - Parameter durability: An interval is rounded down to whole milliseconds.
    /// - Throws: `LociError.limit` for an interval outside of ``Durability/intervals``; what a write throws. The mode is then
    ///   as it was.
    public func setDurability(_ durability: Durability) throws {
        try LociError.mapped {
            let milliseconds = durability.milliseconds ?? .max
            // No interval is not the mode without one.
            if milliseconds == 0, durability != .full { throw StorageError.syncInterval(milliseconds: 0) }
            try environment.setSyncInterval(milliseconds: milliseconds)
        }
    }

    /// Brings all commits so far to the disk, by whichever process they were made; where each commit is, there is nothing to
    /// do. Writers go on meanwhile.
    ///
    /// A database that is closed does it by itself, but cannot tell of a failure then; and a process that ends without
    /// closing it, by `exit`, leaves the last interval's commits to the next process that opens the database.
    /// - Throws: `LociError.system` or `.full` when the system cannot write; `.notPermitted` for a database that was opened
    ///   for reading only, when there is something to do.
    public func sync() throws {
        try LociError.mapped { try environment.sync() }
    }
}
