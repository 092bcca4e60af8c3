// Loci, Apache License 2.0.

import CZlib
import Testing

@testable import LociFiles

/// Every row of a file.
func rows(_ file: VectorFile) throws -> [[Float]] {
    try (0..<file.count).map { try file.row($0) }
}

/// The error that `body` throws, or nil.
func failure<Result>(_ body: () throws -> Result) -> VectorFileError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? VectorFileError
    }
}

func bytes<Value: FixedWidthInteger>(_ values: Value...) -> [UInt8] {
    values.flatMap(littleEndianBytes)
}

func bigEndian<Value: FixedWidthInteger>(_ values: Value...) -> [UInt8] {
    values.flatMap { littleEndianBytes($0).reversed() }
}

func bytes(_ values: [Float]) -> [UInt8] {
    values.flatMap { littleEndianBytes($0.bitPattern) }
}

/// One gzip member.
func gzip(_ input: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    try #require(
        deflateInit2_(
            &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)) == Z_OK)
    defer { deflateEnd(&stream) }
    var input = input
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(input.count))) + 64)
    let size = output.count
    let status = input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(target.count)
            return deflate(&stream, Z_FINISH)
        }
    }
    try #require(status == Z_STREAM_END)
    output.removeLast(size - Int(stream.total_out))
    return output
}

/// A numpy file of version 1, without the padding that numpy adds.
func numpy(_ dictionary: String, _ data: [UInt8]) -> [UInt8] {
    [0x93] + Array("NUMPY".utf8) + [1, 0] + bytes(UInt16(dictionary.utf8.count)) + Array(dictionary.utf8) + data
}

/// A small valid file of a format.
struct Sample: CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var rows: [[Float]]

    var testDescription: String { name }

    /// One for each format and element type.
    static func all() throws -> [Sample] {
        let values: [[Float]] = [[1, 2, 3, 250], [5, 6, 7, 8], [9, 10, 11, 12]]
        let flat = values.flatMap { $0 }
        let small = flat.map { UInt8($0) }
        let wide = flat.flatMap { LociFilesTests.bytes(Int32($0)) }
        let shape = "'fortran_order': False, 'shape': (3, 4), }"
        let idx: [UInt8] = [0, 0, 0x08, 3] + bigEndian(UInt32(3), 2, 2) + small
        let lines = values.enumerated().map { "{\"id\": \"r\($0.offset)\", \"vector\": \($0.element), \"x\": [1]}\n" }
        return [
            Sample(
                name: "a.fvecs",
                bytes: values.flatMap { LociFilesTests.bytes(Int32(4)) + LociFilesTests.bytes($0) }, rows: values),
            Sample(
                name: "a.bvecs",
                bytes: values.flatMap { LociFilesTests.bytes(Int32(4)) + $0.map { UInt8($0) } }, rows: values),
            Sample(
                name: "a.ivecs",
                bytes: values.flatMap { [4, 0, 0, 0] + $0.flatMap { LociFilesTests.bytes(Int32($0)) } }, rows: values),
            Sample(
                name: "a.fbin", bytes: LociFilesTests.bytes(UInt32(3), 4) + LociFilesTests.bytes(flat), rows: values),
            Sample(name: "a.u8bin", bytes: LociFilesTests.bytes(UInt32(3), 4) + small, rows: values),
            Sample(name: "a.ibin", bytes: LociFilesTests.bytes(UInt32(3), 4) + wide, rows: values),
            Sample(
                name: "f4.npy", bytes: numpy("{'descr': '<f4', " + shape, LociFilesTests.bytes(flat)), rows: values),
            Sample(
                name: "f2.npy",
                bytes: numpy("{'descr': '<f2', " + shape, flat.flatMap { LociFilesTests.bytes(half($0)) }),
                rows: values),
            Sample(name: "u1.npy", bytes: numpy("{'descr': '|u1', " + shape, small), rows: values),
            Sample(name: "i4.npy", bytes: numpy("{'descr': '<i4', " + shape, wide), rows: values),
            Sample(name: "a.jsonl", bytes: Array(lines.joined().utf8), rows: values),
            Sample(name: "a.idx", bytes: idx, rows: values),
            Sample(name: "a.gz", bytes: try gzip(idx), rows: values),
        ]
    }

    /// The bits of binary16 for a whole number in 1 ..< 2048, which it holds exactly.
    private static func half(_ value: Float) -> UInt16 {
        UInt16(value.exponent + 15) << 10 | UInt16(truncatingIfNeeded: value.significandBitPattern >> 13)
    }
}
