// Loci, Apache License 2.0.

import LociStorage
import Synchronization

/// The views of collections that were used last, so that a search need not collect chunk pointers.
///
/// A view is used again as long as nothing was committed and the map is where it was; it pins nothing in between.
final class ViewCache: Sendable {
    /// The most views that are kept: a database may have a hundred thousand collections.
    static let capacity = 64

    private struct State {
        var transactionID = -1
        var mapGeneration: UInt64 = 0
        /// The last commit, while this process writes the next one.
        var base: Snapshot?
        var views: [NameBytes: CollectionView] = [:]

        /// Keeps only the views of a commit in a map.
        mutating func turn(to transactionID: Int, _ mapGeneration: UInt64) {
            guard self.transactionID != transactionID || self.mapGeneration != mapGeneration else { return }
            views.removeAll()
            self.transactionID = transactionID
            self.mapGeneration = mapGeneration
        }

        mutating func keep(_ view: CollectionView, _ name: String) {
            if views.count >= ViewCache.capacity { views.removeAll() }
            views[NameBytes(name: name)] = view
        }
    }

    private let state = Mutex(State())

    /// Runs `body` with the latest view of a collection. What it sees does not change meanwhile; other threads may use the
    /// view until `body` returns.
    ///
    /// In the steady state nothing is allocated.
    /// - Throws: `LociError.collectionNotFound`, and what `body` throws.
    func withView<Result>(
        of name: String, in environment: Environment, _ body: (CollectionView) throws -> Result
    ) throws -> Result {
        if let (base, view) = try viewOfBase(name, in: environment) {
            return try withExtendedLifetime(base) { try body(view) }
        }
        return try environment.read { try body(view(of: name, in: $0, of: environment)) }
    }

    /// The same, with what `find` finds in the trees of the same commit.
    func withFound<Found, Result>(
        of name: String, in environment: Environment,
        _ find: (CollectionView, borrowing ReadTransaction) throws -> Found,
        _ body: (CollectionView, Found) throws -> Result
    ) throws -> Result {
        if let (base, view) = try viewOfBase(name, in: environment) {
            let found = try base.withTransaction { try find(view, $0) }
            return try withExtendedLifetime(base) { try body(view, found) }
        }
        return try environment.read { transaction in
            let view = try view(of: name, in: transaction, of: environment)
            return try body(view, try find(view, transaction))
        }
    }

    /// The view that a write of this process is based on, while there is one, and what keeps it alive.
    ///
    /// Nobody else can commit meanwhile, so that it is of the last commit, and at hand: a search during a write does not even
    /// look at LMDB.
    private func viewOfBase(
        _ name: String, in environment: Environment
    ) throws -> (base: Snapshot, view: CollectionView)? {
        let (base, cached) = state.withLock { ($0.base, $0.views[NameBytes(name: name)]) }
        // Between our commit and the end of the write another process may have gone on.
        guard let base, try environment.lastTransactionID <= base.transactionID + 1 else { return nil }
        if let cached { return (base, cached) }
        let view = try base.withTransaction { try make(name, in: $0, of: environment) }
        state.withLock { if $0.base === base { $0.keep(view, name) } }
        return (base, view)
    }

    /// The view of a collection as a transaction sees it: of the last commit that was seen shared by all, of an older one made anew.
    func view(
        of name: String, in transaction: borrowing ReadTransaction, of environment: Environment
    ) throws -> CollectionView {
        let (identity, generation) = (transaction.transactionID, transaction.mapGeneration)
        let cached = state.withLock { state -> CollectionView? in
            // The views of a base are what its write goes on from; and a reader that holds on to an older moment does not turn back.
            if state.base == nil, (identity, generation) > (state.transactionID, state.mapGeneration) {
                state.turn(to: identity, generation)
            }
            guard state.transactionID == identity, state.mapGeneration == generation else { return nil }
            return state.views[NameBytes(name: name)]
        }
        if let cached { return cached }
        let view = try make(name, in: transaction, of: environment)
        state.withLock { state in
            // Another thread may have moved the cache to another commit meanwhile.
            guard state.transactionID == identity, state.mapGeneration == generation else { return }
            state.keep(view, name)
        }
        return view
    }

    private func make(
        _ name: String, in transaction: borrowing ReadTransaction, of environment: Environment
    ) throws -> CollectionView {
        let number = try Catalogue.existing(name, in: transaction)
        let record = try Catalogue.record(number: number, path: environment.path, in: transaction)
        return try CollectionView(number: number, record: record, in: transaction)
    }

    /// Says that this process writes from now on; searches go on with `base`, which is the last commit.
    func beginWriting(base: Snapshot) {
        state.withLock { state in
            state.turn(to: base.transactionID, base.mapGeneration)
            state.base = base
        }
    }

    /// The view of a collection in the commit that a write is based on.
    func view(of name: String, number: UInt32, record: CollectionRecord, base: Snapshot) throws -> CollectionView {
        if let view = state.withLock({ $0.views[NameBytes(name: name)] }), view.number == number { return view }
        let view = try base.withTransaction { try CollectionView(number: number, record: record, in: $0) }
        state.withLock { $0.keep(view, name) }
        return view
    }

    /// Says that a write came to nothing.
    func abandonWriting() {
        state.withLock { $0.base = nil }
    }

    /// Turns to a commit of this process.
    ///
    /// Chunks that it did not change lie where they lay, but for those on pages of the tree. So the views of the next commit are
    /// made from those of its base, and searches do not collect a hundred thousand addresses after every commit.
    /// - Parameters:
    ///   - transactionID: The commit.
    ///   - changed: The collections that it changed.
    ///   - dropped: The numbers of those that it dropped.
    func publish(_ transactionID: Int, changed: [CollectionEdit], dropped: [UInt32], in environment: Environment) {
        let gone = Set(changed.map(\.number) + dropped)
        let others = state.withLock { $0.base == nil ? [] : $0.views.values.filter { !gone.contains($0.number) } }
        // What cannot be made now is made when it is asked for.
        let next = try? environment.read { transaction -> (generation: UInt64, views: [CollectionView])? in
            // Another process may have gone on.
            guard transaction.transactionID == transactionID else { return nil }
            return (
                transaction.mapGeneration,
                try changed.compactMap { try $0.committedView(in: transaction) }
                    + others.map { try $0.renewed(in: transaction) }
            )
        }
        state.withLock { state in
            state.base = nil
            guard let next = next ?? nil else { return }
            state.turn(to: transactionID, next.generation)
            for view in next.views { state.keep(view, view.record.name) }
        }
    }
}

/// A collection's name by its bytes: two texts that Unicode calls equivalent are equal as strings, but name two
/// collections.
struct NameBytes: Hashable {
    let name: String

    static func == (left: NameBytes, right: NameBytes) -> Bool { left.name.utf8.elementsEqual(right.name.utf8) }

    func hash(into hasher: inout Hasher) {
        for byte in name.utf8 { hasher.combine(byte) }
    }
}
