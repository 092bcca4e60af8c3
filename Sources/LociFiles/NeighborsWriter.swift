// Loci, Apache License 2.0.

/// A neighbour of a query, as results are written.
public struct FileNeighbor: Sendable, Equatable {
    /// The identifier, any bytes.
    public var identifier: [UInt8]

    /// The distance, finite.
    public var distance: Float

    /// Makes a neighbour.
    public init(identifier: [UInt8], distance: Float) {
        self.identifier = identifier
        self.distance = distance
    }
}

/// Writes the neighbours of queries as JSON lines: `{"query": 0, "neighbors": [{"id": "a", "distance": 0.5}]}`.
///
/// An identifier that is not UTF-8 is written as `{"base64": "..."}`. The file appears under its name, whole, when
/// `finish` is called; until then it is a hidden sibling, which is removed when writing fails or the writer is dropped.
public final class NeighborsWriter {
    /// The path as it was given.
    public let path: String

    private let file: ReplacingFile

    /// Creates a file, whatever its extension.
    ///
    /// - Throws: `isDirectory`, `notRegularFile`, `cannotWrite`.
    public init(path: String) throws(VectorFileError) {
        self.path = path
        file = try ReplacingFile(path: path)
    }

    /// Appends the neighbours of one query, nearest first.
    ///
    /// - Throws: `notFinite`; `cannotWrite`, after which the writer is closed; `writerClosed`.
    public func append(query: Int, neighbors: [FileNeighbor]) throws(VectorFileError) {
        try file.write(NeighborsWriter.line(path: path, query: query, neighbors: neighbors))
    }

    /// Gives the file its name and closes the writer; a file without queries is empty.
    ///
    /// - Throws: `cannotWrite`, `writerClosed`.
    public func finish() throws(VectorFileError) {
        try file.commit()
    }

    /// The line for one query, with its LF, for writing elsewhere than to a file.
    ///
    /// - Parameter path: a name for messages.
    /// - Throws: `notFinite`, with the number of the query as the row.
    public static func line(
        path: String, query: Int, neighbors: [FileNeighbor]
    ) throws(VectorFileError) -> [UInt8] {
        var line = Array(#"{"query": \#(query), "neighbors": ["#.utf8)
        for (position, neighbor) in neighbors.enumerated() {
            line += (position > 0 ? #", {"id": "# : #"{"id": "#).utf8
            JSONText.append(identifier: neighbor.identifier, to: &line)
            line += #", "distance": "#.utf8
            guard JSONText.append(neighbor.distance, to: &line) else { throw .notFinite(path: path, row: query) }
            line.append(UInt8(ascii: "}"))
        }
        line += "]}\n".utf8
        return line
    }
}
