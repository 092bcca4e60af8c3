// Loci, Apache License 2.0.

import LociIndex

/// How much a search does to find the true neighbours.
public enum SearchEffort: Sendable, Equatable {
    /// The window that the collection was tuned to; where it was not tuned for as many neighbours,
    /// `SearchOptions.standardWindow`, or `k` if that is more.
    case standard
    /// How many candidates the walk of a typical query follows, at least 1: more find more, slower. It may be less than
    /// `k`: candidates that were measured, but not followed, answer too.
    case window(Int)
    /// The smallest window that found this share of the true neighbours when the collection was tuned, above 0 and at
    /// most 1.
    case recall(Double)
}

extension CollectionView {
    /// The window that the options ask for here.
    /// - Throws: `LociError.notTuned` for a recall that tuning never reached, or only for a smaller k.
    func window(for options: SearchOptions) throws(LociError) -> Int {
        // Of a search within a distance, k is but a limit.
        let k = options.maximumDistance == nil ? options.k : 1
        switch options.effort {
        case .window(let window): return window
        case .standard:
            if let tuning = record.tuning, k <= tuning.k { return tuning.window }
            return max(SearchOptions.standardWindow, k)
        case .recall(let recall):
            // A scan finds all.
            guard record.hasGraph else { return SearchOptions.standardWindow }
            guard let tuning = record.tuning, k <= tuning.k, let window = tuning.window(reaching: recall) else {
                throw .notTuned(name: record.name, recall: recall, k: options.k, tuning: record.tuning)
            }
            return window
        }
    }

    /// The number of candidates that the walk follows: no more than there are vectors.
    func walkedWindow(for options: SearchOptions) throws(LociError) -> Int {
        min(try window(for: options), record.count)
    }

    /// What a searcher is told.
    /// - Throws: As `window(for:)`.
    func reach(of options: SearchOptions) throws(LociError) -> Searcher.Reach {
        if options.isExact { return .everything(within: options.maximumDistance ?? .infinity) }
        let window = try walkedWindow(for: options)
        return options.maximumDistance.map { .within($0, window: window) } ?? .window(window)
    }
}
