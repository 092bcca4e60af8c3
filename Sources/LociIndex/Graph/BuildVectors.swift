// Loci, Apache License 2.0.

import CVectorKernels

/// All vectors of a build, in memory for its length: one byte a dimension, and 8, a vector.
final class BuildVectors: BuildRecords, Sendable {
    let count: Int
    let layout: BuildVectorLayout
    let records: OwnedRecords
    /// The vector nearest to the mean: where the graph is entered.
    let medoid: UInt32

    var dimension: Int { layout.dimension }
    var metric: Metric { layout.metric }
    var recordLines: Int { layout.lines }

    /// - Throws: What the source throws, or `IndexError` for a vector that is not admitted.
    init(source: some VectorSource, space: VectorSpace, threads: Int, observer: some BuildObserver) throws {
        count = source.count
        let layout = BuildVectorLayout(space: space)
        self.layout = layout
        let records = OwnedRecords(count: count, stride: layout.stride)
        self.records = records
        let norms = OwnedRecords(count: count, stride: 4)
        try RowReader.forEach(source: source, space: space, threads: threads, stage: .preparing, observer: observer) {
            values, row in
            let kernels = Kernels.active
            space.code(values, kernels: kernels)
            let norm = layout.write(values, to: records[row], kernels: kernels)
            UnsafeMutableRawPointer(norms[row]).storeBytes(of: norm, as: Float.self)
        }
        var nearest = 0
        var least = Float.infinity
        for row in 0..<count {
            let norm = UnsafeRawPointer(norms[row]).load(as: Float.self)
            if norm < least { (nearest, least) = (row, norm) }
        }
        medoid = UInt32(nearest)
    }

    @inline(__always)
    func record(_ slot: UInt32) -> UnsafePointer<UInt8> { UnsafePointer(records[Int(slot)]) }

    /// The vector of a slot, about zero, as near as its codes are.
    /// - Parameter output: Takes `dimension` floats.
    func load(_ slot: UInt32, into output: UnsafeMutablePointer<Float>) {
        layout.load(record(slot), into: output)
    }
}
