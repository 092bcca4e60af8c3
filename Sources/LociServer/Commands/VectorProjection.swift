// Loci, Apache License 2.0.

import Loci

/// What `REDUCE` does to vectors: component i becomes the sum of (-1)^popcount(i & j) · x[j] / √n over all n components j.
///
/// These are the first rows of a Hadamard matrix, the same that Redis takes, so vectors that were reduced by either can be
/// compared.
struct VectorProjection {
    let inputDimension: Int
    let dimension: Int

    /// The projected vector.
    /// - Complexity: O(n log n).
    func apply(_ vector: [Float]) -> [Float] {
        var values = vector
        var size = 1
        while size < max(inputDimension, dimension) { size *= 2 }
        values += [Float](repeating: 0, count: size - values.count)
        var half = 1
        while half < size {
            for block in stride(from: 0, to: size, by: 2 * half) {
                for index in block..<block + half {
                    (values[index], values[index + half]) =
                        (values[index] + values[index + half], values[index] - values[index + half])
                }
            }
            half *= 2
        }
        let scale = 1 / Float(inputDimension).squareRoot()
        return values.prefix(dimension).map { $0 * scale }
    }

    /// The error of a vector that has another number of components than those that are projected.
    func mismatch(_ found: Int) -> CommandError {
        CommandError(
            "ERR Input dimension mismatch for projection - got \(found) but projection expects \(inputDimension)")
    }
}
