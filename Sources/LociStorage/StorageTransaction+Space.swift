// Loci, Apache License 2.0.

import CLMDB

extension StorageTransaction where Self: ~Copyable {
    /// The bytes of the file that a collection's entries of a table take.
    ///
    /// Values with pages of their own are counted by these pages; the pages of the tree are shared out among all entries
    /// of the table by their number.
    /// - Complexity: O(entries of the collection).
    package func fileBytes(of collection: UInt32, in table: Table) throws -> Int {
        var statistics = MDB_stat()
        let code = mdb_stat(context.handle, context.environment.handle(of: table), &statistics)
        if code != 0 { throw context.failure(code, "measuring table \(table)") }
        guard statistics.ms_entries > 0 else { return 0 }
        let page = Int(statistics.ms_psize)
        // LMDB gives a node pages of its own when two would not fit on one page.
        let largestNode = ((page - ChunkGeometry.pageHeaderBytes) / 2) & ~1
        var entries = 0
        var ownPages = 0
        try forEach(in: table, prefix: Key(collection: collection)) { key, value in
            entries += 1
            if 8 + key.byteCount + value.byteCount + 2 > largestNode {
                ownPages += (value.byteCount + ChunkGeometry.pageHeaderBytes + page - 1) / page
            }
            return true
        }
        let treePages = statistics.ms_branch_pages + statistics.ms_leaf_pages
        return ownPages * page + treePages * page * entries / statistics.ms_entries
    }
}
