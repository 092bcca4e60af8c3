// Loci, Apache License 2.0.

/// The bytes of the file that entries will take, before they are written: what
/// ``StorageTransaction/fileBytes(of:in:)`` then says of a table with one collection.
///
/// A build writes the entries of a table in the order of their keys, which leaves full pages. Pages are taken to be of
/// ``DatabaseSettings/pageBytes``: where the system's are larger, what is left over at the end of a value with pages of its
/// own is more than is said here.
package enum SpaceEstimate {
    private static let page = DatabaseSettings.pageBytes
    private static let room = DatabaseSettings.pageBytes - ChunkGeometry.pageHeaderBytes
    /// What LMDB keeps with the key of an entry: its sizes, and its place on the page.
    private static let nodeBytes = 8
    private static let placeBytes = 2
    /// The number of the page where a value with pages of its own begins.
    private static let pageNumberBytes = 8

    /// The bytes of `count` entries of equal size.
    static func fileBytes(entries count: Int, keyBytes: Int, valueBytes: Int) -> Int {
        let ownBytes = ownBytes(keyBytes: keyBytes, valueBytes: valueBytes)
        let stored = ownBytes > 0 ? pageNumberBytes : valueBytes
        return count * ownBytes + treeBytes(entries: count, keyBytes: keyBytes, storedBytes: stored)
    }

    /// The bytes of one entry: for what a collection has one of.
    package static func fileBytes(keyBytes: Int, valueBytes: Int) -> Int {
        fileBytes(entries: 1, keyBytes: keyBytes, valueBytes: valueBytes)
    }

    /// The bytes of the chunks of an array, of these lengths.
    static func fileBytes(chunks lengths: some Sequence<Int>) -> Int {
        let keyBytes = 8
        var count = 0
        var own = 0
        var short = 0
        for length in lengths {
            let pages = ownBytes(keyBytes: keyBytes, valueBytes: length)
            count += 1
            own += pages
            if pages == 0 { short = length }
        }
        // A chunk without pages of its own can only be the last, and finds room in the tree unless it is the only one.
        let stored = count == 1 && own == 0 ? short : pageNumberBytes
        return own + treeBytes(entries: count, keyBytes: keyBytes, storedBytes: stored)
    }

    /// The bytes of the pages that a value has for its own. LMDB gives it these when two nodes like it would not fit on one
    /// page of the tree.
    private static func ownBytes(keyBytes: Int, valueBytes: Int) -> Int {
        guard nodeBytes + keyBytes + valueBytes + placeBytes > (room / 2) & ~1 else { return 0 }
        return (valueBytes + ChunkGeometry.pageHeaderBytes + page - 1) / page * page
    }

    /// The bytes of a tree's pages.
    ///
    /// - Parameter storedBytes: what each entry has in the tree: its value, or the number of that one's page.
    private static func treeBytes(entries count: Int, keyBytes: Int, storedBytes: Int) -> Int {
        guard count > 0 else { return 0 }
        let leaf = placeBytes + (nodeBytes + keyBytes + storedBytes + 1) & ~1
        let branch = placeBytes + (nodeBytes + keyBytes + 1) & ~1
        func level(of nodes: Int, _ bytes: Int) -> Int {
            let most = max(2, room / bytes)
            return (nodes + most - 1) / most
        }
        var nodes = level(of: count, leaf)
        var pages = nodes
        while nodes > 1 {
            nodes = level(of: nodes, branch)
            pages += nodes
        }
        return pages * page
    }
}

extension ChunkGeometry {
    /// The bytes of the file that an array of `records` records will take, its chunks written one after another.
    ///
    /// - Complexity: O(chunks).
    package func fileBytes(records: Int) -> Int {
        let (full, rest) = records.quotientAndRemainder(dividingBy: recordsPerChunk)
        let count = full + (rest > 0 ? 1 : 0)
        return SpaceEstimate.fileBytes(
            chunks: (0..<count).lazy.map { storedBytes(records: $0 < full ? recordsPerChunk : rest) })
    }
}
