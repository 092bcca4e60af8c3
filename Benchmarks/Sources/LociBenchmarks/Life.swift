// Loci, Apache License 2.0.

import Loci

/// How a collection comes to hold what it holds.
enum Life: String {
    case halves, replace, rounds, drift

    static let collection = "lived"

    /// Lives it.
    /// - Returns: The row of each identifier that is left.
    func live(
        _ all: some VectorSource, in database: Database, _ configuration: CollectionConfiguration, batch: Int,
        seed: UInt64
    ) throws -> [VectorID: Int] {
        let half = all.count / 2
        switch self {
        case .halves:
            try build(all, 0..<half, in: database, configuration)
            try change(half..<all.count, batch: batch, in: database) { collection, row in
                try collection.add(VectorID(row: row), all.vector(row))
            }
            return Dictionary(uniqueKeysWithValues: (0..<all.count).map { (VectorID(row: $0), $0) })
        case .replace:
            try build(all, 0..<all.count, in: database, configuration)
            try change(0..<all.count, batch: batch, in: database) { collection, row in
                try collection.upsert(VectorID(row: row), all.vector((row + half) % all.count))
            }
            return Dictionary(
                uniqueKeysWithValues: (0..<all.count).map { (VectorID(row: $0), ($0 + half) % all.count) })
        case .rounds:
            var generator = SplitMixGenerator(seed: seed)
            var living = Array(0..<half)
            try build(all, 0..<half, in: database, configuration)
            let share = half / 20
            for round in 0..<20 {
                living.shuffle(using: &generator)
                let leaving = Array(living.suffix(share))
                living.removeLast(share)
                try change(leaving, batch: batch, in: database) { try $0.remove(VectorID(row: $1)) }
                let arriving = half + round * share..<half + (round + 1) * share
                try change(arriving, batch: batch, in: database) { collection, row in
                    try collection.add(VectorID(row: row), all.vector(row))
                }
                living += arriving
            }
            return Dictionary(uniqueKeysWithValues: living.map { (VectorID(row: $0), $0) })
        case .drift:
            let order = try drifting(all, seed: seed)
            try build(SomeRows(source: all, rows: order), 0..<half, in: database, configuration)
            try change(half..<all.count, batch: batch, in: database) { collection, place in
                try collection.remove(VectorID(row: place - half))
                try collection.add(VectorID(row: place), all.vector(order[place]))
            }
            let left = all.count - half..<all.count
            return Dictionary(uniqueKeysWithValues: left.map { (VectorID(row: $0), order[$0]) })
        }
    }

    private func build(
        _ source: some VectorSource, _ rows: Range<Int>, in database: Database, _ configuration: CollectionConfiguration
    ) throws {
        _ = try database.buildCollection(Self.collection, configuration, from: RowRange(source: source, rows: rows))
    }

    private func change(
        _ rows: some Swift.Collection<Int>, batch: Int, in database: Database,
        _ body: (WritableCollection, Int) throws -> Void
    ) throws {
        var rest = Array(rows)[...]
        while !rest.isEmpty {
            let some = rest.prefix(batch)
            rest = rest.dropFirst(batch)
            try database.write { transaction in
                let collection = try transaction.collection(Self.collection)
                for row in some { try body(collection, row) }
            }
        }
    }

    /// Rows in the order of their products with a random direction.
    private func drifting(_ all: some VectorSource, seed: UInt64) throws -> [Int] {
        var generator = SplitMixGenerator(seed: seed)
        let direction = (0..<all.dimension).map { _ in Float.random(in: -1...1, using: &generator) }
        let places = try (0..<all.count).map { row in
            zip(try all.vector(row), direction).reduce(0) { $0 + $1.0 * $1.1 }
        }
        return places.indices.sorted { (places[$0], $0) < (places[$1], $1) }
    }
}
