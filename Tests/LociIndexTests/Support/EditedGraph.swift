// Loci, Apache License 2.0.

import LociIndex
import TestSupport

/// A graph with room for more, and which vector each of its slots holds: what a collection does with a `GraphEditor`.
final class EditedGraph {
    let coder: VectorCoder
    let parameters: BuildParameters
    let codes: OwnedRecords
    let residuals: OwnedRecords?
    let sketches: OwnedRecords?
    let adjacency: OwnedRecords
    let parents: OwnedRecords
    let states: OwnedRecords
    private let entries: (layout: EntryTableLayout, table: OwnedRecords)?
    private(set) var slots = 0
    private(set) var entryPoint = SpanningTree.none
    /// The vectors of live slots, by row of what they came from.
    private(set) var rows: [UInt32: Int] = [:]
    private var free: [UInt32] = []
    private(set) var position: UInt32 = 0

    var live: [UInt32] { rows.keys.sorted() }

    /// Builds a graph over the first rows.
    /// - Parameters:
    ///   - vectors: Coded in the space of all.
    ///   - built: How many are there from the beginning; the space is that of all.
    ///   - capacity: The most slots.
    init(
        _ vectors: CodedVectors, built: Int, capacity: Int, parameters: BuildParameters, threads: Int = 2
    ) throws {
        coder = vectors.coder
        self.parameters = parameters
        let layout = vectors.layout
        codes = OwnedRecords(count: capacity, stride: layout.recordStride)
        residuals = layout.residualStride > 0 ? OwnedRecords(count: capacity, stride: layout.residualStride) : nil
        sketches = layout.sketches.map { OwnedRecords(count: capacity, stride: $0.stride) }
        adjacency = OwnedRecords(
            count: capacity, stride: Adjacency.stride(maximumDegree: parameters.maximumDegree))
        parents = OwnedRecords(count: capacity, stride: SpanningTree.recordBytes)
        states = OwnedRecords(
            count: SlotStates.recordCount(slots: capacity), stride: SlotStates.recordBytes)
        // What new slots hold is any content.
        adjacency.base.update(repeating: 1, count: capacity * adjacency.stride)
        guard built > 0 else {
            entries = nil
            return
        }
        let source = try VectorArray(
            Array(vectors.source.values[..<(built * vectors.source.dimension)]), dimension: vectors.source.dimension)
        let graph = try GraphBuilder.build(
            source: source, space: vectors.space, parameters: parameters, learnsEntries: layout.hasHeader,
            threads: threads, observer: SilentObserver())
        entries = graph.entries
        entryPoint = graph.entryPoint
        slots = built
        adjacency.base.update(from: graph.adjacency.base, count: built * adjacency.stride)
        for slot in 0..<UInt32(built) { copy(vectors, row: Int(slot), to: slot) }
        parents.base.update(from: graph.parents.base, count: built * parents.stride)
    }

    /// Replaces the lists and the tree of a graph that was built.
    func set(entryPoint: UInt32, parents: [UInt32], lists: [[UInt32]]) throws {
        self.entryPoint = entryPoint
        for slot in 0..<UInt32(slots) {
            try SpanningTree.setParent(parents[Int(slot)], of: slot, in: self.parents)
            setNeighbours(of: slot, lists[Int(slot)])
        }
    }

    /// Lets a vertex name another, instead of one that is not its child where its list is full.
    /// - Returns: Whether it does so now, and did not before.
    func plantEdge(from slot: UInt32, to other: UInt32) -> Bool {
        var list = neighbours(of: slot)
        if slot == other || list.contains(other) { return false }
        if list.count == parameters.maximumDegree {
            guard let place = list.lastIndex(where: { parent(of: $0) != slot }) else { return false }
            list.remove(at: place)
        }
        setNeighbours(of: slot, list + [other])
        return true
    }

    private func setNeighbours(of slot: UInt32, _ list: [UInt32]) {
        let record = UnsafeMutableRawPointer(adjacency[Int(slot)])
        for place in 0..<parameters.maximumDegree {
            let neighbour = place < list.count ? list[place] : Adjacency.unused
            record.storeBytes(of: neighbour.littleEndian, toByteOffset: place * 4, as: UInt32.self)
        }
    }

