// Loci, Apache License 2.0.

import LociIndex
import LociStorage

extension CollectionEdit {
    /// How many lists the sweep looks at for each vector that is removed. After two rounds a slot is free: of n slots, no
    /// more than n / 32 wait.
    private static let sweptLists = 64

    /// Takes vectors out of the graph.
    func unlink(_ removed: [UInt32]) throws {
        record.removedSinceRefresh += removed.count
        if arrays.states == nil {
            let geometry = try ChunkGeometry.adjacency(stride: SlotStates.recordBytes)
            let states = ChunkEditor(of: ChunkTable(emptyWith: geometry), in: .states, collection: number)
            try states.resize(to: SlotStates.recordCount(slots: record.slots))
            arrays.states = states
        }
        let editor = try graphEditor(linked: record.count)
        try editor.remove(removed)
        record.count -= removed.count
        let swept = try editor.sweep(
            from: record.sweepPosition, lists: min(record.slots, Self.sweptLists * removed.count))
        record.entryPoint = editor.entryPoint
        record.sweepPosition = swept.position
        record.freeSlots += swept.freed
        try cutFreeEnd()
        try refresh()
    }

    /// Cuts off free slots at the end of the arrays.
    private func cutFreeEnd() throws {
        guard record.freeSlots > 0, let states = arrays.states else { return }
        let stored = SlotStates(records: RecordArray(states.records))
        var slots = record.slots
        while slots > record.count, stored.state(of: UInt32(slots - 1)) == .free { slots -= 1 }
        guard slots < record.slots else { return }
        record.freeSlots -= record.slots - slots
        for slot in slots..<record.slots {
            try SlotStates.set(.live, of: UInt32(slot), in: GraphRecords(states))
        }
        record.slots = slots
        if Int(record.sweepPosition) >= slots { record.sweepPosition = 0 }
        try fitArrays()
        try identifiers.resize(to: slots)
    }

    /// Codes vectors in the collection's space, and links them into the graph.
    func link(_ pending: PendingVectors) throws {
        let source = try pending.source(after: [], lengths: [])
        let linked = record.count
        let slots = try takeSlots(source.count)
        try write(try encoder(of: source).encode(0..<source.count), to: slots)
        try name(slots, pending.entries)
        let editor = try graphEditor(linked: linked)
        try editor.insert(slots)
        record.entryPoint = editor.entryPoint
        try refresh()
    }

    /// Slots for new vectors: free ones, from the first on, and then new ones.
    private func takeSlots(_ count: Int) throws -> [UInt32] {
        var slots: [UInt32] = []
        if let states = arrays.states, record.freeSlots > 0 {
            let records = GraphRecords(states)
            for slot in 0..<UInt32(record.slots) where slots.count < min(count, record.freeSlots) {
                if SlotStates(records: records.records).state(of: slot) == .free { slots.append(slot) }
            }
            for slot in slots { try SlotStates.set(.live, of: slot, in: records) }
            record.freeSlots -= slots.count
        }
        let added = count - slots.count
        slots += (record.slots..<record.slots + added).map { UInt32($0) }
        record.count += count
        record.slots += added
        try fitArrays()
        try identifiers.resize(to: record.slots)
        return slots
    }

    /// Learns anew where walks begin and how distances grow, when a sixteenth of the vectors was removed since that was done,
    /// or there are half as many again.
    ///
    /// Of a stream that drifts, entry points that were learned from the first vectors lead nowhere, and growth that was
    /// learned from them let walks go on for a third longer than those of a fresh collection (Fashion-MNIST, 60,000 vectors
    /// in the order of a random direction).
    private func refresh() throws {
        guard
            16 * record.removedSinceRefresh > record.count || 2 * record.count >= 3 * record.refreshedCount
                || hasEntriesBeyondSlots
        else { return }
        record.removedSinceRefresh = 0
        record.refreshedCount = record.count
        let seed = record.configuration.build.seed
        if record.quantization.firstLevelBits != nil {
            let vectors = EntryVectors(graph)
            let fresh =
                graph.entries.map {
                    EntryTableBuilder.refreshedTable($0, of: vectors, space: record.space, seed: seed)
                } ?? EntryTableBuilder.standardTable(of: vectors, space: record.space, seed: seed)
            record.entries = fresh?.layout
            try fitArrays()
            if let fresh { try write(fresh.table, to: .entries) }
        }
        if let growth = try DistanceGrowth.learn(in: graph, coder: coder, seed: seed) { record.growth = growth }
    }

    /// Whether walks would begin at slots that were cut off.
    private var hasEntriesBeyondSlots: Bool {
        guard let table = graph.entries else { return false }
        return (0..<table.layout.entries).contains { Int(table.slot($0)) >= record.slots }
    }

    /// - Parameter linked: How many vectors the graph links.
    private func graphEditor(linked: Int) throws -> GraphEditor {
        guard let adjacency = arrays.adjacency, let parents = arrays.parents else {
            throw StorageError.misuse("a collection without a graph cannot be linked")
        }
        let graph = graph
        return try GraphEditor(
            EditableGraph(
                coder: coder, codes: graph.codes, residuals: graph.residuals, originals: graph.originals,
                sketches: graph.sketches, adjacency: GraphRecords(adjacency), parents: GraphRecords(parents),
                states: arrays.states.map { GraphRecords($0) }, entries: graph.entries, slots: record.slots,
                live: linked, entryPoint: record.entryPoint),
            parameters: record.configuration.build, threads: threads)
    }
}
