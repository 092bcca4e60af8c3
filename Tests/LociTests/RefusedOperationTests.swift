// Loci, Apache License 2.0.

import LociAttributes
import LociIndex
import TestSupport
import Testing

@testable import Loci

/// Operations that are refused in the midst of a transaction: it goes on as if they had not been.
@Suite struct RefusedOperationTests {
    /// What is asked of a collection of vectors of 4 components, and is refused.
    private struct Refused {
        let collection: WritableCollection
        let transaction: DatabaseTransaction
        let known: [VectorID]
        var generator: SeededGenerator

        static let kinds = 19

        private var vector: [Float] { [1, 2, 3, 4] }

        private mutating func badVector() -> [Float] {
            let isCosine = collection.configuration.metric == .cosine
            var kinds: [[Float]] = [
                [], [1, .nan, 3, 4], [1, 2, -.infinity, 4], [1, 2, 3, 2e15], [1e38, 1e38, 1, 1],
            ]
            if collection.dimension != nil { kinds += [[1, 2, 3], [1, 2, 3, 4, 5]] }
            if isCosine { kinds.append([0, 0, 0, 0]) }
            // Codes of a graph reach only so far.
            let hasCodes = collection.configuration.quantization.firstLevelBits != nil
            if !isCosine, hasCodes, collection.count > 2_000 { kinds.append([1e9, 0, 0, 0]) }
            return kinds[generator.below(kinds.count)]
        }

        private mutating func someID() -> VectorID {
            generator.below(2) == 0
                ? known.randomElement(using: &generator) ?? "new" : VectorID(row: generator.below(99))
        }

        private mutating func badID() -> VectorID {
            VectorID(bytes: [UInt8](repeating: 0x61, count: [0, 481, 5_000][generator.below(3)]))
        }

        /// One of them, which must throw.
        mutating func operation(_ kind: Int) -> () throws -> Void {
            let (collection, transaction, vector) = (collection, transaction, vector)
            let (bad, id, badID) = (badVector(), someID(), badID())
            let old = known.randomElement(using: &generator)
            let place = generator.below(3)
            switch kind {
            case 0: return { try collection.add(badID, vector) }
            case 1: return { try collection.upsert(badID, vector, attributes: Attributes(["n": 1])) }
            case 2: return { try collection.upsert(id, bad, attributes: Attributes(["n": 1])) }
            case 3: return { try collection.upsert(id, vectors: [vector, bad]) }
            case 4: return { try collection.upsert(id, vectors: []) }
            case 5: return { try collection.upsert(id, vectors: [[Float]](repeating: vector, count: 257)) }
            case 6: return { try collection.add(old ?? badID, vector, attributes: Attributes(["n": 2])) }
            case 7: return { try collection.add(old ?? badID, vectors: [vector, vector]) }
            case 8: return { try collection.setAttributes(id, Attributes(json: "[]")) }
            case 9:
                let long = String(repeating: "a", count: Attributes.maximumBytes)
                return { try collection.upsert(id, vector, attributes: Attributes(["long": .string(long)])) }
            case 10: return { try collection.createIndex("n", .keyword) }
            case 11: return { try collection.createIndex("a b ]", .number) }
            case 12: return { try collection.dropIndex("missing") }
            case 13 where collection.dimension != nil:
                return { _ = try collection.search([[1, 2], [.nan, 2, 3, 4], [1, 2, 3, 2e15]][place]) }
            case 13, 14: return { _ = try collection.search(vector, SearchOptions(k: 0)) }
            case 15: return { _ = try collection.identifiers(limit: -1) }
            case 16:
                return {
                    try collection.add(from: VectorArray(vector + vector, dimension: 4), identifiers: ["only one"])
                }
            case 17: return { try transaction.createCollection(collection.name) }
            default: return { try transaction.drop("missing") }
            }
        }
    }

    private struct Row: Equatable {
        var vectors: [[Float]]
        var attributes: Attributes?
    }

    private let folder: TemporaryFolder
    private let database: Database

    init() throws {
        folder = try TemporaryFolder()
        database = try Database.open(folder.database)
    }