    private func copy(_ vectors: CodedVectors, row: Int, to slot: UInt32) {
        codes[Int(slot)].update(from: vectors.codes[row], count: codes.stride)
        if let residuals, let from = vectors.residuals {
            residuals[Int(slot)].update(from: from[row], count: residuals.stride)
        }
        if let sketches, let from = vectors.sketches {
            sketches[Int(slot)].update(from: from[row], count: sketches.stride)
        }
        rows[slot] = row
    }

    func neighbours(of slot: UInt32) -> [UInt32] {
        Adjacency.neighbours(adjacency[Int(slot)], maximumDegree: parameters.maximumDegree)
    }

    func parent(of slot: UInt32) -> UInt32 { SpanningTree.parent(of: slot, in: parents.records) }

    func state(of slot: UInt32) -> SlotState { SlotStates(records: states.records).state(of: slot) }

    /// An editor of the graph as it stands.
    private func editor(slots: Int, threads: Int) throws -> GraphEditor {
        try GraphEditor(
            EditableGraph(
                coder: coder, codes: codes.records, residuals: residuals?.records, originals: nil,
                sketches: sketches?.records, adjacency: adjacency, parents: parents, states: states,
                entries: entries.map { EntryTable(layout: $0.layout, base: UnsafePointer($0.table.base)) },
                slots: slots, live: rows.count, entryPoint: entryPoint),
            parameters: parameters, threads: threads)
    }

    /// Inserts vectors, into free slots first.
    func insert(_ vectors: CodedVectors, rows new: [Int], threads: Int = 1) throws {
        var taken: [UInt32] = []
        var slots = slots
        for _ in new {
            if let slot = free.popLast() {
                taken.append(slot)
            } else {
                taken.append(UInt32(slots))
                slots += 1
            }
        }
        guard slots <= codes.count else { throw TestFailure("there is room for \(codes.count) slots only") }
        let editor = try editor(slots: slots, threads: threads)
        self.slots = slots
        for (slot, row) in zip(taken, new) {
            copy(vectors, row: row, to: slot)
            try SlotStates.set(.live, of: slot, in: states)
        }
        try editor.insert(taken)
        entryPoint = editor.entryPoint
    }

    /// Removes vectors.
    func remove(_ slots: [UInt32], threads: Int = 1) throws {
        let editor = try editor(slots: self.slots, threads: threads)
        try editor.remove(slots)
        for slot in slots { rows[slot] = nil }
        entryPoint = editor.entryPoint
    }

    /// Sweeps so many lists.
    func sweep(_ lists: Int, threads: Int = 1) throws {
        let before = free.count
        let swept = try editor(slots: slots, threads: threads).sweep(from: position, lists: lists)
        position = swept.position
        let known = Set(free)
        free += (0..<UInt32(slots)).filter { state(of: $0) == .free && !known.contains($0) }
        if free.count - before != swept.freed {
            throw TestFailure("\(swept.freed) slots are said to be free, but \(free.count - before) are")
        }
    }

    /// What a searcher reads; valid while this object lives, which a test must see to.
    func view() -> GraphView {
        GraphView(
            count: rows.count, slotCount: slots, states: SlotStates(records: states.records), layout: coder.layout,
            codes: codes.records, sketches: sketches?.records, residuals: residuals?.records,
            adjacency: adjacency.records, parents: parents.records, maximumDegree: parameters.maximumDegree,
            entryPoint: entryPoint)
    }

    /// What does not hold.
    func violations() -> [String] {
        var found = GraphInvariants.violations(of: view()).map(\.description)
        if rows.isEmpty, entryPoint != SpanningTree.none { found.append("an empty graph has an entry point") }
        for slot in 0..<UInt32(slots) where (rows[slot] != nil) != (state(of: slot) == .live) {
            found.append("slot \(slot) is \(state(of: slot))")
        }
        return found
    }

    /// All that an edit writes.
    func bytes() -> [UInt8] {
        [adjacency, parents, states].flatMap {
            Array(UnsafeBufferPointer(start: $0.base, count: $0.count * $0.stride))
        }
    }
}
