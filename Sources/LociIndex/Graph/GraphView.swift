// Loci, Apache License 2.0.

/// All that a search reads: records by slot, and where to enter the graph.
///
/// Plain pointers; whoever makes one keeps the memory alive while it is used.
package struct GraphView {
    package let count: Int
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
    package let maximumDegree: Int
    /// Where everything can be reached from.
    package let entryPoint: UInt32
    /// How distances grow among neighbours, by which a walk knows when to end.
    package let growth: DistanceGrowth
    /// Where walks begin besides; absent in small collections.
    package let entries: EntryTable?

    package init(
        count: Int, layout: CodeLayout, codes: RecordArray, sketches: RecordArray? = nil, residuals: RecordArray?,
        adjacency: RecordArray?, originals: OriginalRecords? = nil, maximumDegree: Int, entryPoint: UInt32,
        growth: DistanceGrowth = .typical,
        entries: EntryTable? = nil
    ) {
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
