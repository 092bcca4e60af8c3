// Loci, Apache License 2.0.

import LociIndex

extension Collection {
    /// Finds the vectors nearest to a query page by page: the first page, or the one after a cursor.
    ///
    /// ```swift
    /// try database.read { view in
    ///     let photos = try view.collection("photos")
    ///     var cursor: SearchCursor?
    ///     repeat {
    ///         let page = try photos.search(query, SearchOptions(k: 20), after: cursor)
    ///         show(page.neighbors)
    ///         cursor = page.next
    ///     } while cursor != nil && wantsMore
    /// }
    /// ```
    ///
    /// Pages never repeat and never skip: whoever goes on to the end gets every vector of the collection exactly once. The
    /// first page is what a plain search finds. Each page is sorted; from one to the next the order may step back a little,
    /// since a later page looks deeper, and may find near vectors that an earlier one has missed: they come then. With
    /// `isExact` nothing is missed, and all pages are in order.
    ///
    /// Within a distance, pages end where it does. Unless `isExact`, they bring all that the walk finds, as ever.
    ///
    /// When what is known is used up, a search for twice as many as were given follows it up, with a window that grows by as
    /// many, and what it finds serves the pages to come. Beyond a 64th of the collection, or 16,384 neighbours, that
    /// is a scan of all vectors, which finds eight times as many.
    /// - Parameters:
    ///   - vector: The query, of the collection's dimension.
    ///   - options: How to search; `k` is the size of the page, and may change from page to page, but nothing else may.
    ///   - cursor: The `next` of the page before; `nil` for the first page.
    /// - Returns: Up to `k` neighbours, fewer only on the last page, and where the next page begins.
    /// - Throws: `LociError.cursorOutdated` when there was a commit since the page before, which cannot be in a
    ///   ``DatabaseView``; `LociError.cursorMismatch` for the cursor of another search; what other searches throw.
    /// - Complexity: That of a search for as many as were given, but only when that number has doubled: O(1) searches of its
    ///   own size a page, over all pages. The cursor takes O(given) memory.
    public func search(
        _ vector: [Float], _ options: SearchOptions = SearchOptions(), after cursor: SearchCursor?
    ) throws -> SearchPage {
        var results = SearchResults()
        let next = try search(vector, options, after: cursor, into: &results)
        return SearchPage(neighbors: results[query: 0], next: next)
    }

    /// The same, with the neighbours added to `results`.
    package func search(
        _ vector: [Float], _ options: SearchOptions, after cursor: SearchCursor?, into results: inout SearchResults
    ) throws -> SearchCursor? {
        try options.validate()
        return try withMatching(options.filter) { view, matching in
            let origin = CursorOrigin(path: database.path, view: view)
            try cursor?.validate(origin, query: vector, options: options)
            try view.admitQueries(dimension: vector.count)
            var progress = cursor?.progress ?? SearchProgress()
            if view.record.hasExtraVectors {
                let (rows, isLast) = try view.nextRows(&progress, vector, options, matching)
                for (slot, distance) in rows {
                    try results.append(slot: slot, distance: distance, identifiers: view.identifiers)
                }
                results.endQuery()
                return isLast ? nil : SearchCursor(origin, query: vector, options: options, progress: progress)
            }
            // How many there are is known of all vectors; within a distance, one more has to be found for it.
            let wanted = options.maximumDistance == nil ? options.k : options.k + 1
            try view.withSearcher { try view.deepen(&progress, vector, options, matching, wanted: wanted, $0) }
            for (slot, distance) in progress.take(options.k) {
                try results.append(slot: slot, distance: distance, identifiers: view.identifiers)
            }
            results.endQuery()
            if progress.pendingCount == 0, progress.isComplete { return nil }
            return SearchCursor(origin, query: vector, options: options, progress: progress)
        }
    }
}

extension CollectionView {
    /// The most neighbours that walks are made for, besides those of a first page. A walk keeps its candidates sorted, and
    /// moves half of them for each that it follows: 1 GB at so many.
    private static var deepestWalk: Int { 16_384 }

    /// Of so many vectors a walk is made for one: it measures a dozen or more for each that it follows, here and there,
    /// and a scan measures all in a row. On a million SIFT descriptors (128 dimensions) a walk for 4,000 takes 17 ms, one
    /// for 16,000 takes 164 ms, and a scan 49 ms.
    private static var vectorsPerWalked: Int { 64 }

    /// How many times the neighbours that were given a scan finds.
    private static var scannedAhead: Int { 8 }

    /// Whether a walk for so many neighbours is faster than a scan.
    func isWorthAWalk(_ depth: Int, of matching: MatchingSlots?) -> Bool {
        depth <= min((matching?.count ?? record.count) / Self.vectorsPerWalked, Self.deepestWalk)
    }

    /// Finds enough vectors for the next page, and whether there is more.
    /// - Parameter wanted: How many are to be found and not given yet, unless there are fewer.
    func deepen(
        _ progress: inout SearchProgress, _ vector: [Float], _ options: SearchOptions, _ matching: MatchingSlots?,
        wanted: Int, _ searcher: Searcher
    ) throws {
        guard progress.pendingCount < wanted, !progress.isComplete else { return }
        let available = matching?.count ?? record.count
        guard available > 0 else { return progress.deepen([], isComplete: true, of: 0) }
        let given = progress.givenCount
        let depth = min(max(2 * given, given + wanted), available)
        let isWalked = record.hasGraph && !options.isExact
        if isWalked, given == 0 || isWorthAWalk(depth, of: matching) {
            try walk(vector, options, matching, depth: depth, searcher, &progress)
        }
        // A walk in a damaged graph may find fewer than there are.
        if progress.pendingCount < wanted, !progress.isComplete {
            try scan(vector, options, matching, wanted: wanted, asWalked: isWalked, searcher, &progress)
        }
    }

    private func walk(
        _ vector: [Float], _ options: SearchOptions, _ matching: MatchingSlots?, depth: Int, _ searcher: Searcher,
        _ progress: inout SearchProgress
    ) throws {
        var reach = try reach(of: options, matching: matching)
        if case .window(let window) = reach {
            reach = .window(min(window + max(0, depth - options.k), record.count))
        }
        var slots = [UInt32](repeating: 0, count: depth)
        var distances = [Float](repeating: 0, count: depth)
        let found = try searcher.search(
            vector.span.bytes, in: graph, count: depth, reach: reach, matching: matching?.slots, slots: &slots,
            distances: &distances)
        let deeper = zip(slots, distances).prefix(found).map { (slot: $0, distance: $1) }
        progress.deepen(
            deeper, isComplete: options.maximumDistance != nil && found < depth,
            of: matching?.count ?? record.count)
    }

    private func scan(
        _ vector: [Float], _ options: SearchOptions, _ matching: MatchingSlots?, wanted: Int, asWalked: Bool,
        _ searcher: Searcher, _ progress: inout SearchProgress
    ) throws {
        let available = matching?.count ?? record.count
        let count = min(Self.scannedAhead * (progress.givenCount + wanted), available)
        let known = progress.known()
        let found = try searcher.scan(
            vector.span.bytes, in: graph, count: count, asWalked: asWalked,
            within: options.maximumDistance ?? .infinity, matching: matching?.slots, except: known)
        progress.deepen(found, isComplete: found.count < count, of: available)
    }
}
