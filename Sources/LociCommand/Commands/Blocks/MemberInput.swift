// Loci, Apache License 2.0.

import LociFiles
import LociMemory

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Members that are to be appended, a batch at a time.
protocol MemberInput {
    /// How many there are; nil where nobody knows.
    var total: Int? { get }

    /// The next members, by streams; nil at the end.
    mutating func next(_ limit: Int) throws -> [(stream: String, members: BlockMembers)]?
}

/// Members as lines of JSON.
struct LineMembers: MemberInput {
    private var lines: InputLines
    private let stream: String

    let total: Int? = nil

    init(from path: String, stream: String) throws {
        lines = try InputLines(from: path)
        self.stream = stream
    }

    mutating func next(_ limit: Int) throws -> [(stream: String, members: BlockMembers)]? {
        let defaultStream = stream
        let read = try lines.next(limit) { try MemberLine($0, line: $1, stream: defaultStream) }
        guard let first = read.first else { return nil }
        // Members of one stream stand together; those of a line with and without a vector cannot.
        var parts: [(stream: String, members: BlockMembers)] = []
        var (texts, vectors): ([String], [Float]) = ([], [])
        var stream = first.stream
        func close() {
            parts.append((stream, BlockMembers(count: texts.count, vectors: vectors, texts: texts)))
            (texts, vectors) = ([], [])
        }
        var hasVectors = first.vector != nil
        for member in read {
            if !member.stream.utf8.elementsEqual(stream.utf8) || (member.vector != nil) != hasVectors {
                close()
                (stream, hasVectors) = (member.stream, member.vector != nil)
            }
            texts.append(member.text)
            vectors += member.vector ?? []
        }
        close()
        return parts
    }
}

/// Members as rows of a file of vectors, with their payload in another.
struct VectorMembers: MemberInput {
    private let file: VectorFile
    private let stream: String
    private let payload: Data
    private var row = 0

    /// - Throws: `VectorFileError`, `MemoryError.badMembers` for a payload that cannot be shared equally.
    init(_ file: VectorFile, stream: String, payload path: String?) throws {
        (self.file, self.stream) = (file, stream)
        guard let path else {
            payload = Data()
            return
        }
        do {
            payload = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        } catch {
            throw VectorFileError.cannotRead(path: path, reason: "check the path")
        }
        guard file.count > 0, payload.count % file.count == 0 else {
            throw MemoryError.badMembers(
                reason: "\(payload.count) bytes of payload cannot be shared equally by \(file.count) members")
        }
    }

    var total: Int? { file.count }

    mutating func next(_ limit: Int) throws -> [(stream: String, members: BlockMembers)]? {
        let end = min(file.count, row + limit)
        guard row < end else { return nil }
        var members = BlockMembers(count: end - row)
        for row in row..<end { members.vectors += try file.row(row) }
        let share = payload.count / max(1, file.count)
        members.payload = [UInt8](payload[payload.startIndex + row * share..<payload.startIndex + end * share])
        row = end
        return [(stream, members)]
    }
}
