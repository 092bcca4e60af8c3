// Loci, Apache License 2.0.

extension WritableCollection {
    /// What the collection of this name held and took before the transaction; nil if there was none.
    /// - Complexity: O(n), as `Collection.info`.
    package var committedInfo: CollectionInfo? {
        get throws { try transaction.committedInfo(of: name) }
    }
}

extension DatabaseTransaction {
    /// What a collection held and took before the transaction; nil if there was none.
    fileprivate func committedInfo(of name: String) throws -> CollectionInfo? {
        try database.hasCollection(name) ? database.collection(name).info() : nil
    }
}
