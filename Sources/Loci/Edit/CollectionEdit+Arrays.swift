// Loci, Apache License 2.0.

import LociIndex
import LociStorage

extension CollectionEdit {
    /// The vector of a slot: as it was given where originals are kept, else decoded.
    func vector(at slot: UInt32) -> [Float] {
        [Float](unsafeUninitializedCapacity: record.dimension) { buffer, count in
            guard let output = buffer.baseAddress else { return }
            graph.load(slot, by: coder, into: output)
            count = record.dimension
        }
    }

    /// All vectors of a collection without unused slots, one after another: directions where lengths are kept apart.
    func allDirections() -> [Float] {
        let (dimension, graph, coder) = (record.dimension, graph, coder)
        return [Float](unsafeUninitializedCapacity: record.slots * dimension) { buffer, count in
            guard let output = buffer.baseAddress else { return }
            for slot in 0..<record.slots {
                graph.loadDirection(UInt32(slot), by: coder, into: output + slot * dimension)
            }
            count = record.slots * dimension
        }
    }

    /// The lengths of all vectors of a collection without unused slots, where they are kept apart.
    func allLengths() -> [Float?] {
        let graph = graph
        return (0..<UInt32(record.slots)).map { graph.length($0) }
    }

    var coder: VectorCoder { VectorCoder(layout: record.codeLayout, space: record.space) }

    /// What searches would read, as it stands: good until the arrays change their length.
    var graph: GraphView { GraphView(record, arrays.map { RecordArray($1.records) }) }

    /// Makes the arrays those that the record tells of: new ones are empty, and those it does not tell of are cut off.
    func fitArrays() throws {
        let layout = try CollectionLayout(record)
        var fitted: [Table: ChunkEditor] = [:]
        _ = try layout.map { table, geometry in
            if let present = arrays[table], present.geometry == geometry {
                fitted[table] = present
            } else {
                fitted[table] = try emptyArray(table, geometry)
            }
        }
        _ = try arrays.map { table, array in
            if fitted[table] !== array {
                try array.resize(to: 0)
                retired.append(array)
            }
        }
        arrays = try layout.map { table, geometry in
            try fitted[table] ?? emptyArray(table, geometry)
        }
        _ = try arrays.map { table, array in try array.resize(to: layout.count(of: table, in: record)) }
    }

    private func emptyArray(_ table: Table, _ geometry: ChunkGeometry) throws -> ChunkEditor {
        ChunkEditor(
            of: ChunkTable(emptyWith: geometry), in: table, collection: number)
    }

    /// Puts coded vectors into slots.
    func write(_ coded: [CodedRecords], to slots: [UInt32]) throws {
        for array in coded {
            guard let editor = arrays[array.table] else { continue }
            let stride = array.geometry.stride
            for (row, slot) in slots.enumerated() {
                try editor.edit(slot).copyMemory(from: array.buffer[row], byteCount: stride)
            }
        }
    }

    /// Replaces a whole array by records that lie in memory.
    func write(_ records: OwnedRecords, to table: Table) throws {
        guard let editor = arrays[table] else { return }
        for index in 0..<records.count {
            try editor.edit(UInt32(index)).copyMemory(from: records[index], byteCount: records.stride)
        }
    }
}

/// The records of an array, for the graph to be changed by.
final class GraphRecords: EditableRecords {
    private let editor: ChunkEditor

    init(_ editor: ChunkEditor) { self.editor = editor }

    var records: RecordArray { RecordArray(editor.records) }

    func edit(_ index: UInt32) throws -> UnsafeMutablePointer<UInt8> {
        try editor.edit(index).assumingMemoryBound(to: UInt8.self)
    }
}
