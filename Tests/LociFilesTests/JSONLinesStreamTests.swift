// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociFiles

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// JSON lines through a pipe that is fed a piece at a time, whenever the stream would wait.
@Suite struct JSONLinesStreamTests {
    /// The two ends of a pipe, and what is still to be put into it.
    private final class Feed {
        private var pieces: [[UInt8]]
        private let ends: (read: Int32, write: Int32)
        private var isOpen = true
        private(set) var waits = 0

        init(_ pieces: [[UInt8]]) throws {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw TestFailure("no pipe: errno \(errno)") }
            (self.pieces, self.ends) = (pieces.reversed(), (ends[0], ends[1]))
        }

        deinit {
            close(ends.read)
            if isOpen { close(ends.write) }
        }

        var stream: JSONLinesStream { JSONLinesStream(descriptor: ends.read, name: "pipe") { try self.feed() } }

        private func feed() throws {
            waits += 1
            guard let piece = pieces.popLast(), !piece.isEmpty else {
                if isOpen { close(ends.write) }
                isOpen = false
                return
            }
            guard write(ends.write, piece, piece.count) == piece.count else { throw TestFailure("errno \(errno)") }
        }
    }

    private func rows(_ stream: JSONLinesStream) throws -> [JSONLinesStream.Row] {
        var rows: [JSONLinesStream.Row] = []
        while let row = try stream.next() { rows.append(row) }
        return rows
    }

    private func rows(_ text: String) throws -> [JSONLinesStream.Row] {
        try rows(Feed([Array(text.utf8)]).stream)
    }

    private func row(_ line: Int, _ id: String?, _ vector: [Float]) -> JSONLinesStream.Row {
        JSONLinesStream.Row(line: line, identifier: id.map { Array($0.utf8) }, vectors: [vector], attributes: nil)
    }

    @Test func readsLinesAsFilesHaveThem() throws {
        let text = """
            {"vector": [1]}\r

              \t
            {"id": "b", "vector": [2, 3], "more": null}
            {"id": 7, "vector": []}
            """
        #expect(try rows(text) == [row(1, nil, [1]), row(4, "b", [2, 3]), row(5, "7", [])])
        let several = JSONLinesStream.Row(line: 1, identifier: nil, vectors: [[1], [2, 3]], attributes: nil)
        #expect(try rows(#"{"vectors": [[1], [2, 3]]}"#) == [several])
        #expect(try rows("") == [] && rows("\n\r\n") == [])
    }

    /// A row is given before anything is waited for that comes after it.
    @Test func givesARowAsSoonAsItsLineIsWhole() throws {
        let feed = try Feed(
            [#"{"vector": [1]}"#, "\n{\"vec", "tor\": [2]}\n{\"vector\": [3]}\n"].map { Array($0.utf8) })
        let stream = feed.stream
        #expect(try stream.next() == row(1, nil, [1]))
        #expect(feed.waits == 2)
        #expect(try stream.next() == row(2, nil, [2]))
        #expect(try stream.next() == row(3, nil, [3]))
        #expect(feed.waits == 3)
        #expect(try stream.next() == nil)
    }

    @Test func isTheSameHoweverItIsCut() throws {
        var generator = SeededGenerator()
        let expected = (1...60).map { line in
            row(line, line % 3 == 0 ? "é\(line)" : nil, [Float](repeating: Float(line) / 8, count: line))
        }
        let text = expected.map { row in
            let id = row.identifier.map { "\"id\": \"\(String(decoding: $0, as: UTF8.self))\", " } ?? ""
            return "{\(id)\"vector\": \(row.vectors[0])}" + (row.line % 5 == 0 ? "\r\n" : "\n")
        }.joined()
        for largest in [1, 30, 1_000, 60_000] {
            var rest = Array(text.utf8)[...]
            var pieces: [[UInt8]] = []
            while !rest.isEmpty {
                pieces.append(Array(rest.prefix(Int.random(in: 1...largest, using: &generator))))
                rest = rest.dropFirst(pieces[pieces.count - 1].count)
            }
            #expect(try rows(Feed(pieces).stream) == expected, "pieces of up to \(largest) bytes")
        }
    }

    @Test(arguments: [
        (#"{"vector": [NaN]}"#, "line 3: "), (#"{"vector": ["1"]}"#, "line 3: vector[0]"), ("x", "line 3: "),
        (#"{"id": "a"}"#, "line 3: the key \"vector\" is missing"), (#"{"vector": [1]"#, "line 3: "),
        (#"{"id": "", "vector": [1]}"#, "line 3: the identifier is empty"),
        (#"{"id": ""# + String(repeating: "x", count: 481) + #"", "vector": [1]}"#, "line 3: the identifier has 481"),
    ])
    func namesTheLineThatIsWrongAndEnds(_ line: String, _ part: String) throws {
        let stream = try Feed([Array("{\"vector\": [0]}\n\n\(line)\n{\"vector\": [0]}\n".utf8)]).stream
        #expect(try stream.next() == row(1, nil, [0]))
        let error = #expect(throws: VectorFileError.self) { try stream.next() }
        #expect(error?.description.hasPrefix("pipe: \(part)") == true, "\(String(describing: error))")
        #expect(try stream.next() == nil)
    }

    @Test(arguments: [0, 1]) func linesHaveALimit(excess: Int) throws {
        let limit = VectorFileLimits.lineBytes
        let object = Array(#"{"vector": [1]}"#.utf8)
        let spaces = [UInt8](repeating: 0x20, count: limit + excess - object.count)
        let text = Array("\n".utf8) + object + spaces + Array("\r\n".utf8)
        let pieces = stride(from: 0, to: text.count, by: 65_536).map { Array(text[$0..<min(text.count, $0 + 65_536)]) }
        let stream = try Feed(pieces).stream
        if excess == 0 {
            #expect(try stream.next() == row(2, nil, [1]))
        } else {
            #expect(throws: VectorFileError.lineTooLong(path: "pipe", line: 2, limit: limit)) { try stream.next() }
        }
    }

    @Test func whatTheWaitThrowsEndsTheStream() throws {
        struct Stopped: Error {}
        let stopped = JSONLinesStream(descriptor: 0, name: "pipe") { throw Stopped() }
        #expect(throws: Stopped.self) { try stopped.next() }
        #expect(try stopped.next() == nil)
        let closed = JSONLinesStream(descriptor: -1, name: "pipe") {}
        #expect(throws: VectorFileError.cannotRead(path: "pipe", reason: systemMessage(EBADF))) { try closed.next() }
    }
}
