// Loci, Apache License 2.0.

package import Loci
package import TestSupport

/// What a database must hold after each of a sequence of transactions that a seed decides on.
///
/// Any process that knows the seed and a number can tell the exact contents. Every vector is stored as it was given: as
/// `float32`, or with originals of it.
package struct TortureSequence: Sendable {
    /// A collection.
    package struct Contents: Sendable {
        package let dimension: Int
        package var vectors: [VectorID: [Float]] = [:]
        package var attributes: [VectorID: Attributes] = [:]
    }

    /// One thing that a transaction does.
    package enum Change: Sendable {
        case create(String)
        case drop(String)
        case put(String, VectorID, [Float], Attributes?)
        case set(String, VectorID, Attributes?)
        case remove(String, VectorID)
    }

    /// The collection that names the last transaction.
    package static let marker = "marker"
    /// A collection with a graph.
    package static let graph = "graph"
    /// How many vectors of the graph begin with; no transaction makes them fewer than what is scanned.
    private static let graphCount = 2_060

    package let seed: UInt64
    /// How many transactions there were.
    package private(set) var number = 0
    package private(set) var collections: [String: Contents] = [:]

    /// The state before the first transaction.
    package init(seed: UInt64) {
        self.seed = seed
        var generator = SeededGenerator(seed: seed)
        collections[Self.marker] = Contents(dimension: 1, vectors: [Self.marker(of: 0): [0]])
        for (name, dimension, count) in [("flat", 8, 90), ("coded", 20, 150), (Self.graph, 8, Self.graphCount)] {
            var contents = Contents(dimension: dimension)
            for row in 0..<count { contents.vectors[VectorID(row: row)] = generator.floats(dimension) }
            collections[name] = contents
        }
    }

    /// The state after so many transactions.
    package init(seed: UInt64, after number: Int) {
        self.init(seed: seed)
        while self.number < number { advance() }
    }

    /// How a collection of the sequence is made.
    package static func configuration(of name: String) -> CollectionConfiguration {
        let build = BuildParameters(maximumDegree: 8, window: 12)
        return switch name {
        case "coded":
            CollectionConfiguration(metric: .cosine, quantization: .lvq4x8, originals: .float32, build: build)
        case graph: CollectionConfiguration(metric: .l2, quantization: .lvq8, originals: .float32, build: build)
        default: CollectionConfiguration(metric: .l2, quantization: .float32, build: build)
        }
    }

    private static func marker(of number: Int) -> VectorID { VectorID("after \(number)") }

    /// Makes a database that holds the state.
    package func make(at path: String) throws {
        let database = try Database.open(path)
        for (name, contents) in collections.sorted(by: { $0.key < $1.key }) {
            let ids = contents.vectors.keys.sorted()
            _ = try database.buildCollection(
                name, Self.configuration(of: name),
                from: VectorArray(ids.flatMap { contents.vectors[$0] ?? [] }, dimension: contents.dimension),
                identifiers: ids)
        }
    }

    /// Makes one transaction more.
    /// - Returns: What it does, in order.
    @discardableResult
    package mutating func advance() -> [Change] {
        number += 1
        // Numbers that have nothing to do with those of the transaction before.
        var seeds = SeededGenerator(seed: seed ^ UInt64(number) << 32)
        var generator = SeededGenerator(seed: seeds.next())
        var changes: [Change] = []
        for _ in 0...generator.below(3) { changes += group(&generator) }
        changes.append(.remove(Self.marker, Self.marker(of: number - 1)))
        changes.append(.put(Self.marker, Self.marker(of: number), [Float(number)], nil))
        for change in changes { note(change) }
        return changes
    }

    /// Changes of one collection.
    private func group(_ generator: inout SeededGenerator) -> [Change] {
        let name = ["flat", "coded", Self.graph, "temporary"][generator.below(4)]
        if name == "temporary" {
            if collections[name] == nil { return [.create(name)] }
            // Made and dropped by one transaction, too.
            if generator.below(3) == 0 { return [.drop(name)] }
        }
        let contents = collections[name]
        let dimension = contents?.dimension ?? 8
        let count = generator.below(10) == 0 ? 60 : 1 + generator.below(10)
        // The graph must stay one.
        let mayRemove = name != Self.graph || (contents?.vectors.count ?? 0) > Self.graphCount
        let span = name == Self.graph ? 2_400 : 220
        return (0..<count).map { _ in
            let place = generator.below(span)
            let id = place % 3 == 0 ? VectorID("id-\(place)") : VectorID(row: place)
            if generator.below(4) == 0 { return .set(name, id, Self.attributes(&generator)) }
            return mayRemove && generator.below(2) == 0
                ? .remove(name, id) : .put(name, id, generator.floats(dimension), Self.attributes(&generator))
        }
    }

    /// Of a few bytes, of pages of their own, or none.
    private static func attributes(_ generator: inout SeededGenerator) -> Attributes? {
        let length = generator.below(8) == 0 ? 5_000 : generator.below(50)
        let text = String(repeating: "t", count: length)
        return generator.below(3) == 0 ? nil : try? Attributes(["n": .number(Double(length)), "text": .string(text)])
    }

    private mutating func note(_ change: Change) {
        switch change {
        case .create(let name): collections[name] = collections[name] ?? Contents(dimension: 8)
        case .drop(let name): collections[name] = nil
        case .put(let name, let id, let vector, let attributes):
            collections[name]?.vectors[id] = vector
            if let attributes { collections[name]?.attributes[id] = attributes }
        case .set(let name, let id, let attributes):
            if collections[name]?.vectors[id] != nil { collections[name]?.attributes[id] = attributes }
        case .remove(let name, let id):
            collections[name]?.vectors[id] = nil
            collections[name]?.attributes[id] = nil
        }
    }

    /// Does to a database what a transaction does.
    package static func apply(_ changes: [Change], to transaction: DatabaseTransaction) throws {
        for change in changes {
            switch change {
            case .create(let name):
                if try !transaction.collectionNames().contains(name) {
                    try transaction.createCollection(name, configuration(of: name))
                }
            case .drop(let name):
                if try transaction.collectionNames().contains(name) { try transaction.drop(name) }
            case .put(let name, let id, let vector, let attributes):
                if try transaction.collectionNames().contains(name) {
                    try transaction.collection(name).upsert(id, vector, attributes: attributes)
                }
            case .set(let name, let id, let attributes):
                if try transaction.collectionNames().contains(name) {
                    try transaction.collection(name).setAttributes(id, attributes)
                }
            case .remove(let name, let id):
                if try transaction.collectionNames().contains(name) { try transaction.collection(name).remove(id) }
            }
        }
    }

    /// The number of the last transaction that a view shows.
    package static func number(in view: DatabaseView) throws -> Int {
        var numbers: [Int] = []
        try view.collection(marker).forEach { id, vector in
            let number = Int(vector[0])
            guard id == marker(of: number) else { throw TestFailure("marker \(id) holds \(vector)") }
            numbers.append(number)
        }
        guard numbers.count == 1 else { throw TestFailure("there are \(numbers.count) markers: \(numbers)") }
        return numbers[0]
    }

    /// Where a view differs from this state; empty if it does not.
    package func differences(from view: DatabaseView) throws -> [String] {
        var found: [String] = []
        let names = try view.collectionNames()
        if names != collections.keys.sorted() { found.append("collections \(names)") }
        for name in names {
            guard let contents = collections[name] else { continue }
            let collection = try view.collection(name)
            var stored: [VectorID: [Float]] = [:]
            var listed = 0
            try collection.forEach {
                stored[$0] = $1
                listed += 1
            }
            if try collection.count != contents.vectors.count || listed != contents.vectors.count {
                found.append(
                    "\(name) has \(try collection.count) vectors, lists \(listed), not \(contents.vectors.count)")
            }
            for (id, vector) in contents.vectors where stored[id] != vector {
                found.append("\(name), \(id): \(stored[id].map { "\($0)" } ?? "missing") and not \(vector)")
            }
            for id in stored.keys where contents.vectors[id] == nil { found.append("\(name) has \(id)") }
            for id in stored.keys {
                let attributes = try collection.attributes(of: id)
                if attributes != contents.attributes[id] {
                    let expected = contents.attributes[id]
                    found.append(
                        "\(name), \(id): attributes \(attributes?.json ?? "none") and not \(expected?.json ?? "none")")
                }
            }
            let count = try collection.info().attributesCount
            if count != contents.attributes.count {
                found.append("\(name) has \(count) with attributes and not \(contents.attributes.count)")
            }
        }
        return found
    }

    /// Where searches of a view differ from this state: the nearest must be found exactly, and a walk must
    /// find what is there.
    package func searchDifferences(from view: DatabaseView, _ generator: inout SeededGenerator) throws -> [String] {
        var found: [String] = []
        for (name, contents) in collections.sorted(by: { $0.key < $1.key }) where !contents.vectors.isEmpty {
            let collection = try view.collection(name)
            let query = generator.floats(contents.dimension)
            let exact = try collection.search(query, k: 5, exact: true)
            let walked = try collection.search(query, k: 5)
            let distances = contents.vectors.mapValues { Self.distance(query, $0, cosine: name == "coded") }
            let nearest = distances.values.sorted().prefix(5)
            // Two may be as near as makes no difference, and change places.
            let isNearest =
                exact.count == nearest.count
                && zip(exact, nearest).allSatisfy { abs((distances[$0.id] ?? .infinity) - $1) < 1e-5 }
            if !isNearest { found.append("\(name): exact search found \(exact), not at \(nearest)") }
            if walked.count != exact.count || Set(walked.map(\.id)).count != walked.count {
                found.append("\(name): search found \(walked)")
            }
            for neighbor in walked {
                guard let vector = contents.vectors[neighbor.id] else {
                    found.append("\(name): search found \(neighbor.id), which is not there")
                    continue
                }
                if try collection.get(neighbor.id) != vector { found.append("\(name): get of \(neighbor.id)") }
            }
        }
        return found
    }

    private static func distance(_ query: [Float], _ vector: [Float], cosine: Bool) -> Double {
        var (product, length, apart) = (0.0, 0.0, 0.0)
        for (own, other) in zip(query, vector) {
            product += Double(own) * Double(other)
            length += Double(other) * Double(other)
            apart += (Double(own) - Double(other)) * (Double(own) - Double(other))
        }
        return cosine ? -product / length.squareRoot() : apart
    }
}
