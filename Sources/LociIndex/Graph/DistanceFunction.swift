// Loci, Apache License 2.0.

/// What a walk over the graph measures with: a prepared query against many rows in one call.
protocol DistanceFunction {
    /// Writes the distances of `count` rows.
    func callAsFunction(
        _ rows: UnsafePointer<UnsafePointer<UInt8>?>, count: Int, output: UnsafeMutablePointer<Float>)
}

extension DistanceKernel: DistanceFunction {}
