// Loci, Apache License 2.0.

/// How much a search does to find the true neighbours.
public enum SearchEffort: Sendable, Equatable {
    /// The window that the collection was tuned to; `SearchOptions.standardWindow` where it was never tuned.
    case standard
    /// How many candidates the walk keeps, at least 1: more find more, slower. At least `k` are kept.
    case window(Int)
    /// The smallest window that found this share of the true neighbours when the collection was tuned, above 0 and at
    /// most 1.
    case recall(Double)
}

extension CollectionView {
    /// The window that the options ask for here.
    /// - Throws: `LociError.notTuned` for a recall that tuning never reached, or only for a smaller k.
    func window(for options: SearchOptions) throws(LociError) -> Int {
        switch options.effort {
        case .window(let window): return window
        case .standard: return record.tuning?.window ?? SearchOptions.standardWindow
        case .recall(let recall):
            // A scan finds all.
            guard record.hasGraph else { return SearchOptions.standardWindow }
            guard let tuning = record.tuning, options.k <= tuning.k, let window = tuning.window(reaching: recall) else {
                throw .notTuned(name: record.name, recall: recall, k: options.k, tuning: record.tuning)
            }
            return window
        }
    }

    /// The number of candidates that the walk keeps in the end: no fewer than the neighbours asked for, and no more than
    /// there are vectors.
    func walkedWindow(for options: SearchOptions) throws(LociError) -> Int {
        max(min(options.k, record.count), min(try window(for: options), record.count))
    }
}
