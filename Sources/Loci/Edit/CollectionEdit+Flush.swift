// Loci, Apache License 2.0.

import LociIndex
import LociStorage

extension CollectionEdit {
    /// Removes what is to be removed, and codes and links what waits.
    func flush() throws {
        let removed = removed.sorted()
        self.removed = []
        let pending = pending.flatMap { $0.count > 0 ? $0 : nil }
        self.pending = nil
        if record.count == removed.count {
            try clear()
        } else if !removed.isEmpty {
            if record.hasGraph { try unlink(removed) } else { try close(removed) }
        }
        guard let pending else { return }
        if record.count == 0 {
            record.dimension = pending.dimension
            record.learnedCount = 0
        }
        let total = record.count + pending.count
        guard total <= Adjacency.slotLimit else {
            throw IndexError.tooManyVectors(count: total, limit: Adjacency.slotLimit)
        }
        if record.hasGraph {
            try link(pending)
        } else if total > CollectionLayout.scannedCount || needsLearning(pending) {
            try learn(pending)
        } else {
            try append(pending)
        }
    }

    /// Makes the collection an empty one.
    private func clear() throws {
        guard record.slots > 0 else { return }
        // A slot without an identifier may still stand in its chunk.
        try identifiers.resize(to: 0)
        var empty = CollectionRecord(name: record.name, configuration: record.configuration)
        (empty.nextNumber, empty.revision) = (record.nextNumber, record.revision)
        empty.properties = record.properties
        record = empty
        try fitArrays()
    }

    /// Removes vectors from a collection without a graph: the last ones move to their places.
    private func close(_ removed: [UInt32]) throws {
        var last = record.slots
        for slot in removed.reversed() {
            last -= 1
            guard slot < last else { continue }
            for array in arrays.all {
                let records = array.records
                try array.edit(slot).copyMemory(
                    from: records.record(at: UInt32(last)), byteCount: array.geometry.stride)
            }
            try move(UInt32(last), to: slot)
        }
        record.count = last
        record.slots = last
        try fitArrays()
        try identifiers.resize(to: last)
    }

    /// Gives a slot what belongs to the vector that has moved there.
    private func move(_ last: UInt32, to slot: UInt32) throws {
        let id = VectorID(bytes: try identifiers.identifier(at: last))
        let row = record.hasExtraVectors ? try slots(of: id) : nil
        try identifiers.set(id.bytes, at: slot)
        try lead(id, to: row?.map { $0 == last ? slot : $0 } ?? [slot])
        if let attributes = try transaction.attributes(of: last, in: number) {
            try replaceAttributes(attributes, of: slot)
            try replaceAttributes(nil, of: last)
        }
    }

    /// Whether the space of a collection without a graph is to be learned anew: at each doubling, and for a vector that is
    /// out of its range.
    private func needsLearning(_ pending: PendingVectors) -> Bool {
        guard record.learnedCount > 0, record.quantization.firstLevelBits != nil else {
            return record.learnedCount == 0
        }
        if record.count + pending.count >= 2 * record.learnedCount { return true }
        var values = pending.appended(to: [])
        return values.withUnsafeMutableBufferPointer { values in
            guard let base = values.baseAddress else { return false }
            let space = record.admittingSpace(dimension: record.dimension)
            return (0..<pending.count).contains { row in
                let vector = base + row * record.dimension
                // Of unit length under cosine. What is not admitted is not here.
                _ = try? space.admit(vector, row: nil, kernels: Kernels.active)
                return record.reach(of: vector) > CollectionRecord.reachLimit
            }
        }
    }

    /// Codes vectors in the space that there is, into new slots at the end.
    private func append(_ pending: PendingVectors) throws {
        let first = record.slots
        let source = try pending.source(after: [], lengths: [])
        record.count += source.count
        record.slots += source.count
        try fitArrays()
        try identifiers.resize(to: record.slots)
        let coded = try encoder(of: source).encode(0..<source.count)
        let slots = (first..<record.slots).map { UInt32($0) }
        try write(coded, to: slots)
        try name(slots, pending.entries)
    }

    /// Learns the space of all vectors, codes them all in it, and builds the graph when they are many.
    private func learn(_ pending: PendingVectors) throws {
        let first = record.slots
        let source = try pending.source(after: allDirections(), lengths: allLengths())
        let (quantization, parameters) = (record.quantization, record.configuration.build)
        let space = try VectorSpace.learn(
            from: source, metric: record.configuration.metric, quantization: quantization, seed: parameters.seed,
            admission: record.configuration.admission, threads: threads, observer: SilentObserver())
        record.setFilled(count: source.count)
        record.setSpace(space)
        var graph: GraphBuilder.Graph?
        if source.count > CollectionLayout.scannedCount {
            let built = try GraphBuilder.build(
                source: source, space: space, parameters: parameters,
                learnsEntries: quantization.firstLevelBits != nil, threads: threads, observer: SilentObserver())
            record.addGraph(entryPoint: built.entryPoint, growth: built.growth, entries: built.entries?.layout)
            graph = built
        }
        try fitArrays()
        try identifiers.resize(to: record.slots)
        let encoder = try encoder(of: source)
        let rowsPerBlock = max(1, Self.pendingBytes / encoder.bytesPerRow)
        for start in stride(from: 0, to: source.count, by: rowsPerBlock) {
            let rows = start..<min(source.count, start + rowsPerBlock)
            try write(try encoder.encode(rows), to: rows.map { UInt32($0) })
        }
        if let graph {
            try write(graph.adjacency, to: .adjacency)
            try write(graph.parents, to: .parents)
            if let entries = graph.entries { try write(entries.table, to: .entries) }
        }
        try name(UInt32(first)..<UInt32(record.slots), pending.entries)
    }

    func encoder<Source: VectorSource>(of source: Source) throws -> BlockEncoder<Source> {
        BlockEncoder(record: record, layout: try CollectionLayout(record), source: source, threads: threads)
    }
}
