// Loci, Apache License 2.0.

/// What a walk goes over.
struct WalkField {
    /// The records that are measured.
    let codes: RecordArray
    /// Cache lines of a record worth asking for.
    let recordLines: Int
    /// What tells which neighbours need not be measured, where there is such.
    let sketches: RecordArray?
    let sketchLines: Int
    /// Neighbour lists of up to `maximumDegree`.
    let adjacency: RecordArray
    let maximumDegree: Int
    let adjacencyLines: Int
    /// Slots are below this.
    let count: Int
    let limit: UInt32
    /// Which slots hold vectors, the only ones that a walk sees; `nil` where all do.
    let states: SlotStates?
    /// The slots that may be found, all live; `nil` where all may.
    let matching: SlotBits?
    let entryPoint: UInt32

    init(
        codes: RecordArray, recordLines: Int, sketches: RecordArray? = nil, sketchLines: Int = 0,
        adjacency: RecordArray, maximumDegree: Int, count: Int, states: SlotStates? = nil, matching: SlotBits? = nil,
        entryPoint: UInt32
    ) {
        self.states = states
        self.matching = matching
        self.codes = codes
        self.recordLines = recordLines
        self.sketches = sketches
        self.sketchLines = sketchLines
        self.adjacency = adjacency
        self.maximumDegree = maximumDegree
        // A damaged degree is refused when a walk begins.
        let degree = min(max(maximumDegree, 0), Adjacency.degreeLimits.upperBound)
        adjacencyLines = (degree * 4 + 63) / 64
        self.count = count
        limit = UInt32(truncatingIfNeeded: count)
        self.entryPoint = entryPoint
    }

    /// What is wrong with a list that names a slot beyond the last.
    func corrupt(_ neighbour: UInt32) -> IndexError {
        .corrupt("a neighbour list names slot \(neighbour), but there are \(count) slots")
    }

    /// A graph under construction, measured by the vectors that it is built on.
    init(_ graph: BuildGraph, of vectors: BuildVectors, entryPoint: UInt32) {
        self.init(
            codes: vectors.records.records, recordLines: vectors.recordLines, adjacency: graph.adjacency.records,
            maximumDegree: graph.maximumDegree, count: graph.count, entryPoint: entryPoint)
    }
}
