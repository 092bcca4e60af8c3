// Loci, Apache License 2.0.

/// All that a search reads: records by slot, and where to enter the graph.
///
/// Plain pointers; whoever makes one keeps the memory alive while it is used.
package struct GraphView {
    /// The number of vectors.
    package let count: Int
    /// The number of slots in the arrays: that of vectors, or more where some were removed.
    package let slotCount: Int
    /// Which slots hold vectors; `nil` where all do.
    package let states: SlotStates?
    package let layout: CodeLayout
    package let codes: RecordArray
    /// Binary sketches of the same vectors, where a walk has use for them.
    package let sketches: RecordArray?
    /// Residual records; present exactly when the quantization has two levels.
    package let residuals: RecordArray?
    /// The vectors as they were given, where the collection keeps them.
    package let originals: OriginalRecords?
    /// Neighbour lists; absent in a collection that is scanned because it is small.
    package let adjacency: RecordArray?
    /// The tree that keeps every vector within reach, where the collection keeps it (`SpanningTree`). Searches do without.
    package let parents: RecordArray?
    package let maximumDegree: Int
    /// Where everything can be reached from; live, unless there are no vectors.
    package let entryPoint: UInt32
    /// How distances grow among neighbours, by which a walk knows when to end.
    package let growth: DistanceGrowth
    /// Where walks begin besides; absent in small collections.
    package let entries: EntryTable?

    /// - Parameters:
    ///   - slotCount: `nil` where there are as many slots as vectors.
    ///   - states: Of all slots; with `slotCount`.
    package init(
        count: Int, slotCount: Int? = nil, states: SlotStates? = nil, layout: CodeLayout, codes: RecordArray,
        sketches: RecordArray? = nil, residuals: RecordArray?, adjacency: RecordArray?, parents: RecordArray? = nil,
        originals: OriginalRecords? = nil, maximumDegree: Int, entryPoint: UInt32, growth: DistanceGrowth = .typical,
        entries: EntryTable? = nil
    ) {
        self.slotCount = slotCount ?? count
        self.states = states
        self.parents = parents
        self.growth = growth
        self.sketches = sketches
        self.entries = entries
        self.originals = originals
        self.count = count
        self.layout = layout
        self.codes = codes
        self.residuals = residuals
        self.adjacency = adjacency
        self.maximumDegree = maximumDegree
        self.entryPoint = entryPoint
    }
}
