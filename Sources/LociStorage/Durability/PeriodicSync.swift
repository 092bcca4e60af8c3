// Loci, Apache License 2.0.

import CLMDB
import Dispatch

/// Commits that are not synced one by one, but at an interval, and what makes that safe.
///
/// LMDB alone is not: a system that goes down may have written a meta page and not the pages that it leads to. So a side
/// file (``SyncFile``) tells the last commit S that is on the disk as a whole, and the first to open the database after the
/// system went down puts the file back to it (``SyncRecovery``). That works as long as no later commit overwrites a page of
/// S. Three rules see to it, whichever processes write and die:
///
/// 1. Who commits without a sync holds a pin (``CommitPins``) of S or an older commit, and has seen at the beginning of the
///    transaction, under LMDB's lock of writers, that the side file is there.
/// 2. Who has no pin, or finds the side file missing or another, first takes over: it syncs the last commit, whoever made
///    it, names it in the side file, and pins it.
/// 3. The commit that the side file names is only replaced by a later one that was synced before, and the file is removed
///    only when all commits are on the disk: under the lock of writers, or when nobody else has the database open.
///
/// A sync does not take the lock of writers: a long transaction would let the interval pass.
final class PeriodicSync: @unchecked Sendable {
    private let map: MemoryMap
    /// Held from the sync of the data file to the end of the writing of the side file, by one thread of this process.
    private let publishing = Monitor()

    private let monitor = Monitor()
    // Guarded by the monitor.
    private var state = State()

    private struct State {
        /// The last commit of this process that was not synced, and the last of all that was.
        var lastCommit = 0
        var syncedCommit = 0
        /// The side file of the last taking over.
        var side: FileIdentity?
        /// From the look at the pin to the commit, which must not lose it meanwhile.
        var isWriting = false
        /// Of the last commit, in milliseconds.
        var interval: UInt32 = 0
        var isScheduled = false
        var running = 0
        var isClosed = false
        /// Whether the last sync in the background failed: the next write tries it again, to tell why.
        var hasFailed = false
        /// A failed sync of the data file. The system may have given up pages, so that none later can be trusted.
        var failure: StorageError?

        var hasUnsynced: Bool { lastCommit > syncedCommit }
    }

    init(map: MemoryMap) {
        self.map = map
    }

    private func withState<Result>(_ body: (inout State) -> Result) -> Result {
        monitor.lock()
        defer { monitor.unlock() }
        return body(&state)
    }

    // MARK: Writing

    /// Makes a write transaction that has just begun ready to be committed as the database demands.
    ///
    /// - Parameter interval: that of the settings, in milliseconds; 0 for a commit that is synced.
    func prepare(_ transaction: OpaquePointer, interval: UInt32) throws(StorageError) {
        if let failure = withState({ $0.failure }) { throw failure }
        if interval == 0 {
            // A crash would lead back to what the side file names, whatever was synced since.
            try settle()
        } else {
            let (side, hasFailed) = withState { state in
                state.isWriting = true
                state.interval = interval
                return (state.side, state.hasFailed)
            }
            let isReady =
                map.pins.isKept && side != nil && !hasFailed
                && side == FileIdentity(path: SyncFile.path(ofDatabase: map.path))
            if !isReady { try takeOver(transaction) }
        }
        // No other transaction of this process can be between its beginning and its end.
        mdb_env_set_flags(map.handle, UInt32(MDB_NOSYNC), interval == 0 ? 0 : 1)
    }

    /// Notes the end of a write that was prepared.
    ///
    /// - Parameter commit: the number of its commit if that was not synced.
    func endWriting(commit: Int?) {
        withState { state in
            state.isWriting = false
            guard let commit else { return }
            state.lastCommit = commit
            schedule(&state, after: .now())
        }
    }

