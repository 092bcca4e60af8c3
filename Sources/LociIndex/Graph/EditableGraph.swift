// Loci, Apache License 2.0.

/// What an edit reads and writes.
///
/// Not for use from two threads at once.
package struct EditableGraph {
    /// Layout and space of the codes.
    package let coder: VectorCoder
    /// First-level records by slot, those of new vectors among them.
    package let codes: RecordArray
    /// Residual records; present exactly when the quantization has two levels.
    package let residuals: RecordArray?
    /// The vectors as they were given, where the collection keeps them.
    package let originals: OriginalRecords?
    /// Binary sketches, where walks have use for them.
    package let sketches: RecordArray?
    /// `Adjacency` records, one a slot; of a new slot any content.
    package let adjacency: any EditableRecords
    /// `SpanningTree` records, one a slot; of a new slot any content.
    package let parents: any EditableRecords
    /// `SlotStates` records; `nil` while every slot is live.
    package let states: (any EditableRecords)?
    /// A hint for where walks begin; may name slots that are not live.
    package let entries: EntryTable?
    /// The number of slots, live or not.
    package let slots: Int
    /// How many vectors the graph links: without those that are yet to be inserted.
    package let live: Int
    /// Where everything can be reached from; not looked at while no vector is linked.
    package let entryPoint: UInt32

    package init(
        coder: VectorCoder, codes: RecordArray, residuals: RecordArray?, originals: OriginalRecords?,
        sketches: RecordArray?, adjacency: any EditableRecords, parents: any EditableRecords,
        states: (any EditableRecords)?, entries: EntryTable?, slots: Int, live: Int, entryPoint: UInt32
    ) {
        self.coder = coder
        self.codes = codes
        self.residuals = residuals
        self.originals = originals
        self.sketches = sketches
        self.adjacency = adjacency
        self.parents = parents
        self.states = states
        self.entries = entries
        self.slots = slots
        self.live = live
        self.entryPoint = entryPoint
    }
}

/// The neighbour lists, the tree and the states of a graph that is edited, with names for what is done to them.
struct EditableLists {
    let maximumDegree: Int
    private let slots: Int
    private let adjacency: any EditableRecords
    private let parents: any EditableRecords
    private let editableStates: (any EditableRecords)?
    /// The same to be read: what is edited is seen here, too.
    let lists: RecordArray
    private let tree: RecordArray
    let states: SlotStates?

    init(_ graph: EditableGraph, maximumDegree: Int) {
        self.maximumDegree = maximumDegree
        slots = graph.slots
        adjacency = graph.adjacency
        parents = graph.parents
        editableStates = graph.states
        lists = graph.adjacency.records
        tree = graph.parents.records
        states = graph.states.map { SlotStates(records: $0.records) }
    }

    /// Replaces a list by the neighbours of a vertex, those that are not live among them.
    /// - Throws: `IndexError.corrupt` for a neighbour that does not exist.
    func neighbours(of vertex: UInt32, into list: inout [UInt32]) throws(IndexError) {
        list.removeAll(keepingCapacity: true)
        let record = lists.record(vertex)
        for place in 0..<maximumDegree {
            let neighbour = Adjacency.neighbour(record, place)
            if neighbour == Adjacency.unused { return }
            guard Int(neighbour) < slots else {
                throw .corrupt("a neighbour list names slot \(neighbour), but there are \(slots) slots")
            }
            list.append(neighbour)
        }
    }

    /// The neighbours of a vertex.
    /// - Throws: As `neighbours(of:into:)`.
    func neighbours(of vertex: UInt32) throws(IndexError) -> [UInt32] {
        var list: [UInt32] = []
        try neighbours(of: vertex, into: &list)
        return list
    }

    /// Whether a vertex has an edge to another.
    func hasEdge(from vertex: UInt32, to other: UInt32) -> Bool {
        let record = lists.record(vertex)
        return (0..<maximumDegree).contains { Adjacency.neighbour(record, $0) == other }
    }

    /// How many vertices have a vertex as their parent.
    func childCount(of vertex: UInt32) -> Int {
        let record = lists.record(vertex)
        var count = 0
        for place in 0..<maximumDegree {
            let neighbour = Adjacency.neighbour(record, place)
            if neighbour == Adjacency.unused { break }
            if Int(neighbour) < slots, parent(of: neighbour) == vertex { count += 1 }
        }
        return count
    }

    /// Whether a vertex has an edge to a slot that is not live.
    func hasDeadEdge(_ vertex: UInt32) -> Bool {
        let record = lists.record(vertex)
        for place in 0..<maximumDegree {
            let neighbour = Adjacency.neighbour(record, place)
            if neighbour == Adjacency.unused { return false }
            if Int(neighbour) < slots, !isLive(neighbour) { return true }
        }
        return false
    }

    /// Replaces the neighbours of a vertex, of which there may be `maximumDegree`.
    func setNeighbours(of vertex: UInt32, _ neighbours: [UInt32]) throws {
        let record = UnsafeMutableRawPointer(try adjacency.edit(vertex))
        for place in 0..<maximumDegree {
            let neighbour = place < neighbours.count ? neighbours[place] : Adjacency.unused
            record.storeBytes(of: neighbour.littleEndian, toByteOffset: place * 4, as: UInt32.self)
        }
    }

    @inline(__always)
    func isLive(_ slot: UInt32) -> Bool { states?.isLive(slot) ?? true }

    /// The parent of a vertex in the tree, or `SpanningTree.none`.
    @inline(__always)
    func parent(of vertex: UInt32) -> UInt32 { SpanningTree.parent(of: vertex, in: tree) }

    func setParent(_ parent: UInt32, of vertex: UInt32) throws {
        if self.parent(of: vertex) != parent { try SpanningTree.setParent(parent, of: vertex, in: parents) }
    }

    /// - Throws: `IndexError.corrupt` where there are no states, though a slot is to get another than live.
    func setState(_ state: SlotState, of slot: UInt32) throws {
        guard let editableStates else { throw IndexError.corrupt("there are no states of slots to change") }
        try SlotStates.set(state, of: slot, in: editableStates)
    }
}
