// Loci, Apache License 2.0.

extension Environment {
    /// The number of keys that a step of a dropping deletes: enough to make a commit worth while, and few enough that
    /// the pages it changes fit into memory.
    package static let entriesPerDroppingStep = 8192

    /// Begins a build under a hidden collection number; see ``BuildLease``.
    ///
    /// - Throws: ``StorageError/readOnly(path:)``, ``StorageError/collectionNumbersExhausted``, and what a write throws.
    package func beginBuild() throws -> BuildLease {
        if isReadOnly { throw StorageError.readOnly(path: path) }
        return try BuildLease.begin(in: self)
    }

    /// Drops all records of a collection number, in bounded transactions, and its mark with the last of them.
    ///
    /// To drop a visible collection, first delete its record and call ``WriteTransaction/markForDropping(collection:)`` in
    /// one transaction; if this process dies before the end, the next writer goes on.
    package func dropCollection(
        _ collection: UInt32, entriesPerTransaction limit: Int = Environment.entriesPerDroppingStep
    ) throws {
        let limit = max(1, limit)
        while true {
            let isDone = try write { transaction in
                let isDone = try transaction.dropRecords(ofCollection: collection, limit: limit) < limit
                if isDone { try transaction.unmark(collection: collection) }
                return isDone
            }
            if isDone { return }
        }
    }

    /// Drops what interrupted builds and droppings left, unless a build is under way in any process.
    ///
    /// - Returns: the number of collection numbers that were dropped.
    @discardableResult
    package func dropInterruptedBuilds(
        entriesPerTransaction limit: Int = Environment.entriesPerDroppingStep
    ) throws -> Int {
        if try markedCollections().isEmpty { return 0 }
        let file = try openDataFile()
        guard try file.lockExclusivelyIfFree() else { return 0 }
        // Read again: a build may have ended well since. None begins while the lock is held.
        let marked = try markedCollections()
        for collection in marked { try dropCollection(collection, entriesPerTransaction: limit) }
        return marked.count
    }

    /// Drops what interrupted builds left, but lets a database without room to do so be opened.
    func dropInterruptedBuildsIfPossible() throws {
        do {
            try dropInterruptedBuilds()
        } catch StorageError.diskFull, StorageError.mapFull, StorageError.addressSpace {
            return
        }
    }

    /// The collection numbers that are marked as no part of the database.
    package func markedCollections() throws -> [UInt32] {
        try read { try $0.markedCollections() }
    }

    /// Opens the data file besides LMDB, for an `flock`.
    func openDataFile() throws(StorageError) -> OpenFile {
        let file = try OpenFile.open(path: path, create: false)
        guard try file.identity() == identity else { throw .replacedWhileOpen(path: path) }
        return file
    }
}
