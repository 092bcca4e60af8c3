// Loci, Apache License 2.0.

import LociIndex
import LociStorage

/// A bulk build: learns, links, writes under a hidden number, and in the last transaction puts the name on it.
struct CollectionBuild<Source: VectorSource, Observer: BuildObserver> {
    let database: Database
    let name: String
    let configuration: CollectionConfiguration
    let source: Source
    /// One for each row; `nil` for their numbers.
    var identifiers: [VectorID]?
    /// How many vectors each row has; `nil` for one.
    var vectorCounts: [Int]?
    /// What is known of the collection's windows before it is built.
    var tuning: SearchTuning?
    /// The text of the attributes of a row, if there are any.
    var attributes: ((_ row: Int) throws -> [UInt8]?)?
    /// The indexes on fields of the attributes.
    var indexes: [FieldIndexDefinition] = []
    let threads: Int
    let observer: Observer

    /// What must be under the name when the build begins, and still when it ends.
    enum Target {
        case absent, empty, existing, any
    }

    /// About the bytes of one transaction: its changed pages are held in memory.
    private static var transactionBytes: Int { 32 << 20 }

    /// What is built, and not written yet.
    struct Built {
        var record: CollectionRecord
        let graph: GraphBuilder.Graph?
        let identifiers: BuildIdentifiers
    }

    /// - Throws: `LociError`, `StorageError`, `IndexError`, or what the source throws; then nothing has changed.
    func run(_ target: Target) throws {
        try configuration.validate()
        let identifiers = try BuildIdentifiers(rows: identifiers, vectorCounts: vectorCounts, count: source.count)
        _ = try database.environment.read { try check(target, in: $0) }
        if database.environment.isReadOnly { throw StorageError.readOnly(path: database.path) }
        try publish(try built(identifiers)) { transaction, hidden, record in
            let replaced = try check(target, in: transaction)
            // The collection remains, with other vectors; where `any` may be there, a new one takes its name.
            if let replaced, target != .any {
                let current = try Catalogue.record(number: replaced, path: database.path, in: transaction)
                record.properties = current.properties
                let indexes = try transaction.indexedFields(of: replaced).map(\.definition)
                try FieldIndexEditor.declare(indexes, of: hidden, in: transaction)
            }
            return replaced
        }
    }

    /// Learns and links.
    /// - Parameter space: To code the vectors in; `nil` for one that is learned from them.
    func built(_ identifiers: BuildIdentifiers, in space: VectorSpace? = nil) throws -> Built {
        var record = CollectionRecord(name: name, configuration: configuration)
        record.dimension = source.dimension
        record.setFilled(count: source.count)
        record.extraVectors = identifiers.extraVectors
        record.storedIdentifierChunks = identifiers.storedChunks
        record.nextNumber = identifiers.nextNumber
        let quantization = record.quantization
        let space =
            try space
            ?? VectorSpace.learn(
                from: source, metric: configuration.metric, quantization: quantization,
                seed: configuration.build.seed, admission: configuration.admission, threads: threads,
                observer: observer)
        record.setSpace(space)
        var graph: GraphBuilder.Graph?
        if source.count > CollectionLayout.scannedCount {
            let built = try GraphBuilder.build(
                source: source, space: space, parameters: configuration.build,
                learnsEntries: quantization.firstLevelBits != nil, threads: threads, observer: observer)
            record.addGraph(entryPoint: built.entryPoint, growth: built.growth, entries: built.entries?.layout)
            record.tuning = tuning
            graph = built
        }
        return Built(record: record, graph: graph, identifiers: identifiers)
    }

    /// Writes what is built under a hidden number, and puts the name on it.
    /// - Parameter replacing: Called in the last transaction, with the hidden number; says which number it takes the place of,
    ///   and may change the record with what it changes under the hidden number.
    func publish(
        _ built: Built,
        replacing: (borrowing WriteTransaction, UInt32, inout CollectionRecord) throws -> UInt32?
    ) throws {
        let lease = try database.environment.beginBuild()
        let replaced: UInt32?
        do {
            try write(built, under: lease.collection)
            replaced = try database.environment.write { transaction in
                var record = built.record
                let replaced = try replacing(transaction, lease.collection, &record)
                if let replaced { try Catalogue.remove(name: name, number: replaced, in: transaction) }
                try Catalogue.put(record, number: lease.collection, in: transaction)
                try lease.publish(in: transaction)
                return replaced
            }
        } catch {
            // What is left is hidden, and the next writer drops it if this cannot.
            try? lease.abandon()
            throw error
        }
        // The new collection is in place: to fail now, or to give it up, would be wrong. The next writer drops what this
        // cannot, on a full disk say.
        if let replaced { try? database.environment.dropCollection(replaced) }
    }

