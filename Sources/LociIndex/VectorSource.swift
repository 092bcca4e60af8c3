// Loci, Apache License 2.0.

/// Vectors to be read row by row: a file, an array, or whatever a program has.
///
/// A build reads every row a few times, in no particular order, from several threads at once.
public protocol VectorSource: Sendable {
    /// The number of vectors.
    var count: Int { get }
    /// The number of components of each vector.
    var dimension: Int { get }
    /// Writes the components of one vector to `output`.
    /// - Parameters:
    ///   - row: From 0 to `count - 1`.
    ///   - output: `dimension` floats.
    func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) throws
}

/// Vectors in memory, one after the other.
public struct VectorArray: VectorSource {
    /// The components of all vectors, row by row.
    public let values: [Float]
    /// The number of components of each vector.
    public let dimension: Int
    /// The number of vectors.
    public var count: Int { values.count / dimension }

    /// Wraps a flat array of vectors.
    /// - Parameters:
    ///   - values: The components, row by row; its length must be a multiple of `dimension`.
    ///   - dimension: The number of components of each vector, at least 1.
    /// - Throws: `IndexError.shape` when the length does not fit the dimension.
    public init(_ values: [Float], dimension: Int) throws {
        guard dimension >= 1, values.count % dimension == 0 else {
            throw IndexError.shape(values: values.count, dimension: dimension)
        }
        self.values = values
        self.dimension = dimension
    }

    /// Copies one vector.
    /// - Parameters:
    ///   - row: From 0 to `count - 1`.
    ///   - output: `dimension` floats.
    public func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) throws {
        guard row >= 0, row < count, output.count >= dimension else {
            throw IndexError.rowOutOfRange(row: row, count: count)
        }
        values.withUnsafeBufferPointer { source in
            for component in 0..<dimension { output[component] = source[row * dimension + component] }
        }
    }
}