    /// Syncs the last commit, makes it the one that a crash leads back to, and pins it; under the lock of writers.
    private func takeOver(_ transaction: OpaquePointer) throws(StorageError) {
        publishing.lock()
        defer { publishing.unlock() }
        let (candidate, code) = map.pins.begin(in: map.handle)
        guard let pin = candidate else { throw map.failure(code, "pinning the last commit") }
        do throws(StorageError) {
            let commit = mdb_txn_id(transaction) - 1
            let meta = try meta(at: commit & 1)
            guard meta.transaction == commit else {
                throw .corrupted(
                    what: "commit \(meta.transaction) instead of \(commit)", location: "the header of '\(map.path)'")
            }
            try syncData()
            let side = try publish(meta, creating: true)
            withState { state in
                state.side = side
                state.syncedCommit = max(state.syncedCommit, commit)
                state.hasFailed = false
            }
        } catch {
            map.pins.discard(pin)
            throw error
        }
        map.pins.keep(pin)
    }

    /// Brings all commits to the disk and removes the side file, under the lock of writers.
    private func settle() throws(StorageError) {
        map.pins.drop()
        guard SyncFile.exists(database: map.path) else { return }
        publishing.lock()
        defer { publishing.unlock() }
        try syncData()
        while let file = try SyncFile.open(database: map.path) {
            if try file.withLock({ () throws(StorageError) in try file.remove() }) != nil { break }
        }
        withState { $0.syncedCommit = max($0.syncedCommit, $0.lastCommit) }
    }

    // MARK: Syncing

    /// Brings all commits so far to the disk, by whichever process. Writers go on meanwhile.
    ///
    /// - Throws: what the system refuses. After a failed sync of the data file no commit can be trusted: this and all later
    ///   writes throw the same, and when everyone has closed the database, it is put back to the last commit that was
    ///   synced.
    func sync() throws(StorageError) {
        let (failure, last) = withState { ($0.failure, $0.lastCommit) }
        if let failure { throw failure }
        guard SyncFile.exists(database: map.path) else {
            return withState { $0.syncedCommit = max($0.syncedCommit, last) }
        }
        // Before the monitor is taken: a wait for the map could wait for a writer that waits for the monitor.
        let (pin, meta) = try pinLastCommit()
        do throws(StorageError) {
            publishing.lock()
            defer { publishing.unlock() }
            try syncData()
            // Without a side file, others have brought all to the disk.
            _ = try publish(meta, creating: false)
        } catch {
            map.pins.discard(pin)
            throw error
        }
        let isWriter = withState { state in
            let isWriter = state.hasUnsynced
            state.syncedCommit = max(state.syncedCommit, pin.commit)
            state.hasFailed = false
            return isWriter
        }
        if isWriter, map.pins.isKept { map.pins.keep(pin) } else { map.pins.discard(pin) }
    }

    /// What the timer does: syncs what is not, and lets go of the pin if nothing was committed since the last time.
    func fire() {
        let start = DispatchTime.now()
        let hasUnsynced: Bool? = withState { state in
            if state.isClosed { return nil }
            state.isScheduled = false
            state.running += 1
            if !state.hasUnsynced, !state.isWriting { map.pins.drop() }
            return state.hasUnsynced
        }
        guard let hasUnsynced else { return }
        var hasFailed = false
        if hasUnsynced {
            do { try sync() } catch { hasFailed = true }
        }
        withState { state in
            state.running -= 1
            if hasFailed { state.hasFailed = true }
            // From the start, since commits went on. Once more after the last commit, to let go of the pin.
            if state.failure == nil, map.pins.isKept || state.hasUnsynced { schedule(&state, after: start) }
        }
        monitor.wakeAll()
    }

    private func schedule(_ state: inout State, after start: DispatchTime) {
        guard !state.isScheduled, !state.isClosed else { return }
        state.isScheduled = true
        let time = start + .milliseconds(Int(state.interval))
        DispatchQueue.global(qos: .utility).asyncAfter(deadline: time) { [weak self] in self?.fire() }
    }

