// Loci, Apache License 2.0.

import LociAttributes

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads JSON lines to memory, one line at a time.
enum JSONLinesReader {
    /// The rows of a file, one after the other.
    struct Rows {
        var values: [Float] = []
        /// The number of vectors.
        var count = 0
        var dimension = 0
        var identifiers: [[UInt8]]?
        /// Of each row; nil when each has one.
        var vectorCounts: [Int]?
        /// Of each row; nil when no line has any.
        var attributes: [Attributes?]?
    }

    /// Reads all lines; those that are blank are passed over.
    ///
    /// - Throws: `badJSON`, `dimensionDiffers`, `dimensionOutOfRange`, `empty`, and what `IdentifierTable` throws.
    static func read(path: String) throws(VectorFileError) -> Rows {
        let file = try MappedFile(path: path)
        let decoder = JSONDecoder()
        var rows = Rows()
        var (lines, counts): ([Int], [Int]) = ([], [])
        var names: [[UInt8]?] = []
        var attributes: [Attributes?] = []
        try file.forEachLine { line, bytes throws(VectorFileError) in
            guard let row = try JSONLine.decode(bytes, decoder, path: path, line: line) else { return }
            for vector in row.vectors {
                if rows.count == 0 {
                    try MatrixLayout.check(dimension: vector.count, path: path)
                    rows.dimension = vector.count
                }
                guard vector.count == rows.dimension else {
                    throw .dimensionDiffers(
                        path: path, row: lines.count, expected: rows.dimension, found: vector.count)
                }
                rows.values += vector
                rows.count += 1
            }
            counts.append(row.vectors.count)
            lines.append(line)
            names.append(row.identifier)
            attributes.append(row.attributes)
        }
        guard rows.count > 0 else { throw .empty(path: path) }
        if rows.count != counts.count { rows.vectorCounts = counts }
        if attributes.contains(where: { $0 != nil }) { rows.attributes = attributes }
        rows.identifiers = try identifiers(names, lines: lines, path: path)
        return rows
    }

    /// Rows without a name are named by their number; when no row has a name there are no identifiers at all.
    private static func identifiers(
        _ names: [[UInt8]?], lines: [Int], path: String
    ) throws(VectorFileError) -> [[UInt8]]? {
        guard names.contains(where: { $0 != nil }) else { return nil }
        var table = IdentifierTable(path: path)
        for (row, name) in names.enumerated() {
            try table.append(name ?? Array(String(row).utf8), line: lines[row])
        }
        return table.identifiers
    }
}
