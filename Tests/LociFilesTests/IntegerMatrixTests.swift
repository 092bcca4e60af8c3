// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociFiles

@Suite struct IntegerMatrixTests {
    let folder: TemporaryFolder
    let matrix: IntegerMatrix

    init() throws {
        folder = try TemporaryFolder()
        matrix = try IntegerMatrix(count: 2, columns: 3, values: [1, -2, .max, .min, 5, 6])
    }

    private func read(_ name: String, _ bytes: [UInt8]) throws -> IntegerMatrix {
        try IntegerMatrix.read(folder.write(name, bytes))
    }

    private func array<Value: FixedWidthInteger>(_ type: String, _ shape: String, _ values: Value...) -> [UInt8] {
        numpy("{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }", values.flatMap(littleEndianBytes))
    }

    @Test(arguments: ["a.ivecs", "a.ibin", "a.npy"])
    func roundTrips(_ name: String) throws {
        try matrix.write(to: folder.file(name))
        #expect(try IntegerMatrix.read(folder.file(name)) == matrix)
        #expect(try folder.names == [name])
    }

    @Test func writesTheBytesOfEachFormat() throws {
        let small = try IntegerMatrix(count: 1, columns: 2, values: [1, -1])
        try small.write(to: folder.file("a.ivecs"))
        #expect(try TestFile.read(folder.file("a.ivecs")) == [2, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255])
        try small.write(to: folder.file("a.ibin"))
        #expect(try TestFile.read(folder.file("a.ibin")) == [1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255])
        try small.write(to: folder.file("x"), format: .npy)
        let header = "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2), }"
        let bytes = try TestFile.read(folder.file("x"))
        #expect(bytes.count == 136)
        #expect(String(decoding: bytes[10...], as: UTF8.self).hasPrefix(header))
    }

    @Test func readsEveryIntegerType() throws {
        let expected = try IntegerMatrix(count: 2, columns: 2, values: [1, 2, 3, 4])
        #expect(try read("a.npy", array("<i4", "(2, 2)", 1, 2, 3, 4 as Int32)) == expected)
        #expect(try read("a.npy", array("<i8", "(2, 2)", 1, 2, 3, 4 as Int64)) == expected)
        #expect(try read("a.npy", array("<u4", "(2, 2)", 1, 2, 3, 4 as UInt32)) == expected)
        #expect(try read("a.npy", array("<u8", "(2, 2)", 1, 2, 3, 4 as UInt64)) == expected)
        #expect(try read("a.npy", array("|u1", "(2, 2)", 1, 2, 3, 4 as UInt8)) == expected)
        #expect(try read("a.u8bin", bytes(UInt32(2), 2) + [1, 2, 3, 4]) == expected)
        #expect(try read("a.idx", [0, 0, 12, 2] + bigEndian(2, 2, 1, 2, 3, 4 as Int32)) == expected)
        #expect(try read("a.gz", gzip([0, 0, 8, 2] + bigEndian(UInt32(2), 2) + [1, 2, 3, 4])) == expected)
        #expect(try read("a.npy", array("<i4", "(2, 2)", 1, 2, 3, 4 as Int32))[row: 1] == [3, 4])
    }

    @Test func aListIsOneColumn() throws {
        let list = try read("a.npy", array("<i8", "(3,)", 7, 8, 9 as Int64))
        #expect(list == (try IntegerMatrix(count: 3, columns: 1, values: [7, 8, 9])))
    }

    @Test func passesOverTheDistancesOfBigANN() throws {
        let truth = bytes(UInt32(1), 2) + bytes(Int32(4), 5) + bytes([0.5, 0.75])
        #expect(try read("a.ibin", truth).values == [4, 5])
        #expect(failure { try VectorFile.open(folder.file("a.ibin")) } != nil)
        #expect(failure { try read("a.ibin", Array(truth.dropLast(4))) } != nil)
    }

    @Test func namesTheIntegerThatDoesNotFit() throws {
        let path = folder.file("a.npy")
        #expect(
            failure { try read("a.npy", array("<i8", "(2, 2)", 0, 0, 0, 1 << 31 as Int64)) }
                == .integerOutOfRange(path: path, row: 1, column: 1, value: "2147483648"))
        #expect(
            failure { try read("a.npy", array("<u8", "(1, 2)", 0, UInt64.max)) }
                == .integerOutOfRange(path: path, row: 0, column: 1, value: "18446744073709551615"))
    }

    @Test func refusesWhatIsNotIntegers() throws {
        for sample in try Sample.all() where ["a.fvecs", "a.fbin", "f4.npy", "f2.npy", "a.jsonl"].contains(sample.name)
        {
            guard case .unsupportedType = failure({ try read(sample.name, sample.bytes) }) else {
                Issue.record("\(sample.name)")
                return
            }
        }
        let path = try folder.write("a.ivecs", bytes(Int32(1), 7, 2, 8))
        #expect(
            failure { try IntegerMatrix.read(path) } == .dimensionDiffers(path: path, row: 1, expected: 1, found: 2))
    }

    @Test func shapesMustAgree() throws {
        for (count, columns) in [(2, 2), (-1, -6), (.max, 2), (0, 0)] {
            #expect(
                failure { try IntegerMatrix(count: count, columns: columns, values: [1, 2, 3, 4, 5, 6]) }
                    == .shapeMismatch(count: count, columns: columns, values: 6))
        }
        let path = folder.file("a.ivecs")
        #expect(
            failure { try IntegerMatrix(count: 0, columns: 3, values: []).write(to: path) } == .empty(path: path))
        #expect(
            failure { try IntegerMatrix(count: 3, columns: 0, values: []).write(to: path) }
                == .dimensionOutOfRange(path: path, dimension: 0, limit: 65_536))
        #expect(
            failure { try matrix.write(to: "a.fvecs") }
                == .notWritable(path: "a.fvecs", format: .fvecs, writable: [.ivecs, .ibin, .npy]))
    }
}