    /// Brings the commits of this process to the disk and lets go of the pin, before LMDB closes the file.
    func close() {
        monitor.lock()
        state.isClosed = true
        while state.running > 0 { monitor.wait() }
        let hasUnsynced = state.hasUnsynced
        monitor.unlock()
        // There is nobody to be told. The side file stays, and with it what a crash would lead back to.
        if hasUnsynced { try? sync() }
        map.pins.drop()
    }

    // MARK: The files

    /// A pin of the last commit, and the meta page of that commit.
    private func pinLastCommit() throws(StorageError) -> (CommitPins.Pin, MetaPage) {
        // A commit overwrites the meta page of the last but one, so a second one in the time of two reads is in the way.
        for _ in 0..<1000 {
            _ = try map.gate.enter()
            let (candidate, code) = map.pins.begin(in: map.handle)
            map.gate.leave()
            guard let pin = candidate else {
                guard code == MDB_MAP_RESIZED else { throw map.failure(code, "pinning the last commit") }
                try map.fitToFile()
                continue
            }
            do throws(StorageError) {
                let meta = try meta(at: pin.commit & 1)
                let other = try self.meta(at: ~pin.commit & 1)
                if meta.transaction == pin.commit, other.transaction <= pin.commit { return (pin, meta) }
            } catch {
                map.pins.discard(pin)
                throw error
            }
            map.pins.discard(pin)
        }
        throw .busy(path: map.path, operation: "reading the last commit")
    }

    private func meta(at slot: Int) throws(StorageError) -> MetaPage {
        let file = try dataFile()
        return try MetaPage(
            file.read(count: MetaPage.byteCount, at: UInt64(slot * map.pageBytes)), path: map.path)
    }

    /// LMDB's own descriptor, which is told of every error of writing pages.
    private func dataFile() throws(StorageError) -> OpenFile {
        var descriptor: mdb_filehandle_t = -1
        mdb_env_get_fd(map.handle, &descriptor)
        return try OpenFile.duplicate(of: descriptor, path: map.path)
    }

    private func syncData() throws(StorageError) {
        do {
            try dataFile().sync()
        } catch {
            withState { $0.failure = error }
            distrust()
            throw error
        }
    }

    /// Has the next one to open the database put it back to the last synced commit, even if the system runs on.
    private func distrust() {
        guard let file = try? SyncFile.open(database: map.path) else { return }
        _ = try? file.withLock { () throws(StorageError) in
            guard var record = try file.record(), record.isPending else { return }
            record.boot = .unknown
            record.number &+= 1
            try file.append(record)
        }
    }

    /// Names a commit that was synced in the side file, unless that names a later one.
    ///
    /// - Parameter creating: whether to make the file if it is missing or damaged.
    /// - Returns: the side file, or nil if it is missing and was not made.
    private func publish(_ meta: MetaPage, creating: Bool) throws(StorageError) -> FileIdentity? {
        let data = try dataFile()
        while true {
            guard let file = try SyncFile.open(database: map.path) else {
                guard creating else { return nil }
                return try SyncFile.create(database: map.path, record: SyncRecord(of: meta, in: data)).identity
            }
            let isNamed = try file.withLock { () throws(StorageError) -> Bool in
                guard let latest = try file.record() else { return false }
                // No page of the commit can have been overwritten as long as an earlier one is named.
                var record = try SyncRecord(of: meta, in: data)
                let isOurs = latest.isPending && latest.inode == record.inode
                if isOurs, latest.boot == .unknown, record.boot != .unknown {
                    throw .syncFile(path: file.path, reason: "says that the system could not write all of the database")
                }
                if isOurs, latest.boot == record.boot, latest.meta.transaction >= meta.transaction { return true }
                record.number = latest.number &+ 1
                try file.append(record)
                return true
            }
            switch isNamed {
            case true?: return file.identity
            // Removed or replaced by another process.
            case nil: continue
            case false?:
                guard creating else { throw .syncFile(path: file.path, reason: "is damaged") }
                return try SyncFile.create(database: map.path, record: SyncRecord(of: meta, in: data)).identity
            }
        }
    }
}