    private func compare(_ collection: Collection, _ rows: [VectorID: Row]) throws {
        var stored: [VectorID: Row] = [:]
        try collection.forEachRow { stored[$0] = Row(vectors: $1, attributes: try collection.attributes(of: $0)) }
        #expect(stored == rows)
        #expect(try database.check() == [])
        #expect(try collection.indexes.map(\.path) == ["n", "words"])
    }

    /// - Parameter filled: How many vectors there are at first.
    @Test(arguments: [(Metric.l2, 0), (.cosine, 0), (.ip, 300), (.l2, 2_100)], [Quantization.float32, .lvq8])
    func theOthersAreMade(start: (metric: Metric, filled: Int), quantization: Quantization) throws {
        var generator = SeededGenerator("refused \(start) \(quantization)")
        // As they were given, whatever is refused in between.
        let collection = try database.createCollection("a", .quick(start.metric, quantization, .float32))
        try collection.createIndex("n", .number)
        try collection.createIndex("words", .text)
        var rows: [VectorID: Row] = [:]
        if start.filled > 0 {
            let vectors = try RandomVectors(count: start.filled, dimension: 4)
            try database.write { _ = try $0.collection("a").add(from: vectors) }
            for row in 0..<start.filled { rows[VectorID(row: row)] = Row(vectors: [vectors[row]]) }
        }
        for _ in 0..<5 {
            try database.write { transaction in
                let writable = try transaction.collection("a")
                for _ in 0..<25 {
                    if generator.below(3) > 0 {
                        let known = Array(rows.keys.sorted().prefix(50))
                        var refused = Refused(
                            collection: writable, transaction: transaction, known: known,
                            generator: SeededGenerator(seed: generator.next()))
                        let before = (writable.count, writable.rowCount, writable.dimension, writable.nextIdentifier)
                        let kind = generator.below(Refused.kinds)
                        #expect(throws: (any Error).self, "\(kind)") { try refused.operation(kind)() }
                        #expect(
                            (writable.count, writable.rowCount, writable.dimension, writable.nextIdentifier) == before)
                        continue
                    }
                    let id = VectorID(row: generator.below(60))
                    switch generator.below(5) {
                    case 0: #expect(try writable.remove(id) == (rows.removeValue(forKey: id) != nil))
                    case 1:
                        let text = try Attributes(["n": 5, "words": .string(generator.plainText(5))])
                        #expect(try writable.setAttributes(id, text) == (rows[id] != nil))
                        rows[id]?.attributes = text
                    default:
                        let vectors = (0..<1 + generator.below(4) / 3).map { _ in generator.normals(4) }
                        let text = generator.below(2) == 0 ? nil : try Attributes(["n": 7])
                        #expect(try writable.upsert(id, vectors: vectors, attributes: text) == (rows[id] != nil))
                        rows[id] = Row(vectors: vectors, attributes: text ?? rows[id]?.attributes)
                    }
                    #expect(writable.rowCount == rows.count)
                    #expect(try writable.vectors(of: id) == rows[id]?.vectors)
                    #expect(try writable.attributes(of: id) == rows[id]?.attributes)
                }
            }
            try compare(collection, rows)
        }
    }

    /// A transaction of which all was refused leaves every byte as it was.
    @Test(arguments: [0, 40, 2_100])
    func nothingIsWritten(count: Int) throws {
        var generator = SeededGenerator("all refused \(count)")
        let collection = try database.createCollection("a", .quick(.l2, .lvq8))
        try collection.createIndex("n", .number)
        try collection.createIndex("words", .text)
        if count > 0 {
            let vectors = try RandomVectors(count: count, dimension: 4)
            try database.write { _ = try $0.collection("a").add(from: vectors) }
        }
        let known = try collection.identifiers(limit: 30)
        let before = try database.records()
        try database.write { transaction in
            for _ in 0..<300 {
                var refused = Refused(
                    collection: try transaction.collection("a"), transaction: transaction, known: known,
                    generator: SeededGenerator(seed: generator.next()))
                let kind = generator.below(Refused.kinds)
                #expect(throws: (any Error).self, "\(kind)") { try refused.operation(kind)() }
            }
        }
        #expect(try database.records() == before)
    }
}
