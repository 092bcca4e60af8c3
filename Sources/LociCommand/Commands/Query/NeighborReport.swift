// Loci, Apache License 2.0.

import Loci

/// Neighbours as they are shown and written.
struct NeighborReport {
    let results: SearchResults
    let k: Int
    /// How many nearer neighbours of each query were passed over.
    let offset: Int

    /// A table of one query's neighbours, or of the first queries' with a column that tells which.
    func table(queries: Range<Int>, neighborsEach limit: Int) -> String {
        let isSingle = results.queryCount == 1
        var columns: [TextTable.Column] = isSingle ? [] : [.number("query")]
        columns += [.number("rank"), .text("id", limit: 60), .number("distance")]
        var table = TextTable(columns)
        let shown = queries.map { Array(results[query: $0].prefix(limit)) }
        let places = Self.places(shown.joined().map(\.distance))
        for (query, neighbors) in zip(queries, shown) {
            for (rank, neighbor) in neighbors.enumerated() {
                var cells = isSingle ? [] : [rank == 0 ? "\(query)" : ""]
                cells += [
                    "\(offset + rank + 1)", neighbor.id.description,
                    Format.decimal(Double(neighbor.distance), places: places),
                ]
                table.add(cells)
            }
        }
        return table.rendered()
    }

    /// Decimals for distances: about seven digits in all, which is what a `Float` holds.
    static func places(_ distances: [Float]) -> Int {
        var places = 6
        var limit: Float = 10
        let largest = distances.map(\.magnitude).max() ?? 0
        while places > 1, largest >= limit {
            places -= 1
            limit *= 10
        }
        return places
    }

    /// The formats that neighbours are written in.
    static let writable: [VectorFileFormat] = [.ivecs, .npy, .ibin, .jsonl]

    /// An identifier that a matrix of integers has no place for.
    struct NoNumber: Error, CustomStringConvertible {
        let path: String
        let id: VectorID

        var description: String {
            "\(path): the identifier \"\(id)\" is no whole number up to \(Int32.max), which .ivecs, .ibin and .npy take "
                + "alone; write .jsonl"
        }
    }

    /// Writes the neighbours of all queries: identifiers that are numbers as a matrix, or identifiers and distances as JSON
    /// lines.
    ///
    /// - Throws: `VectorFileError`; `NoNumber`.
    func write(to path: String, format: VectorFileFormat) throws {
        guard format == .jsonl else {
            // -1 where a query found fewer, as other programs write it.
            // A matrix has a column even where there is nothing to be found.
            let columns = max(1, k)
            var numbers = [Int32](repeating: -1, count: results.queryCount * columns)
            for query in 0..<results.queryCount {
                for (place, index) in results.range(ofQuery: query).prefix(k).enumerated() {
                    numbers[query * columns + place] = try number(of: results.identifier(at: index), path)
                }
            }
            return try IntegerMatrix(count: results.queryCount, columns: columns, values: numbers)
                .write(to: path, format: format)
        }
        let writer = try NeighborsWriter(path: path)
        for query in 0..<results.queryCount {
            let neighbors = results[query: query]
            try writer.append(
                query: query,
                neighbors: neighbors.map { FileNeighbor(identifier: $0.id.bytes, distance: $0.distance) })
        }
        try writer.finish()
    }

    /// The number that an identifier is, written as rows without identifiers are named: "7" is one, "07" is none.
    private func number(of id: VectorID, _ path: String) throws(NoNumber) -> Int32 {
        guard let number = Int32(id.description), number >= 0, VectorID(row: Int(number)) == id else {
            throw NoNumber(path: path, id: id)
        }
        return number
    }
}
