// Loci, Apache License 2.0.

/// Where the bytes of a matrix are: in a mapped file, or in memory after inflating or parsing.
enum MatrixSource: Sendable {
    case mapped(MappedFile)
    case bytes([UInt8])
    case floats([Float])

    /// The size in bytes.
    var size: Int {
        switch self {
        case .mapped(let file): file.size
        case .bytes(let bytes): bytes.count
        case .floats(let floats): floats.count * MemoryLayout<Float>.size
        }
    }

    /// Calls `body` with the bytes, which are valid until it returns.
    func withUnsafeBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(VectorFileError) -> Result
    ) throws(VectorFileError) -> Result {
        switch self {
        case .mapped(let file): try file.withUnsafeBytes(body)
        case .bytes(let bytes): try withBytes(of: bytes, body)
        case .floats(let floats): try withBytes(of: floats, body)
        }
    }

    /// The first bytes, up to `limit` of them: enough for a header.
    func prefix(_ limit: Int) throws(VectorFileError) -> [UInt8] {
        try withUnsafeBytes { bytes throws(VectorFileError) in [UInt8](bytes.prefix(limit)) }
    }

    /// The int32 at a byte offset, in little-endian order, or nil when the source ends before it does.
    func int32(at offset: Int) throws(VectorFileError) -> Int32? {
        try withUnsafeBytes { bytes throws(VectorFileError) in
            guard offset >= 0, offset <= bytes.count - 4 else { return nil }
            return Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
        }
    }

    // Array.withUnsafeBytes rethrows without saying what, so the typed error is carried around it.
    private func withBytes<Element, Result>(
        of array: [Element], _ body: (UnsafeRawBufferPointer) throws(VectorFileError) -> Result
    ) throws(VectorFileError) -> Result {
        let outcome: Swift.Result<Result, VectorFileError> = array.withUnsafeBytes { bytes in
            do throws(VectorFileError) {
                return .success(try body(bytes))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}
