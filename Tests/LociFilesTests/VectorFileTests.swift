// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociFiles

@Suite struct VectorFileTests {
    @Test(arguments: try Sample.all())
    func readsEachFormat(_ sample: Sample) throws {
        let folder = try TemporaryFolder()
        let file = try VectorFile.open(folder.write(sample.name, sample.bytes))
        #expect(file.count == 3)
        #expect(file.dimension == 4)
        #expect(try rows(file) == sample.rows)
        #expect((file.identifiers == nil) == (file.format != .jsonl))
    }

    @Test(arguments: try Sample.all())
    func readsIntoABufferWithoutTouchingTheRest(_ sample: Sample) throws {
        let folder = try TemporaryFolder()
        let file = try VectorFile.open(folder.write(sample.name, sample.bytes))
        var values = [Float](repeating: -1, count: 6)
        try values.withUnsafeMutableBufferPointer { try file.read(row: 1, into: $0) }
        #expect(values == sample.rows[1] + [-1, -1])
    }

    @Test(arguments: try Sample.all())
    func refusesEveryTruncation(_ sample: Sample) throws {
        let folder = try TemporaryFolder()
        for length in 0..<sample.bytes.count {
            let path = try folder.write(sample.name, Array(sample.bytes.prefix(length)))
            let error = failure { try rows(try VectorFile.open(path)) }
            // Some cuts fall between rows where the format has no count, and leave a whole, shorter file.
            if let file = try? VectorFile.open(path), let read = try? rows(file) {
                #expect([.fvecs, .bvecs, .ivecs, .jsonl].contains(file.format), "\(sample.name) cut to \(length)")
                #expect(read == Array(sample.rows.prefix(read.count)))
            } else {
                #expect(error != nil, "\(sample.name) cut to \(length)")
            }
        }
    }

    @Test(arguments: try Sample.all().filter { !$0.name.hasSuffix("jsonl") })
    func refusesEveryExtension(_ sample: Sample) throws {
        let folder = try TemporaryFolder()
        for extra in 1...9 {
            let path = try folder.write(sample.name, sample.bytes + [UInt8](repeating: 7, count: extra))
            #expect(failure { try rows(VectorFile.open(path)) } != nil, "\(sample.name) longer by \(extra)")
        }
    }

    @Test(arguments: try Sample.all())
    func refusesRowsOutOfRange(_ sample: Sample) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(sample.name, sample.bytes)
        let file = try VectorFile.open(path)
        for row in [-1, 3, .max, .min] {
            #expect(failure { try file.row(row) } == .rowOutOfRange(path: path, row: row, count: 3))
        }
    }

    @Test func refusesASmallBuffer() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.fbin", bytes(UInt32(1), 2) + bytes([1, 2]))
        let file = try VectorFile.open(path)
        var short: [Float] = [0]
        let error = failure { try short.withUnsafeMutableBufferPointer { try file.read(row: 0, into: $0) } }
        #expect(error == .bufferTooSmall(path: path, needed: 2, given: 1))
        let none = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
        #expect(failure { try file.read(row: 0, into: none) } == .bufferTooSmall(path: path, needed: 2, given: 0))
    }

    @Test func passesOnNumbersThatAreNotFinite() throws {
        let folder = try TemporaryFolder()
        let file = try VectorFile.open(
            folder.write("a.fbin", bytes(UInt32(1), 3) + bytes([.nan, .infinity, -.infinity])))
        let row = try file.row(0)
        #expect(row[0].isNaN)
        #expect(row[1...] == [.infinity, -.infinity])
    }

    @Test func aGivenFormatOverridesTheName() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("vectors.dat", bytes(UInt32(1), 2) + [3, 4])
        #expect(try VectorFile.open(path, format: .u8bin).row(0) == [3, 4])
        #expect(failure { try VectorFile.open(path) } == .unknownExtension(path: path))
    }

    @Test func manyThreadsReadRowsAtOnce() async throws {
        let folder = try TemporaryFolder()
        let vectors = try ClusteredVectors(count: 200, dimension: 40, seed: 3)
        var paths: [String] = []
        for name in ["a.fbin", "a.fvecs", "a.jsonl"] {
            let path = folder.file(name)
            let writer = try VectorFileWriter(path: path, dimension: 40)
            for row in 0..<200 { try writer.append(vectors.row(row)) }
            try writer.finish()
            paths.append(path)
        }
        for path in paths {
            let file = try VectorFile.open(path)
            let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
                for task in 0..<8 {
                    group.addTask {
                        var wrong = 0
                        for step in 0..<200 {
                            let row = (step * 7 + task * 31) % 200
                            if try file.row(row) != vectors.row(row) { wrong += 1 }
                        }
                        return wrong
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(wrong == 0)
        }
    }

    @Test func aReplacedFileKeepsServingTheOldRows() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.fbin", bytes(UInt32(1), 1) + bytes([1]))
        let file = try VectorFile.open(path)
        let writer = try VectorFileWriter(path: path, dimension: 1)
        try writer.append([2])
        try writer.finish()
        #expect(try file.row(0) == [1])
        #expect(try VectorFile.open(path).row(0) == [2])
    }
}

@Suite struct VectorFileFormatTests {
    @Test(arguments: [
        ("a.fvecs", VectorFileFormat.fvecs), ("/x.y/b.BVECS", .bvecs), ("c.d.ivecs", .ivecs), ("a.fbin", .fbin),
        ("a.u8bin", .u8bin), ("a.ibin", .ibin), ("a.npy", .npy), ("a.jsonl", .jsonl), ("a.idx", .idx),
        ("train-images-idx3-ubyte", .idx), ("t10k-labels.idx1-ubyte", .idx), ("t10k-images-idx3-ubyte.gz", .idxGzip),
    ])
    func findsTheFormatByTheName(_ path: String, _ format: VectorFileFormat) {
        #expect(VectorFileFormat(path: path) == format)
    }

    @Test(arguments: ["", "/", "fvecs", "a", "a.txt", "a.npz", "a.fvecs/b", "a-idx-ubyte", "idx3-ubyte", "a-idxx-b"])
    func knowsNoOtherNames(_ path: String) {
        #expect(VectorFileFormat(path: path) == nil)
    }

    @Test func rawValuesAreStable() {
        #expect(
            VectorFileFormat.allCases.map(\.rawValue)
                == ["fvecs", "bvecs", "ivecs", "fbin", "u8bin", "ibin", "npy", "jsonl", "idx", "idx.gz"])
    }
}
