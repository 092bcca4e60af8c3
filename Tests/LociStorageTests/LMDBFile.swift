// Loci, Apache License 2.0.

import CLMDB
import TestSupport

/// A database as LMDB alone sees it.
enum LMDBFile {
    /// Removes tables.
    static func drop(_ tables: [String], from path: String) throws {
        var handle: OpaquePointer?
        var transaction: OpaquePointer?
        mdb_env_create(&handle)
        defer { mdb_env_close(handle) }
        mdb_env_set_maxdbs(handle, 16)
        var codes = [mdb_env_open(handle, path, UInt32(MDB_NOSUBDIR), 0o644)]
        codes.append(mdb_txn_begin(handle, nil, 0, &transaction))
        for name in tables {
            var table: MDB_dbi = 0
            codes.append(mdb_dbi_open(transaction, name, 0, &table))
            codes.append(mdb_drop(transaction, table, 1))
        }
        codes.append(mdb_txn_commit(transaction))
        guard codes.allSatisfy({ $0 == 0 }) else { throw TestFailure("LMDB said \(codes)") }
    }
}
