// Loci, Apache License 2.0.

import CLMDB

extension StorageTransaction where Self: ~Copyable {
    /// The bytes of the file that a collection's entries of a table take.
    ///
    /// Values with pages of their own are counted by these pages; the pages of the tree are shared out among all entries
    /// of the table by their number.
    /// - Complexity: O(entries of the collection).
    package func fileBytes(of collection: UInt32, in table: Table) throws -> Int {
        guard context.has(table) else { return 0 }
        var statistics = MDB_stat()
        let code = mdb_stat(context.handle, context.environment.handle(of: table), &statistics)
        if code != 0 { throw context.failure(code, "measuring table \(table)") }
        guard statistics.ms_entries > 0 else { return 0 }
        let page = Int(statistics.ms_psize)
        var entries = 0
        var ownPages = 0
        try forEach(in: table, prefix: Key(collection: collection)) { key, value in
            entries += 1
            if context.environment.hasOwnPages(keyBytes: key.byteCount, valueBytes: value.byteCount) {
                ownPages += (value.byteCount + ChunkGeometry.pageHeaderBytes + page - 1) / page
            }
            return true
        }
        let treePages = statistics.ms_branch_pages + statistics.ms_leaf_pages
        return ownPages * page + treePages * page * entries / statistics.ms_entries
    }
}

extension Environment {
    /// Whether a value has pages of its own, which stay where they are until the value is written again, and does not lie on
    /// a page of the tree, which moves whenever a neighbour of it is written.
    ///
    /// LMDB gives a node pages of its own when two would not fit on one page.
    func hasOwnPages(keyBytes: Int, valueBytes: Int) -> Bool {
        let largestNode = ((pageBytes - ChunkGeometry.pageHeaderBytes) / 2) & ~1
        return 8 + keyBytes + valueBytes + 2 > largestNode
    }

    /// The same of a chunk.
    func hasOwnPages(chunkBytes: Int) -> Bool {
        hasOwnPages(keyBytes: Key(collection: 0, chunk: 0).count, valueBytes: chunkBytes)
    }
}
