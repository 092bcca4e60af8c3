// Loci, Apache License 2.0.

import CZlib

/// Inflates a mapped gzip file piece by piece, so that the reader can stop where it has enough.
///
/// Members that follow one another are one stream, as gzip has it; anything else after the last is an error.
final class GzipReader {
    private let path: String
    private let file: MappedFile
    // zlib keeps the address of the stream and refuses to go on when it has moved.
    private let stream: UnsafeMutablePointer<z_stream>
    private var consumed = 0
    private var isAtEnd = false

    /// Prepares to inflate `file`; `path` is for messages.
    init(path: String, file: MappedFile) throws(VectorFileError) {
        self.path = path
        self.file = file
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 is the largest window; 16 asks for gzip and nothing else.
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw .cannotRead(path: path, reason: "zlib cannot start (\(status))")
        }
    }

    deinit {
        // Harmless when the start failed: the state is nil then.
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Inflates until `output` holds `total` bytes or the stream ends.
    ///
    /// The array grows with what is inflated, to twice that at most, so that a false promise in a header costs nothing.
    ///
    /// - Throws: `badGzip`.
    func fill(_ output: inout [UInt8], upTo total: Int) throws(VectorFileError) {
        while output.count < total, !isAtEnd {
            let known = output.count
            let piece = min(total - known, max(known, 65_536))
            output.append(contentsOf: repeatElement(0, count: piece))
            let outcome: Result<Int, VectorFileError> = output.withUnsafeMutableBytes { bytes in
                do throws(VectorFileError) {
                    return .success(try inflatePiece(UnsafeMutableRawBufferPointer(rebasing: bytes[known...])))
                } catch {
                    return .failure(error)
                }
            }
            output.removeLast(piece - (try outcome.get()))
        }
    }

    /// Whether the stream, its checksum and the file end here.
    ///
    /// - Throws: `badGzip`.
    func endsHere() throws(VectorFileError) -> Bool {
        var surplus: [UInt8] = []
        try fill(&surplus, upTo: 1)
        return surplus.isEmpty
    }

    /// Inflates into `target` until it is full or the stream ends, and returns the bytes written.
    private func inflatePiece(_ target: UnsafeMutableRawBufferPointer) throws(VectorFileError) -> Int {
        try file.withUnsafeBytes { input throws(VectorFileError) in
            var written = 0
            while written < target.count, !isAtEnd {
                // zlib counts in 32 bits.
                let given = min(input.count - consumed, 1 << 30)
                let room = min(target.count - written, 1 << 30)
                let source = UnsafeMutableRawBufferPointer(mutating: input)
                stream.pointee.next_in = source.baseAddress?.advanced(by: consumed)
                    .assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_in = UInt32(given)
                stream.pointee.next_out = target.baseAddress?.advanced(by: written)
                    .assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = UInt32(room)
                let status = inflate(stream, Z_NO_FLUSH)
                let taken = given - Int(stream.pointee.avail_in)
                let made = room - Int(stream.pointee.avail_out)
                consumed += taken
                written += made
                switch status {
                case Z_OK where taken > 0 || made > 0: break
                case Z_STREAM_END: try endMember(input)
                case Z_OK, Z_BUF_ERROR: throw .badGzip(path: path, reason: "the stream is cut short")
                default: throw .badGzip(path: path, reason: message(status))
                }
            }
            return written
        }
    }

    /// Ends the stream with the file, or goes on with another member.
    private func endMember(_ input: UnsafeRawBufferPointer) throws(VectorFileError) {
        guard consumed < input.count else {
            isAtEnd = true
            return
        }
        guard input.count - consumed >= 2, input[consumed] == 0x1F, input[consumed + 1] == 0x8B else {
            throw .badGzip(path: path, reason: "\(input.count - consumed) bytes follow that are not gzip")
        }
        inflateReset(stream)
    }

    private func message(_ status: Int32) -> String {
        stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)"
    }
}

extension MatrixLayout {
    /// Inflates gzip'd IDX data and lays it out.
    ///
    /// - Throws: what `IDXHeader` throws, `badGzip`, and `inflatesPastHeader` as soon as there is one byte too many.
    static func idxGzip(path: String, file: MappedFile) throws(VectorFileError) -> (MatrixSource, MatrixLayout) {
        file.expectSequentialReading()
        let reader = try GzipReader(path: path, file: file)
        var bytes: [UInt8] = []
        try reader.fill(&bytes, upTo: IDXHeader.fixedBytes)
        let header = try IDXHeader(path: path, fixed: bytes)
        try reader.fill(&bytes, upTo: header.size)
        let shape = try header.shape(path: path, header: bytes)
        let (values, overflow) = shape.count.multipliedReportingOverflow(by: shape.dimension * header.element.size)
        let (expected, sumOverflow) = values.addingReportingOverflow(header.size)
        guard !overflow, !sumOverflow else { throw .sizeOverflow(path: path) }
        try reader.fill(&bytes, upTo: expected)
        if bytes.count == expected {
            guard try reader.endsHere() else { throw .inflatesPastHeader(path: path, expected: expected) }
        }
        let layout = try MatrixLayout(
            path: path, count: shape.count, dimension: shape.dimension, element: header.element, order: .big,
            header: header.size, size: bytes.count)
        return (.bytes(bytes), layout)
    }
}
