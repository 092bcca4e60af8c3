// Loci, Apache License 2.0.

import Loci
import LociJSON

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A row that is to be added to a collection.
struct AddedRow {
    /// The number of the row of a file, from 0, or of the line of a stream, from 1.
    let number: Int
    /// nil for a row that is to be named by a number.
    let id: VectorID?
    let vectors: [[Float]]
    let attributes: Attributes?
}

/// The rows that are to be added to a collection, a batch at a time.
struct AddedRows {
    private enum Source {
        case file(VectorFile, [VectorID]?)
        case stream(JSONLinesStream)
    }

    /// What `--from` names standard input by.
    static let standardInput = "-"

    private let source: Source
    /// The next row of a file, and its first vector.
    private var (position, vectorPosition) = (0, 0)

    /// - Parameters:
    ///   - path: A file of vectors, or `standardInput`.
    ///   - ids: A file of the rows' identifiers.
    /// - Throws: `VectorFileError`, `LociError.identifierCount`.
    init(from path: String, ids: String?) throws {
        guard path != Self.standardInput else {
            source = .stream(
                JSONLinesStream(descriptor: STDIN_FILENO, name: "standard input") {
                    Interrupt.waitForInput(STDIN_FILENO)
                    try Interrupted.check()
                })
            return
        }
        let file = try VectorFile.open(path)
        let identifiers = try ids.map { try IdentifierFile.read($0).map(VectorID.init(bytes:)) } ?? file.vectorIDs
        let count = file.vectorCounts?.count ?? file.count
        if let identifiers, identifiers.count != count {
            throw LociError.identifierCount(identifiers: identifiers.count, vectors: count)
        }
        source = .file(file, identifiers)
    }

    /// The number of all rows; nil when only the end of a stream will tell.
    var count: Int? {
        if case .file(let file, _) = source { file.vectorCounts?.count ?? file.count } else { nil }
    }

    /// The next rows.
    /// - Returns: So many, or fewer at the end. Of a stream not more is waited for.
    /// - Throws: `VectorFileError`, `Interrupted`.
    mutating func next(_ limit: Int) throws -> [AddedRow] {
        var rows: [AddedRow] = []
        switch source {
        case .file(let file, let identifiers):
            let count = file.vectorCounts?.count ?? file.count
            while rows.count < limit, position < count {
                let vectors = vectorPosition..<vectorPosition + (file.vectorCounts?[position] ?? 1)
                rows.append(
                    AddedRow(
                        number: position, id: identifiers?[position], vectors: try vectors.map { try file.row($0) },
                        attributes: file.attributes?[position]))
                (position, vectorPosition) = (position + 1, vectors.upperBound)
            }
        case .stream(let stream):
            while rows.count < limit, let row = try stream.next() {
                try Interrupted.check()
                rows.append(
                    AddedRow(
                        number: row.line, id: row.identifier.map(VectorID.init(bytes:)), vectors: row.vectors,
                        attributes: row.attributes))
            }
        }
        return rows
    }

    /// Where a row stands, for messages.
    func place(of row: AddedRow) -> String {
        switch source {
        case .file(let file, _): "\(file.path), row \(row.number)"
        case .stream(let stream): "\(stream.name), line \(row.number)"
        }
    }
}
