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

@Suite struct WriterTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @discardableResult
    private func write(_ name: String, _ rows: [[Float]], identifiers: [[UInt8]]? = nil) throws -> String {
        let path = folder.file(name)
        let writer = try VectorFileWriter(path: path, dimension: rows[0].count)
        for (index, row) in rows.enumerated() {
            try writer.append(row, identifier: identifiers?[index])
        }
        try writer.finish()
        return path
    }

    @Test func writesTheBytesOfEachFormat() throws {
        let rows: [[Float]] = [[1, -2], [0.1, 3]]
        let flat = bytes(rows.flatMap { $0 })
        #expect(
            try TestFile.read(write("a.fvecs", rows))
                == [2, 0, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 2, 0, 0, 0, 0xCD, 0xCC, 0xCC, 0x3D, 0, 0, 0x40, 0x40])
        #expect(try TestFile.read(write("a.fbin", rows)) == [2, 0, 0, 0, 2, 0, 0, 0] + flat)
        let dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"
        let header =
            [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0] + Array(dictionary.utf8)
            + [UInt8](repeating: 0x20, count: 117 - dictionary.utf8.count) + [0x0A]
        #expect(header.count == 128)
        #expect(try TestFile.read(write("a.npy", rows)) == header + flat)
        #expect(try TestFile.text(write("a.jsonl", rows)) == "{\"vector\": [1.0, -2.0]}\n{\"vector\": [0.1, 3.0]}\n")
        #expect(
            try TestFile.text(write("b.jsonl", rows, identifiers: [Array("a\"".utf8), [0xFF, 0]]))
                == """
                {"id": "a\\"", "vector": [1.0, -2.0]}
                {"id": {"base64": "/wA="}, "vector": [0.1, 3.0]}

                """)
        #expect(try folder.names == ["a.fbin", "a.fvecs", "a.jsonl", "a.npy", "b.jsonl"])
    }

    @Test func whatIsWrittenReadsBackBitForBit() throws {
        var generator = SeededGenerator(fresh: #function)
        let seed = generator.seed
        for _ in 0..<TestSettings.iterations(20) {
            let dimension = Int.random(in: 1...40, using: &generator)
            let rows = (0..<Int.random(in: 1...20, using: &generator)).map { _ in
                (0..<dimension).map { _ -> Float in
                    let value = Float(bitPattern: UInt32.random(in: .min ... .max, using: &generator))
                    return value.isFinite ? value : 0
                }
            }
            let identifiers = rows.indices.map { index in
                bytes(UInt16(index))
                    + (0..<Int.random(in: 0...9, using: &generator)).map { _ in
                        UInt8.random(in: 0...255, using: &generator)
                    }
            }
            for name in ["a.fvecs", "a.fbin", "a.npy", "a.jsonl"] {
                let hasIdentifiers = name == "a.jsonl"
                let path = try write(name, rows, identifiers: hasIdentifiers ? identifiers : nil)
                let file = try VectorFile.open(path)
                let read = try LociFilesTests.rows(file)
                #expect(read.map { $0.map(\.bitPattern) } == rows.map { $0.map(\.bitPattern) }, "\(name), seed \(seed)")
                #expect(file.identifiers == (hasIdentifiers ? identifiers : nil), "\(name), seed \(seed)")
            }
        }
    }

    @Test func binaryFormatsKeepNumbersThatAreNotFinite() throws {
        for name in ["a.fvecs", "a.fbin", "a.npy"] {
            let row = try VectorFile.open(write(name, [[.nan, -.infinity]])).row(0)
            #expect(row[0].isNaN && row[1] == -.infinity)
        }
        let path = folder.file("a.jsonl")
        let writer = try VectorFileWriter(path: path, dimension: 1)
        try writer.append([0])
        #expect(failure { try writer.append([.infinity]) } == .notFinite(path: path, row: 1))
        // A row that is refused leaves no trace.
        try writer.append([1])
        try writer.finish()
        #expect(try TestFile.text(path) == "{\"vector\": [0.0]}\n{\"vector\": [1.0]}\n")
    }

    @Test func nothingIsLeftOfWhatIsNotFinished() throws {
        for name in ["a.fvecs", "a.fbin", "a.npy", "a.jsonl"] {
            do {
                let writer = try VectorFileWriter(path: folder.file(name), dimension: 2)
                try writer.append([1, 2])
                let names = try folder.names
                #expect(names.count == 1 && names[0].hasSuffix(".partial"))
                #expect(writer.count == 1)
            }
            #expect(try folder.names == [])
        }
        let path = folder.file("a.npy")
        let writer = try VectorFileWriter(path: path, dimension: 2)
        #expect(failure { try writer.finish() } == .empty(path: path))
        #expect(try folder.names == [])
        #expect(failure { try writer.append([1, 2]) } == .writerClosed(path: path))
    }

    @Test func anOldFileStaysUntilTheNewOneIsWhole() throws {
        let path = try folder.write("a.fbin", text: "old")
        let writer = try VectorFileWriter(path: path, dimension: 1)
        try writer.append([1])
        #expect(try TestFile.text(path) == "old")
        try writer.finish()
        #expect(try VectorFile.open(path).row(0) == [1])
        #expect(failure { try writer.finish() } == .writerClosed(path: path))
        #expect(failure { try writer.append([1]) } == .writerClosed(path: path))
        #expect(try folder.names == ["a.fbin"])
    }

    @Test func aLinkStaysALink() throws {
        let target = try folder.write("target.fbin", text: "old")
        let link = folder.file("link.fbin")
        #expect(symlink(target, link) == 0)
        try write("link.fbin", [[1]])
        #expect(try VectorFile.open(target).row(0) == [1])
        var status = stat()
        #expect(lstat(link, &status) == 0)
        #expect(status.st_mode & S_IFMT == S_IFLNK)
    }

    @Test func refusesWhatItCannotWrite() throws {
        for format in VectorFileFormat.allCases where !format.isWritable {
            let path = folder.file("a.\(format.rawValue)")
            #expect(
                failure { try VectorFileWriter(path: path, dimension: 1) }
                    == .notWritable(path: path, format: format, writable: [.fvecs, .fbin, .npy, .jsonl]))
        }
        #expect(
            failure { try VectorFileWriter(path: "a.txt", dimension: 1) } == .unknownExtension(path: "a.txt"))
        for dimension in [0, -1, 65_537] {
            #expect(
                failure { try VectorFileWriter(path: folder.file("a.npy"), dimension: dimension) }
                    == .dimensionOutOfRange(path: folder.file("a.npy"), dimension: dimension, limit: 65_536))
        }
        let path = folder.file("a.fbin")
        let writer = try VectorFileWriter(path: path, dimension: 2)
        #expect(
            failure { try writer.append([1]) } == .dimensionDiffers(path: path, row: 0, expected: 2, found: 1))
        #expect(
            failure { try writer.append([1, 2], identifier: [1]) } == .identifiersNotHeld(path: path, format: .fbin))
    }

    @Test func theSystemsRefusalsAreNamed() throws {
        #expect(
            failure { try VectorFileWriter(path: folder.path, dimension: 1, format: .npy) }
                == .isDirectory(path: folder.path))
        #expect(
            failure { try VectorFileWriter(path: "/dev/null", dimension: 1, format: .npy) }
                == .notRegularFile(path: "/dev/null"))
        for path in [folder.file("none/a.npy"), "", "a\0.npy"] {
            guard case .cannotWrite = failure({ try VectorFileWriter(path: path, dimension: 1, format: .npy) }) else {
                Issue.record("\(path)")
                return
            }
        }
    }

    /// A descriptor that is open for reading only fails to be written, as a full disk does.
    @Test func aFailedWriteRemovesTheFile() throws {
        let path = folder.file("a")
        let temporary = try folder.write("b.partial", [1])
        let descriptor = open(temporary, O_RDONLY)
        let file = ReplacingFile(path: path, destination: path, temporary: temporary, descriptor: descriptor)
        guard case .cannotWrite(path, _) = failure({ try file.write([UInt8](repeating: 0, count: 300_000)) }) else {
            Issue.record("the write succeeded")
            return
        }
        #expect(try folder.names == [])
        #expect(failure { try file.write([0]) } == .writerClosed(path: path))
        #expect(failure { try file.commit() } == .writerClosed(path: path))
    }

    #if os(Linux)
    @Test func aFullDiskIsNamed() throws {
        let path = folder.file("a")
        let file = ReplacingFile(
            path: path, destination: path, temporary: folder.file("b"), descriptor: open("/dev/full", O_WRONLY))
        try file.write([1])
        #expect(failure { try file.commit() } == .cannotWrite(path: path, reason: systemMessage(ENOSPC)))
    }
    #endif

    @Test func aRenameThatFailsRemovesTheFile() throws {
        let path = folder.file("a.fbin")
        let writer = try VectorFileWriter(path: path, dimension: 1)
        try writer.append([1])
        mkdir(path, 0o700)
        defer { rmdir(path) }
        guard case .cannotWrite(path, _) = failure({ try writer.finish() }) else {
            Issue.record("a directory was replaced")
            return
        }
        #expect(try folder.names == ["a.fbin"])
    }

    @Test func writesNeighborsAsJSONLines() throws {
        let path = folder.file("results.jsonl")
        let writer = try NeighborsWriter(path: path)
        try writer.append(
            query: 0,
            neighbors: [
                FileNeighbor(identifier: Array("é\\\"\n\r\t\u{1}\u{1F}\u{7F}".utf8), distance: 0.5),
                FileNeighbor(identifier: [0xC3, 0x28], distance: -1e-7),
            ])
        try writer.append(query: 1, neighbors: [])
        #expect(
            failure { try writer.append(query: 2, neighbors: [FileNeighbor(identifier: [1], distance: .nan)]) }
                == .notFinite(path: path, row: 2))
        try writer.finish()
        #expect(
            try TestFile.text(path) == #"""
                {"query": 0, "neighbors": [{"id": "é\\\"\n\r\t\u0001\u001f\#u{7F}", "distance": 0.5}, {"id": {"base64": "wyg="}, "distance": -1e-07}]}
                {"query": 1, "neighbors": []}

                """#)
        #expect(try folder.names == ["results.jsonl"])
    }
}
