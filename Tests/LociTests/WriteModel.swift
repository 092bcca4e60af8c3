// Loci, Apache License 2.0.

import LociIndex
import LociStorage
import TestSupport
import Testing

@testable import Loci

/// What a database should hold, as plain dictionaries; random changes to both; and the comparison.
struct WriteModel {
    struct Contents {
        let configuration: CollectionConfiguration
        /// Of each row one vector, or several.
        var vectors: [VectorID: [[Float]]] = [:]
        var attributes: [VectorID: Attributes] = [:]
        var indexes: [String: FieldKind] = [:]
        var dimension: Int

        mutating func remove(_ id: VectorID) {
            vectors[id] = nil
            attributes[id] = nil
        }
    }

    /// Thrown by a transaction that is to come to nothing.
    struct GivenUp: Error {}

    private(set) var collections: [String: Contents] = [:]
    private let configurations: [CollectionConfiguration]
    /// How many vectors a batch has at the most.
    private let largestBatch: Int
    var generator: SeededGenerator

    init(_ configurations: [CollectionConfiguration], largestBatch: Int, generator: SeededGenerator) {
        self.configurations = configurations
        self.largestBatch = largestBatch
        self.generator = generator
    }

    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }

    private mutating func vector(_ dimension: Int) -> [Float] {
        // In clusters, and now and then one that is there already.
        let centre = Float(below(5))
        return (0..<dimension).map { _ in centre + Float.random(in: -1...1, using: &generator) }
    }

    /// The vectors of a row, mostly one.
    private mutating func row(_ dimension: Int) -> [[Float]] {
        (0..<(below(3) == 0 ? 1 + below(6) : 1)).map { _ in vector(dimension) }
    }

    /// Identifiers of which some are numbers, some of slots that are not theirs.
    private mutating func identifier() -> VectorID {
        below(3) == 0 ? VectorID(row: below(largestBatch)) : VectorID("id-\(below(2 * largestBatch))")
    }

    /// Mostly short, now and then of pages of their own, or none.
    private mutating func attributes() throws -> Attributes? {
        guard below(2) == 0 else { return nil }
        let length = below(20) == 0 ? below(Attributes.maximumBytes - 100) : below(60)
        return try Attributes([
            "number": .number(Double(below(1_000))), "text": .string(String(repeating: "é", count: length / 2)),
            "words": .list((0..<below(3)).map { _ in .string(generator.plainText(12)) }),
        ])
    }

    /// One transaction, of the database and of this model.
    mutating func transact(_ database: Database) throws {
        var next = self
        do {
            try database.write(threads: 1 + below(3)) { transaction in
                for _ in 0...next.below(4) { try next.change(transaction) }
                if next.below(6) == 0 { throw GivenUp() }
            }
        } catch is GivenUp {
            generator = next.generator
            return
        }
        self = next
    }

    private mutating func change(_ transaction: DatabaseTransaction) throws {
        let names = collections.keys.sorted()
        if names.isEmpty || names.count < 3 && below(8) == 0 {
            let name = "c\(below(5))"
            let configuration = configurations[below(configurations.count)]
            if collections[name] == nil {
                try transaction.createCollection(name, configuration)
                collections[name] = Contents(configuration: configuration, dimension: 0)
            } else {
                #expect(throws: LociError.collectionExists(name: name)) {
                    try transaction.createCollection(name, configuration)
                }
            }
            return
        }
        let name = names[below(names.count)]
        if below(40) == 0 {
            try transaction.drop(name)
            collections[name] = nil
            return
        }
        guard var contents = collections[name] else { return }
        let collection = try transaction.collection(name)
        if contents.vectors.isEmpty { contents.dimension = [3, 8, 20][below(3)] }
        switch below(13) {
        case 12:
            let path = ["number", "text", "missing", "words"][below(4)]
            if contents.indexes[path] == nil {
                let kind = path == "words" ? .text : FieldKind.allCases[below(4)]
                try collection.createIndex(path, kind)
                contents.indexes[path] = kind
            } else {
                try collection.dropIndex(path)
                contents.indexes[path] = nil
            }
        case 0...2:
            let id = identifier()
            let row = row(contents.dimension)
            if contents.vectors[id] == nil {
                let attributes = try attributes()
                try collection.add(id, vectors: row, attributes: attributes)
                contents.vectors[id] = row
                contents.attributes[id] = attributes
            } else {
                #expect(throws: LociError.identifierExists(name: name, id: id)) { try collection.add(id, vectors: row) }
            }
        case 3...5:
            let id = identifier()
            let row = row(contents.dimension)
            let attributes = try attributes()
            #expect(
                try collection.upsert(id, vectors: row, attributes: attributes) == (contents.vectors[id] != nil))
            contents.vectors[id] = row
            if let attributes { contents.attributes[id] = attributes }
        case 6:
            let count = 1 + below(largestBatch)
            var batch: [VectorID: [Float]] = [:]
            while batch.count < count { batch[identifier()] = vector(contents.dimension) }
            let ids = batch.keys.sorted()
            let source = try VectorArray(ids.flatMap { batch[$0] ?? [] }, dimension: contents.dimension)
            let known = ids.count { contents.vectors[$0] != nil }
            #expect(try collection.add(from: source, identifiers: ids, replacing: true) == known)
            contents.vectors.merge(batch.mapValues { [$0] }) { _, new in new }
        case 7 where !contents.vectors.isEmpty:
            // A good part of all.
            let ids = contents.vectors.keys.sorted()
            let share = [2, 5, ids.count][below(3)]
            for id in ids where below(share) == 0 {
                #expect(try collection.remove(id))
                contents.remove(id)
            }
        case 8...9:
            for _ in 0...below(5) {
                let id = identifier()
                let attributes = try attributes()
                #expect(try collection.setAttributes(id, attributes) == (contents.vectors[id] != nil))
                if contents.vectors[id] != nil { contents.attributes[id] = attributes }
                #expect(try collection.attributes(of: id) == contents.attributes[id])
            }
        default:
            let id = identifier()
            #expect(try (collection.get(id) != nil) == (contents.vectors[id] != nil))
            #expect(try collection.vectors(of: id)?.count == contents.vectors[id]?.count)
            #expect(try collection.contains(id) == (contents.vectors[id] != nil))
            #expect(try collection.attributes(of: id) == contents.attributes[id])
            #expect(try collection.remove(id) == (contents.vectors[id] != nil))
            contents.remove(id)
            #expect(try collection.attributes(of: id) == nil)
        }
        #expect(collection.rowCount == contents.vectors.count)
        #expect(collection.count == contents.vectors.values.reduce(0) { $0 + $1.count })
        collections[name] = contents
    }

    /// Optimizes one of the collections, which changes nothing that this tells of.
    mutating func optimize(_ database: Database) throws {
        let names = collections.keys.sorted()
        guard !names.isEmpty else { return }
        try database.collection(names[below(names.count)]).optimize(threads: 1 + below(3))
    }

    /// Compares a database with this.
    mutating func compare(_ database: Database) throws {
        #expect(try database.collectionNames() == collections.keys.sorted())
        #expect(try database.check() == [])
        try database.read { view in
            for (name, contents) in collections.sorted(by: { $0.key < $1.key }) {
                try compare(try view.collection(name), contents)
            }
        }
    }

    private mutating func compare(_ collection: Collection, _ contents: Contents) throws {
        #expect(try collection.rowCount == contents.vectors.count)
        #expect(try collection.count == contents.vectors.values.reduce(0) { $0 + $1.count })
        var stored: [VectorID: [[Float]]] = [:]
        try collection.forEachRow { stored[$0] = $1 }
        #expect(stored.mapValues(\.count) == contents.vectors.mapValues(\.count))
        try compareVectors(stored, contents)
        for id in stored.keys { #expect(try collection.attributes(of: id) == contents.attributes[id]) }
        #expect(try collection.info().attributesCount == contents.attributes.count)
        try compareIndexes(of: collection, contents)
        try compareSearches(of: collection, contents, stored)
        try compareRecall(of: collection, contents.configuration, stored)
    }

    private func compareVectors(_ stored: [VectorID: [[Float]]], _ contents: Contents) throws {
        let isCosine = contents.configuration.metric == .cosine
        var farthest: Float = 0
        for (id, vectors) in stored {
            for (vector, given) in zip(vectors, contents.vectors[id] ?? []) {
                for (value, expected) in zip(
                    isCosine ? Self.unit(vector) : vector, isCosine ? Self.unit(given) : given)
                {
                    farthest = max(farthest, abs(value - expected))
                }
            }
        }
        // Codes are learned anew a few times, and each time they are off by half a step once more.
        let isExact = contents.configuration.originals == .float32 || contents.configuration.quantization == .float32
        let bound: Float =
            switch contents.configuration.quantization {
            case .lvq4x8, .float16: 0.01
            default: 0.1
            }
        #expect(farthest <= (isExact ? 1e-6 : bound))
    }

    /// Searches by one vector, and by several: rows are as near as the best of their vectors.
    private mutating func compareSearches(
        of collection: Collection, _ contents: Contents, _ stored: [VectorID: [[Float]]]
    ) throws {
        guard !stored.isEmpty else { return }
        let queries = (0..<1 + below(2) * below(4)).map { _ in vector(contents.dimension) }
        let k = 1 + below(20)
        let metric = contents.configuration.metric
        let expected = stored.mapValues { vectors in
            queries.reduce(Float(0)) { sum, query in
                sum + (vectors.map { Self.distance(query, $0, metric) }.min() ?? 0)
            }
        }
        for isExactSearch in [true, false] {
            let found =
                queries.count == 1
                ? try collection.search(queries[0], k: k, exact: isExactSearch)
                : try collection.search(maxSim: queries, k: k, exact: isExactSearch)
            #expect(found.count == min(k, stored.count))
            #expect(Set(found.map(\.id)).count == found.count)
            let nearest = expected.values.sorted().prefix(found.count)
            for (neighbor, best) in zip(found, nearest) {
                let own = try #require(expected[neighbor.id])
                #expect(abs(own - neighbor.distance) <= 0.02 * max(1, abs(own)))
                if isExactSearch { #expect(abs(best - neighbor.distance) <= 0.02 * max(1, abs(best))) }
            }
        }
    }

    /// Indexes, and what filters find with or without them.
    private mutating func compareIndexes(of collection: Collection, _ contents: Contents) throws {
        let indexes = try collection.indexes
        #expect(Dictionary(uniqueKeysWithValues: indexes.map { ($0.path, $0.kind) }) == contents.indexes)
        for index in indexes {
            #expect(index.rows == contents.attributes.values.count { $0[index.path] != nil })
        }
        if contents.indexes["words"] == .text { try compareWords(of: collection, contents) }
        for filter in [
            ".number < \(below(1_000))", ".number == \"\(below(1_000))\" or .text == \"éé\"",
            "\"éé\" in .text and .number > 500",
            "exists .missing or not (.text ^= \"éééé\")", "not exists .number", ".number % 2 == 1",
        ] {
            let filter = try Filter(parsing: filter)
            let found = try collection.withMatching(filter) { view, matching in
                try view.liveSlots.filter { matching?.slots.contains($0) ?? false }
                    .map { VectorID(bytes: try view.identifiers.identifier(at: $0)) }
            }
            let expected = contents.attributes.filter { filter.matches($0.value) }.keys
                .flatMap { id in repeatElement(id, count: contents.vectors[id]?.count ?? 0) }
            #expect(found.sorted() == expected.sorted(), "\(filter)")
        }
    }

    /// Words are found as in an index that is made of the attributes now.
    private mutating func compareWords(of collection: Collection, _ contents: Contents) throws {
        let plain = PlainWords(
            contents.attributes.compactMapValues { attributes -> [String]? in
                guard case .list(let texts)? = attributes["words"] else { return nil }
                return texts.compactMap { if case .string(let text) = $0 { text } else { nil } }
            })
        for _ in 0..<5 {
            let parts = generator.plainQuery()
            let k = 1 + below(10)
            let query = parts.map(\.text).joined(separator: " ")
            plain.expect(try collection.search(words: query, in: "words", WordSearchOptions(k: k)), parts, k: k)
        }
    }

    /// Searches of a graph find as much as in one that is built of the same vectors.
    private mutating func compareRecall(
        of collection: Collection, _ configuration: CollectionConfiguration, _ vectors: [VectorID: [[Float]]]
    ) throws {
        let ids = vectors.keys.sorted()
        let rows = ids.map { vectors[$0] ?? [] }
        let all = rows.flatMap(\.self)
        guard all.count > CollectionLayout.scannedCount, let dimension = all.first?.count else { return }
        let folder = try TemporaryFolder()
        let fresh = try Database.buildCollection(
            at: folder.database, "fresh", configuration,
            from: VectorArray(all.flatMap(\.self), dimension: dimension), identifiers: ids,
            vectorCounts: rows.map(\.count))
        #expect(try fresh.check() == [])
        let queries = (0..<Self.recallQueries).map { _ in vector(dimension) }
        func recall(_ collection: Collection) throws -> Double {
            var (found, wanted) = (0, 0)
            for query in queries {
                let nearest = try collection.search(query, k: 10, exact: true)
                guard let farthest = nearest.last else { continue }
                wanted += nearest.count
                // Vectors that are equally far are as good.
                found += try collection.search(query, k: 10).count { $0.distance <= farthest.distance }
            }
            return Double(found) / Double(wanted)
        }
        let (lived, built) = (try recall(collection), try recall(fresh))
        #expect(lived >= built - 0.05, "recall@10 \(lived), built anew \(built)")
    }

    private static let recallQueries = 400

    private static func unit(_ vector: [Float]) -> [Float] {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return vector.map { $0 / length }
    }

    private static func distance(_ left: [Float], _ right: [Float], _ metric: Metric) -> Float {
        switch metric {
        case .l2: zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        case .ip: -zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
        case .cosine: 1 - zip(unit(left), unit(right)).reduce(0) { $0 + $1.0 * $1.1 }
        }
    }
}
