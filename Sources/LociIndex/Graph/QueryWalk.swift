// Loci, Apache License 2.0.

/// The walk of one query under way, or its scan of all slots that match: what a thread's turns go round.
///
/// It lies behind a pointer and holds kernels and records as plain pointers, so that a step, of which a query takes
/// dozens, counts no references and asks nobody for access: that was a twentieth of a search.
struct QueryWalk {
    private(set) var search = GreedySearch()
    private var field: WalkField?
    private var distance: DistanceKernel?
    /// Lower bounds of the distances, where the field has sketches.
    private var bound: DistanceKernel?
    /// What is scanned; `nil` in a walk.
    private var scanned: SlotBits?

    func deallocate() { search.deallocate() }

    /// Starts a walk.
    /// - Parameters:
    ///   - query: Prepared; must live, unchanged, as long as the walk goes on.
    ///   - seeds: Adds vertices to begin at, besides the field's entry point.
    /// - Throws: As `GreedySearch.begin`, and what `seeds` throws.
    mutating func begin(
        _ field: WalkField, query: QueryState, extent: WalkExtent, hidden: UInt32?,
        seeds: (inout GreedySearch) throws(IndexError) -> Void
    ) throws(IndexError) {
        try search.begin(field, extent, hidden: hidden)
        try seeds(&search)
        scanned = nil
        start(field, query)
    }

    /// Starts a scan.
    /// - Parameters:
    ///   - scanned: The slots.
    ///   - query: As for a walk.
    mutating func beginScan(_ field: WalkField, of scanned: SlotBits, query: QueryState, extent: WalkExtent) {
        search.beginScan(extent)
        self.scanned = scanned
        start(field, query)
    }

    private mutating func start(_ field: WalkField, _ query: QueryState) {
        self.field = field
        distance = query.firstLevel
        bound = field.sketches == nil ? nil : query.sketchBounds
    }

    /// Goes on to where the walk waits for sketches, records or a neighbour list.
    /// - Parameter onExpand: Called with the key of a vertex that is expanded.
    /// - Returns: `false` when the walk is over.
    /// - Throws: `IndexError.corrupt` for a neighbour that does not exist.
    @inline(__always)
    mutating func step(onExpand: (UInt64) -> Void) throws(IndexError) -> Bool {
        guard let field, let distance else { return false }
        if search.isSifting, let bound, search.sift(bound, field) { return true }
        search.measure(distance)
        if let scanned {
            if search.gatherNext(scanned, field) { return true }
        } else if try search.gather(field, onExpand: onExpand) {
            return true
        }
        self.field = nil
        return false
    }
}
