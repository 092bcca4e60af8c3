// Loci, Apache License 2.0.

import CLMDB

/// The map of an open file, and what replaces it when it has become too small.
final class MemoryMap: @unchecked Sendable {
    /// LMDB's handle of the file.
    let handle: OpaquePointer
    let gate = TransactionGate()
    let pins = CommitPins()
    let path: String
    let options: EnvironmentOptions
    /// The page size of the file, in bytes.
    let pageBytes: Int

    init(handle: OpaquePointer, path: String, options: EnvironmentOptions) {
        self.handle = handle
        self.path = path
        self.options = options
        var statistics = MDB_stat()
        mdb_env_stat(handle, &statistics)
        pageBytes = Int(statistics.ms_psize)
    }

    /// The error that a code of LMDB means here.
    func failure(_ code: Int32, _ operation: String, keyBytes: Int = 0) -> StorageError {
        var limits = StorageError.Limits(mapBytes: options.maximumMapBytes, keyBytes: keyBytes)
        if code == MDB_READERS_FULL {
            var slots: UInt32 = 0
            mdb_env_get_maxreaders(handle, &slots)
            limits.readers = Int(slots)
        }
        return StorageError(code: code, operation: operation, path: path, limits: limits)
    }

    /// Doubles the map after a transaction did not fit into one of `fullBytes`.
    ///
    /// - Throws: ``StorageError/mapFull(limitBytes:)`` at the limit of the options,
    ///   ``StorageError/mapGrowthBlocked(active:waited:)`` if a transaction of this process does not end, or
    ///   ``StorageError/addressSpace(bytes:)``.
    func grow(from fullBytes: Int) throws(StorageError) {
        let limit = options.maximumMapBytes
        guard fullBytes < limit else { throw .mapFull(limitBytes: limit) }
        try gate.replaceMap(timeout: options.mapGrowthTimeout) { () throws(StorageError) in
            // Another thread may have grown it while this one waited.
            guard information.me_mapsize <= fullBytes else { return false }
            let (double, overflow) = fullBytes.multipliedReportingOverflow(by: 2)
            try remap(toAtLeast: fullBytes + 1, wanted: overflow ? limit : min(double, limit))
            return true
        }
    }

    /// Enlarges the map after another process grew the file beyond it.
    ///
    /// LMDB's own way (`mdb_env_set_mapsize` with 0) would take over the other process's map size, which may not fit
    /// into this one's address space.
    func fitToFile() throws(StorageError) {
        try gate.replaceMap(timeout: options.mapGrowthTimeout) { () throws(StorageError) in
            let information = information
            let (used, overflow) = (information.me_last_pgno &+ 1).multipliedReportingOverflow(by: pageBytes)
            if overflow {
                throw .corrupted(what: "\(information.me_last_pgno) pages", location: "the header of '\(path)'")
            }
            guard information.me_mapsize < used else { return false }
            // The file is as large as it is: the limit of the options is for what this process writes.
            var wanted = max(information.me_mapsize, 1)
            while wanted < used {
                let (double, overflow) = wanted.multipliedReportingOverflow(by: 2)
                wanted = overflow ? used : double
            }
            // Rounded up: the file's pages may be smaller than those of this machine's memory.
            let unit = FileSystem.memoryPageBytes
            try remap(toAtLeast: used, wanted: wanted + (unit - wanted % unit) % unit)
            return true
        }
    }

    /// Replaces the map; only called when the gate has no transaction.
    private func remap(toAtLeast least: Int, wanted: Int) throws(StorageError) {
        let unit = FileSystem.memoryPageBytes
        var bytes = wanted / unit * unit
        // Probed beforehand, since LMDB gives up the old map before it asks for the new one.
        while !FileSystem.hasAddressSpace(bytes: bytes) {
            let smaller = (least + (bytes - least) / 2) / unit * unit
            guard smaller >= least, smaller < bytes else { throw .addressSpace(bytes: bytes) }
            bytes = smaller
        }
        guard bytes >= least else { throw .mapFull(limitBytes: options.maximumMapBytes) }
        // They are transactions to LMDB. Who commits next takes a new one first.
        pins.drop()
        let code = mdb_env_set_mapsize(handle, bytes)
        // The old map is gone, and LMDB would read through a null pointer.
        if code != 0 { throw .unusable(path: path) }
    }

    /// What LMDB knows of the file, without the gate, which the callers hold.
    private var information: MDB_envinfo {
        var information = MDB_envinfo()
        mdb_env_info(handle, &information)
        return information
    }
}
