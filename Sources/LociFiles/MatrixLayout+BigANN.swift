// Loci, Apache License 2.0.

extension MatrixLayout {
    /// Lays out `.fbin`, `.u8bin` and `.ibin`: little-endian uint32 count and dimension, then the rows.
    ///
    /// The format is that of the Big-ANN benchmarks, https://big-ann-benchmarks.com. Their ground truth is an `.ibin`
    /// with as many float32 distances after the neighbours, which `allowsDistances` admits and passes over.
    static func bigANN(
        path: String, source: MatrixSource, element: NumericType, allowsDistances: Bool
    ) throws(VectorFileError) -> MatrixLayout {
        let header = 8
        guard let count = try source.int32(at: 0), let dimension = try source.int32(at: 4) else {
            throw .truncated(path: path, expected: header, found: source.size)
        }
        guard let count = Int(exactly: UInt32(bitPattern: count)),
            let dimension = Int(exactly: UInt32(bitPattern: dimension))
        else { throw .sizeOverflow(path: path) }
        return try MatrixLayout(
            path: path, count: count, dimension: dimension, element: element, order: .little, header: header,
            size: source.size, allowsDistances: allowsDistances)
    }
}
