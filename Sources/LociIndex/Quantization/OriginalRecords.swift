// Loci, Apache License 2.0.

/// Vectors as they were given, in single or half precision.
package struct OriginalRecords {
    package let records: RecordArray
    package let isHalf: Bool

    package init(records: RecordArray, isHalf: Bool) {
        self.records = records
        self.isHalf = isHalf
    }

    /// Writes the vector of a slot as floats.
    package func load(_ slot: UInt32, dimension: Int, into output: UnsafeMutablePointer<Float>) {
        VectorCoder.loadFloats(records.record(slot), count: dimension, isHalf: isHalf, into: output)
    }
}
