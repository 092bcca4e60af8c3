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
        var views: [NameBytes: CollectionView] = [:]
    }

    private let state = Mutex(State())

    /// Runs `body` with the latest view of a collection, and the transaction that it is of. What they see does not change
    /// meanwhile; other threads may use the view until `body` returns.
    ///
    /// In the steady state nothing is allocated.
    /// - Throws: `LociError.collectionNotFound`, and what `body` throws.
    func withView<Result>(
        of name: String, in environment: Environment,
        _ body: (CollectionView, borrowing ReadTransaction) throws -> Result
    ) throws -> Result {
        try environment.read { transaction in
            let (identity, generation) = (transaction.transactionID, transaction.mapGeneration)
            let cached = state.withLock { state -> CollectionView? in
                if state.transactionID != identity || state.mapGeneration != generation {
                    state.views.removeAll()
                    state.transactionID = identity
                    state.mapGeneration = generation
                }
                return state.views[NameBytes(name: name)]
            }
            if let cached { return try body(cached, transaction) }
            let number = try Catalogue.existing(name, in: transaction)
            let record = try Catalogue.record(number: number, path: environment.path, in: transaction)
            let view = try CollectionView(number: number, record: record, in: transaction)
            state.withLock { state in
                // Another thread may have moved the cache to a later commit meanwhile.
                guard state.transactionID == identity, state.mapGeneration == generation else { return }
                if state.views.count >= Self.capacity { state.views.removeAll() }
                state.views[NameBytes(name: name)] = view
            }
            return try body(view, transaction)
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
