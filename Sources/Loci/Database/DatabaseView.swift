// Loci, Apache License 2.0.

import LociStorage
import Synchronization

/// One moment of a database: its collections as one commit left them, whatever is committed meanwhile, in this process or
/// another.
///
/// ```swift
/// try database.read { view in
///     let photos = try view.collection("photos")
///     let neighbors = try photos.search(query, k: 10)
///     let vectors = try neighbors.map { try photos.get($0.id) }  // of the same commit
/// }
/// ```
///
/// Readers never wait for writers, nor writers for readers. But pages that a view can see are not used again, so the file
/// grows by what is written meanwhile, and the map of this process cannot grow under it: end it soon. Any number of threads
/// may use a view at once.
public final class DatabaseView: Sendable {
    /// The number of the commit; later commits have higher ones.
    public let commit: Int
    let database: Database
    private let snapshot: Mutex<Snapshot?>
    private let views = Mutex<[NameBytes: CollectionView]>([:])

    /// - Throws: `StorageError.readersFull`.
    init(_ database: Database) throws {
        let snapshot = try database.environment.snapshot()
        self.database = database
        commit = snapshot.transactionID
        self.snapshot = Mutex(snapshot)
    }

    /// The names of all collections, in the order of their bytes.
    /// - Throws: `LociError`.
    public func collectionNames() throws -> [String] {
        try LociError.mapped { try withTransaction { try Catalogue.names(in: $0) } }
    }

    /// Whether there is a collection of a name at this moment.
    /// - Complexity: O(log n).
    public func hasCollection(_ name: String) throws -> Bool {
        try LociError.mapped { try withTransaction { try Catalogue.number(of: name, in: $0) != nil } }
    }

    /// A collection that exists at this moment. It can be searched and looked at, but not changed, until the view ends.
    /// - Throws: `LociError.collectionNotFound`.
    public func collection(_ name: String) throws -> Collection {
        try LociError.mapped { try withTransaction { _ = try Catalogue.existing(name, in: $0) } }
        return Collection(name: name, database: database, moment: self)
    }

    /// No use of the view can begin after this; those under way end well.
    func end() {
        snapshot.withLock { $0 = nil }
        views.withLock { $0 = [:] }
    }

    /// Runs `body` with the view's transaction, one thread at a time.
    func withTransaction<Result>(_ body: (borrowing ReadTransaction) throws -> Result) throws -> Result {
        try pinned().withTransaction(body)
    }

    /// Runs `body` with a collection of this moment; any number of threads at once.
    func withView<Result>(of name: String, _ body: (CollectionView) throws -> Result) throws -> Result {
        let snapshot = try pinned()
        let view = try views.withLock { views in
            if let view = views[NameBytes(name: name)] { return view }
            let view = try snapshot.withTransaction { transaction in
                try database.views.view(of: name, in: transaction, of: database.environment)
            }
            if views.count >= ViewCache.capacity { views.removeAll() }
            views[NameBytes(name: name)] = view
            return view
        }
        // The collection's pointers are good as long as the snapshot.
        return try withExtendedLifetime(snapshot) { try body(view) }
    }

    private func pinned() throws(LociError) -> Snapshot {
        guard let snapshot = snapshot.withLock({ $0 }) else { throw .viewEnded }
        return snapshot
    }
}

extension Database {
    /// Runs `body` with a view of the last commit, which ends when it returns.
    ///
    /// All that `body` asks of the view's collections is answered as of that commit. Outside of a view each call sees the
    /// commit that is the last when it begins.
    /// - Parameter body: May use the view from several threads; what it lets out of the view does not work afterwards.
    /// - Returns: What `body` returns.
    /// - Throws: `LociError.limit` when too many views and searches are under way in all processes; what `body` throws.
    public func read<Result>(_ body: (DatabaseView) throws -> Result) throws -> Result {
        let view = try LociError.mapped { try DatabaseView(self) }
        defer { view.end() }
        return try body(view)
    }
}
