// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

/// A collection to be damaged, and what it held before.
///
/// Its slots are of all kinds: with their own numbers for identifiers, with names, removed and used again.
struct DamagedCollection {
    struct Vector: Equatable {
        let slot: Int
        let components: [Float]
    }

    let database: Database
    let number: UInt32
    let record: CollectionRecord
    let vectors: [VectorID: Vector]
    /// Every third vector has some.
    let attributes: [VectorID: Attributes]
    private let folder: TemporaryFolder

    init(
        _ quantization: Quantization, _ originals: Originals = .none, metric: Metric = .l2, dimension: Int = 16,
        count: Int = 2_300, keepsLengths: Bool = false, seed: UInt64 = 1
    ) throws {
        folder = try TemporaryFolder()
        database = try Database.open(folder.database)
        let source = try RandomVectors(count: count, dimension: dimension, seed: seed)
        _ = try database.buildCollection(
            "c",
            CollectionConfiguration(
                metric: metric, quantization: quantization, originals: originals,
                build: BuildParameters(maximumDegree: 8, window: 16), keepsLengths: keepsLengths), from: source,
            identifiers: (0..<count).map { $0 < 600 ? VectorID(row: $0) : VectorID("v\($0)") })
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for row in stride(from: 3, to: count, by: 7) {
                try collection.remove(row < 600 ? VectorID(row: row) : VectorID("v\(row)"))
            }
            for row in 0..<40 { try collection.upsert(VectorID("new \(row)"), source[row].map { $0 / 2 }) }
        }
        (number, vectors) = try database.collection("c").withView { view in
            var vectors: [VectorID: Vector] = [:]
            for slot in view.liveSlots {
                vectors[VectorID(bytes: try view.identifiers.identifier(at: slot))] = Vector(
                    slot: Int(slot), components: view.vector(at: slot))
            }
            return (view.number, vectors)
        }
        var attributes: [VectorID: Attributes] = [:]
        for (id, vector) in vectors where vector.slot % 3 == 1 {
            attributes[id] = try Attributes(["id": .string("\(id)"), "slot": .number(Double(vector.slot))])
        }
        self.attributes = attributes
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for (id, attributes) in attributes { try collection.setAttributes(id, attributes) }
        }
        record = try database.collection("c").withView { $0.record }
        try #require(try database.check() == [])
        try #require(record.hasGraph && record.slots > record.count && record.count == vectors.count)
    }

    /// A copy of one that is not damaged yet: quicker than another build.
    init(copying original: DamagedCollection) throws {
        folder = try TemporaryFolder()
        _ = try original.database.backup(to: folder.database)
        database = try Database.open(folder.database)
        (number, record) = (original.number, original.record)
        (vectors, attributes) = (original.vectors, original.attributes)
    }

    var collection: Collection { get throws { try database.collection("c") } }

    /// The tables that have chunks of the collection.
    var tables: [Table] {
        get throws {
            let layout = try CollectionLayout(record)
            return Table.allCases.filter { layout[$0] != nil } + [.identifiers]
        }
    }

    /// The indexes of the chunks in a table.
    func chunks(in table: Table) throws -> [UInt32] {
        try database.environment.read { transaction in
            var chunks: [UInt32] = []
            try transaction.forEach(in: table, prefix: Key(collection: number)) { key, _ in
                if let chunk = Key.chunkIndex(in: key, ofCollection: number) { chunks.append(chunk) }
                return true
            }
            return chunks
        }
    }

    /// The slots whose records a chunk holds.
    func slots(ofChunk chunk: UInt32, in table: Table) throws -> Range<Int> {
        let layout = try CollectionLayout(record)
        let perChunk = layout[table]?.recordsPerChunk ?? IdentifierChunk.slotsPerChunk
        return Int(chunk) * perChunk..<min(record.slots, (Int(chunk) + 1) * perChunk)
    }

    /// Changes a byte of a chunk behind its header, so that its checksum is wrong.
    func flip(_ chunk: UInt32, in table: Table, at place: Int = 48, by mask: UInt8 = 0x55) throws {
        try database.environment.write { transaction in
            let key = Key(collection: number, chunk: chunk)
            var value = try #require(try transaction.value(of: key, in: table))
            value[place] ^= mask
            try transaction.put(value, for: key, in: table)
        }
    }

    func delete(_ chunk: UInt32, in table: Table) throws {
        let wasThere = try database.environment.write { transaction in
            try transaction.delete(Key(collection: number, chunk: chunk), in: table)
        }
        try #require(wasThere)
    }

    /// Changes a record, and seals its chunk again.
    func change(
        _ index: UInt32, in table: Table, _ body: @escaping (UnsafeMutableRawBufferPointer) -> Void
    ) throws {
        let geometry = try #require(try CollectionLayout(record)[table])
        try database.environment.write { transaction in
            let (chunk, place) = geometry.position(of: index)
            let buffer = try ChunkBuffer.load(
                transaction, table: table, collection: number, chunk: chunk, geometry: geometry)
            try buffer.withRecord(at: place, body)
            try buffer.store(in: transaction)
        }
    }

    /// A slot that holds a vector, at or behind another.
    func live(from slot: Int = 0) throws -> UInt32 {
        UInt32(try #require(vectors.values.map(\.slot).filter { $0 >= slot }.min()))
    }

    /// That a repair has saved everything but what it says, to the bit where it says nothing.
    func expectRepaired(
        _ repair: CollectionRepair, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(repair.outcome == .repaired, sourceLocation: sourceLocation)
        #expect(!repair.faults.isEmpty, sourceLocation: sourceLocation)
        #expect(try database.check() == [], sourceLocation: sourceLocation)
        #expect(try database.environment.markedCollections() == [], sourceLocation: sourceLocation)
        var contents: [VectorID: [Float]] = [:]
        try collection.forEach { contents[$0] = $1 }
        #expect(contents.count == repair.kept, sourceLocation: sourceLocation)
        let lost = Set(repair.lost.map(\.slot))
        let reduced = Set(repair.reduced.map(\.slot))
        for (id, vector) in vectors {
            let found = contents.removeValue(forKey: id)
            if lost.contains(vector.slot) {
                #expect(found == nil, "\(id) is said to be lost", sourceLocation: sourceLocation)
            } else if reduced.contains(vector.slot) {
                let found = try #require(found, "\(id)", sourceLocation: sourceLocation)
                let isNear = zip(found, vector.components).allSatisfy { abs($0 - $1) < 0.5 }
                #expect(isNear, "\(id)", sourceLocation: sourceLocation)
            } else {
                #expect(found == vector.components, "\(id)", sourceLocation: sourceLocation)
            }
        }
        #expect(contents.isEmpty, sourceLocation: sourceLocation)
        let lostAttributes = Set(repair.lostAttributes.compactMap(\.slot))
        let wrong = try vectors.filter { id, vector in
            let isLost = lost.contains(vector.slot) || lostAttributes.contains(vector.slot)
            return try collection.attributes(of: id) != (isLost ? nil : attributes[id])
        }
        #expect(wrong.keys.sorted() == [], "attributes", sourceLocation: sourceLocation)
        for lost in repair.lost {
            guard let id = lost.id else { continue }
            #expect(vectors[id]?.slot == lost.slot, sourceLocation: sourceLocation)
        }
        for reduced in repair.reduced {
            #expect(vectors[reduced.id]?.slot == reduced.slot, sourceLocation: sourceLocation)
        }
    }
}
