// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociFiles

/// What the headers of the binary formats may say, and what is refused.
@Suite struct HeaderTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func open(_ name: String, _ bytes: [UInt8]) throws -> VectorFile {
        try VectorFile.open(folder.write(name, bytes))
    }

    @Test func texmexRowsMustAgreeInDimension() throws {
        let path = folder.file("a.fvecs")
        // As long as two rows of two, so only reading the row can tell.
        let file = try open("a.fvecs", bytes(Int32(2), 0, 0) + bytes(Int32(1), 0, 0))
        #expect(try file.row(0) == [0, 0])
        #expect(
            failure { try file.row(1) } == .dimensionDiffers(path: path, row: 1, expected: 2, found: 1))
        #expect(
            failure { try open("a.fvecs", bytes(Int32(2), 0, 0) + bytes(Int32(1), 0)) }
                == .dimensionDiffers(path: path, row: 1, expected: 2, found: 1))
        #expect(
            failure { try open("a.fvecs", bytes(Int32(2), 0, 0) + bytes(Int32(2), 0)) }
                == .truncated(path: path, expected: 24, found: 20))
        #expect(failure { try open("a.fvecs", [1, 0, 0]) } == .truncated(path: path, expected: 4, found: 3))
    }

    @Test(arguments: [0, -1, 65_537, Int32.max, Int32.min])
    func dimensionsAreLimited(_ dimension: Int32) throws {
        #expect(
            failure { try open("a.ivecs", bytes(dimension, 0)) }
                == .dimensionOutOfRange(path: folder.file("a.ivecs"), dimension: Int(dimension), limit: 65_536))
        let unsigned = UInt32(bitPattern: dimension)
        #expect(
            failure { try open("a.fbin", bytes(1, unsigned, 0)) }
                == .dimensionOutOfRange(path: folder.file("a.fbin"), dimension: Int(unsigned), limit: 65_536))
    }

    @Test func theLargestDimensionIsRead() throws {
        let file = try open("a.u8bin", bytes(UInt32(1), 65_536) + [UInt8](repeating: 9, count: 65_536))
        #expect(try file.row(0) == [Float](repeating: 9, count: 65_536))
    }

    @Test func bigANNHeadersAreCheckedAgainstTheFile() throws {
        let path = folder.file("a.fbin")
        #expect(failure { try open("a.fbin", bytes(UInt32(1))) } == .truncated(path: path, expected: 8, found: 4))
        #expect(failure { try open("a.fbin", bytes(UInt32(0), 4)) } == .empty(path: path))
        #expect(
            failure { try open("a.fbin", bytes(UInt32(2), 1, 0)) } == .truncated(path: path, expected: 16, found: 12))
        #expect(
            failure { try open("a.fbin", bytes(UInt32(1), 1, 0, 0)) }
                == .trailingBytes(path: path, expected: 12, found: 16))
        #expect(
            failure { try open("a.fbin", bytes(UInt32.max, 65_536)) }
                == .truncated(path: path, expected: 8 + Int(UInt32.max) * 65_536 * 4, found: 8))
    }

    @Test(
        arguments: [
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }", [[1], [2]]),
            ("{\"shape\":(2,1),\"descr\":\"=f4\",\"fortran_order\":False}\n", [[1], [2]]),
            (" { 'descr' : '|f4' , 'fortran_order' : False , 'shape' : ( 1L , 2L ) } ", [[1, 2]]),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", [[1, 2]]),
        ] as [(String, [[Float]])])
    func readsNumpyDictionaries(_ dictionary: String, _ expected: [[Float]]) throws {
        #expect(try rows(open("a.npy", numpy(dictionary, bytes([1, 2])))) == expected)
    }

    @Test(arguments: [2, 3] as [UInt8])
    func readsLaterNumpyVersions(_ version: UInt8) throws {
        let dictionary = Array("{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2), }\n".utf8)
        let header = [0x93] + Array("NUMPY".utf8) + [version, 0] + bytes(UInt32(dictionary.count))
        #expect(try open("a.npy", header + dictionary + bytes(Int32(-5), 70_000)).row(0) == [-5, 70_000])
    }

    @Test(arguments: [
        "", "{", "{}", "[]", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), } x",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1, 1)}", "{'descr': <f4, 'fortran_order': False}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1, 1)}", "{'descr': '<f4",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 1)}", "{'descr': '<f4' 'shape': (1, 1)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': [1, 1]}", "{'other': '<f4'}", "{'descr': '<f4', 'shape': (1",
    ])
    func refusesOtherDictionaries(_ dictionary: String) throws {
        let error = failure { try open("a.npy", numpy(dictionary, bytes([1]))) }
        guard case .badHeader = error else {
            Issue.record("\(dictionary): \(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["<f8", ">f4", ">i4", "<i2", "|S4", "<c8", "|b1", "", "<i8", "<u4", "<u8", "f4"])
    func refusesOtherNumpyTypesByName(_ type: String) throws {
        let dictionary = "{'descr': '\(type)', 'fortran_order': False, 'shape': (1, 1), }"
        let error = failure { try open("a.npy", numpy(dictionary, [UInt8](repeating: 0, count: 8))) }
        guard case .unsupportedType(_, let found, let remedy) = error else {
            // The size is checked first, and is right for the 8-byte types only.
            #expect(type == "<u4")
            return
        }
        #expect(remedy.contains("astype"))
        #expect(found.contains(type) || ["int64", "uint64"].contains(found))
    }

    @Test func refusesOtherNumpyLayouts() throws {
        let path = folder.file("a.npy")
        let fortran = "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }"
        guard case .unsupportedLayout = failure({ try open("a.npy", numpy(fortran, bytes([1]))) }) else {
            Issue.record("Fortran order")
            return
        }
        for shape in ["()", "(1, 1, 1)"] {
            let dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
            guard case .unsupportedLayout = failure({ try open("a.npy", numpy(dictionary, bytes([1]))) }) else {
                Issue.record("\(shape)")
                return
            }
        }
        let records = "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }"
        guard case .unsupportedType = failure({ try open("a.npy", numpy(records, bytes([1]))) }) else {
            Issue.record("records")
            return
        }
        let huge = "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 4), }"
        #expect(failure { try open("a.npy", numpy(huge, bytes([1]))) } == .sizeOverflow(path: path))
        let huger = "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 4), }"
        #expect(failure { try open("a.npy", numpy(huger, bytes([1]))) } == .sizeOverflow(path: path))
        let none = "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4), }"
        #expect(failure { try open("a.npy", numpy(none, [])) } == .empty(path: path))
    }

    @Test func refusesOtherNumpyPreambles() throws {
        let path = folder.file("a.npy")
        let magic = [0x93] + Array("NUMPY".utf8)
        #expect(failure { try open("a.npy", magic) } == .truncated(path: path, expected: 10, found: 6))
        #expect(failure { try open("a.npy", magic + [2, 0, 0, 0]) } == .truncated(path: path, expected: 12, found: 10))
        for bad in [magic + [4, 0, 1, 0, 0, 0], magic + [2, 0, 0, 0, 1, 0], Array("PK\u{3}\u{4} a zip".utf8)] {
            guard case .badHeader = failure({ try open("a.npy", bad) }) else {
                Issue.record("\(bad)")
                return
            }
        }
    }

    @Test func readsIDXOfEachType() throws {
        #expect(try rows(open("a.idx", [0, 0, 8, 1] + bigEndian(UInt32(2)) + [7, 9])) == [[7], [9]])
        #expect(try rows(open("a.idx", [0, 0, 12, 2] + bigEndian(1, 2, -3, 70_000 as Int32))) == [[-3, 70_000]])
        let floats = bigEndian(Float(0.1).bitPattern, Float(-2).bitPattern)
        #expect(try rows(open("a.idx", [0, 0, 13, 2] + bigEndian(UInt32(1), 2) + floats)) == [[0.1, -2]])
        #expect(try open("a.idx", [0, 0, 8, 4] + bigEndian(UInt32(1), 2, 1, 3) + [1, 2, 3, 4, 5, 6]).dimension == 6)
    }

    @Test func refusesOtherIDX() throws {
        let path = folder.file("a.idx")
        for (code, name) in [(9, "int8"), (11, "int16"), (14, "float64"), (1, "0x1")] as [(UInt8, String)] {
            let error = failure { try open("a.idx", [0, 0, code, 1] + bigEndian(UInt32(1)) + [7]) }
            guard case .unsupportedType(_, let type, _) = error else {
                Issue.record("\(code)")
                return
            }
            #expect(type.contains(name))
        }
        for bad in [[1, 0, 8, 1], [0, 1, 8, 1], [0, 0, 8, 0]] as [[UInt8]] {
            guard case .badHeader = failure({ try open("a.idx", bad + bigEndian(UInt32(1)) + [7]) }) else {
                Issue.record("\(bad)")
                return
            }
        }
        #expect(failure { try open("a.idx", [0, 0, 8]) } == .truncated(path: path, expected: 4, found: 3))
        #expect(failure { try open("a.idx", [0, 0, 8, 2, 0]) } == .truncated(path: path, expected: 12, found: 5))
        #expect(failure { try open("a.idx", [0, 0, 8, 2] + bigEndian(UInt32(0), 5)) } == .empty(path: path))
        let huge = [0, 0, 8, 4] + bigEndian(UInt32(1), .max, .max, .max)
        #expect(failure { try open("a.idx", huge) } == .sizeOverflow(path: path))
        let wide = [0, 0, 8, 2] + bigEndian(UInt32(1), 65_537)
        #expect(
            failure { try open("a.idx", wide) } == .dimensionOutOfRange(path: path, dimension: 65_537, limit: 65_536))
    }

    @Test func theSystemsRefusalsAreNamed() throws {
        let missing = folder.file("none.fbin")
        #expect(failure { try VectorFile.open(missing) } == .missing(path: missing))
        #expect(failure { try VectorFile.open(folder.file("none.txt")) } == .missing(path: folder.file("none.txt")))
        #expect(failure { try VectorFile.open(folder.path) } == .isDirectory(path: folder.path))
        #expect(failure { try VectorFile.open("/dev/null", format: .npy) } == .notRegularFile(path: "/dev/null"))
        for format in VectorFileFormat.allCases {
            let path = try folder.write("empty", [])
            #expect(failure { try VectorFile.open(path, format: format) } == .empty(path: path))
        }
        let zero = "a\0.fbin"
        guard case .cannotRead = failure({ try VectorFile.open(zero) }) else {
            Issue.record("a zero byte in the path")
            return
        }
    }
}