    /// Checks what is under the name, and returns its number.
    @discardableResult
    private func check(
        _ target: Target, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> UInt32? {
        let number = try Catalogue.number(of: name, in: transaction)
        guard let number else {
            switch target {
            case .absent, .any: return nil
            case .empty, .existing:
                throw LociError.collectionNotFound(name: name, existing: try Catalogue.names(in: transaction))
            }
        }
        switch target {
        case .absent: throw LociError.collectionExists(name: name)
        case .empty:
            let record = try Catalogue.record(number: number, path: database.path, in: transaction)
            guard record.count == 0 else { throw LociError.collectionNotEmpty(name: name) }
        case .existing, .any: break
        }
        return number
    }

    /// Writes all records, in bounded transactions.
    private func write(_ built: Built, under number: UInt32) throws {
        let (record, graph) = (built.record, built.graph)
        let layout = try CollectionLayout(record)
        let progress = BuildProgress(stage: .writing, total: source.count, observer: observer)
        let encoder = BlockEncoder(record: record, layout: layout, source: source, threads: threads)
        let rowsPerBlock = max(1, Self.transactionBytes / encoder.bytesPerRow)
        for start in stride(from: 0, to: source.count, by: rowsPerBlock) {
            try progress.checkCancelled()
            let rows = start..<min(source.count, start + rowsPerBlock)
            let block = try encoder.encode(rows)
            try database.environment.write { transaction in
                for array in block {
                    try append(
                        array.records, to: array.table, array.geometry, from: rows.lowerBound, number, transaction)
                }
            }
            progress.advance(rows.count)
        }
        if let graph, let adjacency = layout.adjacency, let parents = layout.parents {
            try write(graph.adjacency, to: .adjacency, adjacency, under: number, progress)
            try write(graph.parents, to: .parents, parents, under: number, progress)
        }
        if let entries = graph?.entries, let geometry = layout.entries {
            try database.environment.write { transaction in
                let bytes = UnsafeRawBufferPointer(start: entries.table.base, count: entries.layout.bytes)
                try append(bytes, to: .entries, geometry, from: 0, number, transaction)
            }
        }
        try built.identifiers.write(under: number, to: database.environment) { try progress.checkCancelled() }
        try writeIndexes(under: number)
        if let attributes { try write(attributes, under: number, progress) }
    }

    /// Writes the records of the indexes, which have no rows yet.
    private func writeIndexes(under number: UInt32) throws {
        guard !indexes.isEmpty else { return }
        try database.environment.write { transaction in
            try FieldIndexEditor.declare(indexes, of: number, in: transaction)
        }
    }

    /// Writes the attributes of all rows with their indexes, in bounded transactions.
    private func write(
        _ attributes: (Int) throws -> [UInt8]?, under number: UInt32, _ progress: BuildProgress
    ) throws {
        var row = 0
        while row < source.count {
            try progress.checkCancelled()
            // It may run a second time, when the file's map had to grow.
            row = try database.environment.write { transaction in
                let editor = try FieldIndexEditor(
                    collection: number, fields: try transaction.indexedFields(of: number))
                var (next, bytes) = (row, 0)
                while next < source.count, bytes < Self.transactionBytes {
                    if let text = try attributes(next) {
                        try transaction.appendAttributes(text, of: UInt32(next), in: number)
                        try editor.note(UInt32(next), old: nil, new: text, in: transaction)
                        bytes += text.count
                    }
                    next += 1
                }
                try editor.apply(in: transaction)
                return next
            }
        }
    }

    /// Writes an array that lies in memory, in bounded transactions.
    private func write(
        _ records: OwnedRecords, to table: Table, _ geometry: ChunkGeometry, under number: UInt32,
        _ progress: BuildProgress
    ) throws {
        let rowsPerBlock = max(1, Self.transactionBytes / records.stride)
        for start in stride(from: 0, to: records.count, by: rowsPerBlock) {
            try progress.checkCancelled()
            let rows = start..<min(records.count, start + rowsPerBlock)
            try database.environment.write { transaction in
                let bytes = UnsafeRawBufferPointer(
                    start: records[rows.lowerBound], count: rows.count * records.stride)
                try append(bytes, to: table, geometry, from: rows.lowerBound, number, transaction)
            }
        }
    }

    private func append(
        _ bytes: UnsafeRawBufferPointer, to table: Table, _ geometry: ChunkGeometry, from row: Int, _ number: UInt32,
        _ transaction: borrowing WriteTransaction
    ) throws {
        var writer = try ChunkWriter.begin(
            transaction, table: table, collection: number, geometry: geometry, from: UInt32(row))
        try writer.append(bytes.bytes, in: transaction)
        try writer.finish(in: transaction)
    }
}
