// Loci, Apache License 2.0.

import LociIndex
import LociStorage

extension CollectionEdit {
    /// How many lists the sweep looks at for each vector that is removed. After two rounds a slot is free: of n slots, no
    /// more than n / 32 wait.
    private static let sweptLists = 64

    /// Takes vectors out of the graph.
    func unlink(_ removed: [UInt32]) throws {
        try noteStaleEntries(removed)
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
        try refreshEntries()
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
        let source = try VectorArray(pending.appended(to: []), dimension: record.dimension)
        let linked = record.count
        let slots = try takeSlots(source.count)
        try write(try encoder(of: source).encode(0..<source.count), to: slots)
        for (slot, id) in zip(slots, pending.identifiers) { try name(slot, id) }
        let editor = try graphEditor(linked: linked)
        try editor.insert(slots)
        record.entryPoint = editor.entryPoint
        try refreshEntries()
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

    /// Counts the entry points whose vectors go.
    private func noteStaleEntries(_ removed: [UInt32]) throws {
        guard let table = graph.entries else { return }
        let slots = Set((0..<table.layout.entries).map { table.slot($0) })
        record.staleEntries += removed.reduce(0) { $0 + (slots.contains($1) ? 1 : 0) }
    }

    /// Makes a table of new entry points when an eighth of the old ones is of no more use, or there are to be half as many
    /// again.
    private func refreshEntries() throws {
        guard let layout = record.entries, let old = graph.entries else { return }
        let wanted = EntryTableLayout.standard(dimension: record.dimension, count: record.count)?.entries ?? 0
        guard 8 * record.staleEntries > layout.entries || 2 * wanted >= 3 * layout.entries else { return }
        let fresh = EntryTableBuilder.refreshedTable(
            old, of: EntryVectors(graph), space: record.space, seed: record.configuration.build.seed)
        guard let fresh else { return }
        record.entries = fresh.layout
        record.staleEntries = 0
        try fitArrays()
        try write(fresh.table, to: .entries)
        // What is near to what changes with the vectors, too.
        if let growth = try DistanceGrowth.learn(
            in: graph, coder: coder, seed: record.configuration.build.seed)
        {
            record.growth = growth
        }
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
