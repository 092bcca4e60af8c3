// Loci, Apache License 2.0.

import LociIndex

extension CollectionConfiguration {
    /// Says whether a vector would be refused as the first one of a collection that is made with this; see `WritableCollection.validate`.
    /// - Throws: `IndexError`.
    /// - Complexity: O(dimension).
    package func validate(first vector: [Float]) throws {
        guard (1...CodeLayout.dimensionLimit).contains(vector.count) else {
            throw IndexError.dimension(found: vector.count, limit: CodeLayout.dimensionLimit)
        }
        let space = VectorSpace.identity(dimension: vector.count, metric: metric, admission: admission)
        try withUnsafeTemporaryAllocation(of: Float.self, capacity: vector.count) { copy in
            _ = copy.initialize(from: vector)
            guard let values = copy.baseAddress else { return }
            try space.admit(values, row: nil, kernels: Kernels.active)
        }
    }
}
