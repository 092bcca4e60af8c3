// Loci, Apache License 2.0.

import LociIndex

/// A query as bytes: 32-bit floats, little-endian, at any address.
enum QueryBytes {
    private static let componentBytes = MemoryLayout<Float>.size

    /// The number of components.
    /// - Throws: `IndexError.parameter` for bytes that are no whole floats.
    static func dimension(of query: RawSpan) throws(IndexError) -> Int {
        guard query.byteCount % componentBytes == 0 else {
            throw .parameter(
                name: "query", value: "\(query.byteCount) bytes",
                allowed: "32-bit floats, of \(componentBytes) bytes each")
        }
        return query.byteCount / componentBytes
    }

    /// The components.
    static func vector(of query: RawSpan) -> [Float] {
        let dimension = query.byteCount / componentBytes
        return [Float](unsafeUninitializedCapacity: dimension) { buffer, count in
            query.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
            count = dimension
        }
    }
}
