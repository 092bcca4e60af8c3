// Loci, Apache License 2.0.

import CVectorKernels

/// The vectors that an edit measures, recorded as a build's are, but only those that it asks for: a build holds all in
/// memory, an insert needs some hundreds.
///
/// They are decoded in the coordinates of the space, so that neither rotation nor centring is undone. They are the
/// codes' vectors, which for `lvq4` is all that is known of them; where the collection keeps the originals, these are
/// taken.
///
/// `load` is for one thread at a time; what is loaded may be read by any number while nobody loads.
final class DecodedVectors: BuildRecords, @unchecked Sendable {
    let layout: BuildVectorLayout
    private let graph: EditableGraph
    private let space: VectorSpace
    private let decoder: LVQDecoder
    private let threads: Int
    private var table = SlotTable()
    private var blocks: [OwnedRecords] = []
    private var missing: [(slot: UInt32, place: Int)] = []

    private static let blockBits = 6
    private static let blockSize = 1 << blockBits
    /// Vectors that a worker takes at a time.
    private static let grain = 16
    /// More bytes than so many are kept only while they are needed.
    private static let bytesLimit = 1 << 27
    /// The vectors that a centre is learned from, where the codes have none.
    private static let sampleSize = 64

    /// - Throws: As `load`.
    init(_ graph: EditableGraph, threads: Int) throws(IndexError) {
        self.graph = graph
        self.threads = threads
        decoder = LVQDecoder(layout: graph.coder.layout)
        space = graph.coder.layout.hasHeader ? graph.coder.space : try Self.centredSpace(of: graph)
        layout = BuildVectorLayout(space: space)
    }

    /// Where a loaded vector is.
    @inline(__always)
    func record(_ slot: UInt32) -> UnsafePointer<UInt8> {
        guard let place = table.place(of: slot) else { preconditionFailure("slot \(slot) was not loaded") }
        return UnsafePointer(blocks[place >> Self.blockBits][place & (Self.blockSize - 1)])
    }

    /// Forgets everything if that is much. Before an operation begins.
    func trim() {
        guard table.count * layout.stride > Self.bytesLimit else { return }
        table.removeAll()
        blocks.removeAll()
    }

    /// Makes sure that vectors can be read.
    /// - Parameters:
    ///   - slots: Which; below the number of slots.
    ///   - areNew: Whether what may have been loaded for these slots was of other vectors. Without repeats then.
    /// - Throws: `IndexError` for an original that no collection would have taken in.
    func load(_ slots: some Sequence<UInt32>, areNew: Bool = false) throws {
        missing.removeAll(keepingCapacity: true)
        for slot in slots {
            let (place, isNew) = table.insert(slot)
            if isNew || areNew { missing.append((slot, place)) }
        }
        guard !missing.isEmpty else { return }
        while blocks.count << Self.blockBits < table.count {
            blocks.append(OwnedRecords(count: Self.blockSize, stride: layout.stride))
        }
        let work = missing
        do {
            try Parallel.forEach(count: work.count, grain: Self.grain, threads: threads) { range, _ in
                let kernels = Kernels.active
                try withUnsafeTemporaryAllocation(of: Float.self, capacity: layout.dimension) { buffer in
                    guard let values = buffer.baseAddress else { return }
                    for (slot, place) in work[range] {
                        try decode(slot, into: values, kernels: kernels)
                        let record = blocks[place >> Self.blockBits][place & (Self.blockSize - 1)]
                        layout.write(values, to: record, kernels: kernels)
                    }
                }
            }
        } catch {
            table.removeAll()
            throw error
        }
    }

    /// Writes a vector in the coordinates of the space.
    private func decode(
        _ slot: UInt32, into values: UnsafeMutablePointer<Float>, kernels: vk_kernels
    ) throws(IndexError) {
        let coder = graph.coder
        if let originals = graph.originals {
            originals.load(slot, dimension: layout.dimension, into: values)
            do {
                try coder.space.admit(values, row: nil, kernels: kernels)
            } catch {
                throw .corrupt("the original of slot \(slot) is none that the collection would have taken: \(error)")
            }
            space.code(values, kernels: kernels)
        } else if coder.layout.hasHeader {
            decoder.decode(record: graph.codes.record(slot), residual: graph.residuals?.record(slot), into: values)
        } else {
            coder.decode(record: graph.codes.record(slot), residual: nil, into: values)
            space.code(values, kernels: kernels)
        }
    }

    /// A space for vectors whose codes have none: about the mean of some of them, evenly spaced, and scaled by these.
    /// How exact the 8 bits are depends on it, and nothing else.
    private static func centredSpace(of graph: EditableGraph) throws(IndexError) -> VectorSpace {
        let dimension = graph.coder.layout.dimension
        var vectors: [[Float]] = []
        for sample in 0..<min(sampleSize, graph.slots) {
            let slot = UInt32(sample * graph.slots / min(sampleSize, graph.slots))
            if let states = graph.states, !SlotStates(records: states.records).isLive(slot) { continue }
            var vector = [Float](repeating: 0, count: dimension)
            vector.withUnsafeMutableBufferPointer { vector in
                guard let base = vector.baseAddress else { return }
                graph.coder.decode(record: graph.codes.record(slot), residual: nil, into: base)
            }
            vectors.append(vector)
        }
        var mean = [Float](repeating: 0, count: dimension)
        for vector in vectors {
            for component in 0..<dimension { mean[component] += vector[component] / Float(vectors.count) }
        }
        var longest: Float = 0
        for vector in vectors {
            let magnitude = zip(vector, mean).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
            longest = max(longest, magnitude * Float(dimension).squareRoot())
        }
        return VectorSpace(
            dimension: dimension, metric: graph.coder.space.metric, mean: mean,
            scale: VectorSpace.scale(forLength: longest), rotation: nil,
            admission: graph.coder.space.admission)
    }
}
