// Loci, Apache License 2.0.

import LociIndex

/// All vectors of a source, learned and coded as a collection's would be.
final class CodedVectors {
    let source: VectorArray
    let coder: VectorCoder
    let codes: OwnedRecords
    let residuals: OwnedRecords?
    let sketches: OwnedRecords?

    var layout: CodeLayout { coder.layout }
    var space: VectorSpace { coder.space }

    init(_ values: [Float], dimension: Int, metric: Metric, quantization: Quantization, seed: UInt64 = 42) throws {
        source = try VectorArray(values, dimension: dimension)
        let layout = CodeLayout(quantization: quantization, dimension: dimension)
        let admission = Admission(
            componentLimit: quantization == .float16 ? VectorSpace.float16Limit : VectorSpace.componentLimit,
            takesSigns: quantization == .binary)
        let space =
            layout.hasHeader
            ? try VectorSpace.learn(
                from: source, metric: metric, quantization: quantization, seed: seed, admission: admission, threads: 2,
                observer: SilentObserver())
            : VectorSpace.identity(dimension: dimension, metric: metric, admission: admission)
        coder = VectorCoder(layout: layout, space: space)
        codes = OwnedRecords(count: source.count, stride: layout.recordStride)
        residuals =
            layout.residualStride > 0 ? OwnedRecords(count: source.count, stride: layout.residualStride) : nil
        let count = source.count
        sketches = layout.sketches.map { OwnedRecords(count: count, stride: $0.stride) }
        for row in 0..<source.count {
            var vector = vector(row)
            try vector.withUnsafeMutableBufferPointer { vector in
                guard let base = vector.baseAddress else { return }
                let length = try space.admit(base, row: row, kernels: Kernels.active)
                coder.encode(
                    base, length: length, record: codes[row], residual: residuals?[row], sketch: sketches?[row])
            }
        }
    }

    /// A vector as given.
    func vector(_ row: Int) -> [Float] {
        Array(source.values[row * source.dimension..<(row + 1) * source.dimension])
    }

    /// A vector as decoded, in its own units.
    func decoded(_ row: Int, bothLevels: Bool = true) -> [Float] {
        var output = [Float](repeating: 0, count: source.dimension)
        output.withUnsafeMutableBufferPointer { output in
            guard let base = output.baseAddress else { return }
            coder.decode(
                record: codes[row], residual: bothLevels ? residuals.map { UnsafePointer($0[row]) } : nil, into: base)
        }
        return output
    }

    /// The record of a row, read by the format's description.
    func reference(_ row: Int) -> ReferenceRecord {
        ReferenceRecord(
            layout: layout,
            record: Array(UnsafeBufferPointer(start: codes[row], count: layout.recordStride)),
            residual: residuals.map { Array(UnsafeBufferPointer(start: $0[row], count: layout.residualStride)) } ?? [])
    }

    /// What a searcher reads; valid while this object and the graph live, which a test must see to.
    /// - Parameters:
    ///   - hasSketches: Whether walks sift neighbours, where the layout has sketches.
    ///   - hasEntries: Whether walks begin at the graph's table, which is good for vectors of the same space only.
    func view(
        _ graph: GraphBuilder.Graph? = nil, maximumDegree: Int = 32, hasSketches: Bool = false, hasEntries: Bool = false
    ) -> GraphView {
        GraphView(
            count: source.count, layout: layout, codes: codes.records,
            sketches: hasSketches ? sketches?.records : nil, residuals: residuals?.records,
            adjacency: graph?.adjacency.records, parents: graph?.parents.records, maximumDegree: maximumDegree,
            entryPoint: graph?.entryPoint ?? 0, growth: graph?.growth ?? .typical,
            entries: hasEntries
                ? graph?.entries.map { EntryTable(layout: $0.layout, base: UnsafePointer($0.table.base)) } : nil)
    }

    /// Builds the graph over the vectors.
    func graph(_ parameters: BuildParameters, threads: Int = 2) throws -> GraphBuilder.Graph {
        try GraphBuilder.build(
            source: source, space: space, parameters: parameters, threads: threads, observer: SilentObserver())
    }
}

extension QueryState {
    /// Makes a query ready that is an array.
    func prepare(_ vector: [Float]) throws { try prepare(vector.span.bytes) }
}

extension Searcher {
    /// Starts the search for an array.
    func begin(
        _ vector: [Float], in view: GraphView, count: Int, reach: Reach, hidden: UInt32? = nil
    ) throws {
        try begin(vector.span.bytes, in: view, count: count, reach: reach, hidden: hidden)
    }

    /// Searches for an array.
    func search(
        _ vector: [Float], in view: GraphView, count: Int, reach: Reach, slots: UnsafeMutablePointer<UInt32>,
        distances: UnsafeMutablePointer<Float>
    ) throws -> Int {
        try search(vector.span.bytes, in: view, count: count, reach: reach, slots: slots, distances: distances)
    }

    /// Measures everything but some for an array.
    func scan(
        _ vector: [Float], in view: GraphView, count: Int, asWalked: Bool, within radius: Float,
        except known: Set<UInt32>
    ) throws -> [(slot: UInt32, distance: Float)] {
        try scan(
            vector.span.bytes, in: view, count: count, asWalked: asWalked, within: radius, except: known)
    }

    /// A search as arrays.
    func search(
        _ vector: [Float], in view: GraphView, count: Int, window: Int
    ) throws -> [(slot: UInt32, distance: Float)] {
        try results(count) {
            try search(vector, in: view, count: count, reach: .window(window), slots: $0, distances: $1)
        }
    }

    /// A scan as arrays.
    func scan(_ vector: [Float], in view: GraphView, count: Int) throws -> [(slot: UInt32, distance: Float)] {
        try results(count) {
            try search(vector, in: view, count: count, reach: .everything(), slots: $0, distances: $1)
        }
    }

    private func results(
        _ count: Int, _ body: (UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<Float>) throws -> Int
    ) throws -> [(slot: UInt32, distance: Float)] {
        var slots = [UInt32](repeating: .max, count: max(0, count))
        var distances = [Float](repeating: .nan, count: max(0, count))
        let found = try body(&slots, &distances)
        return (0..<found).map { (slots[$0], distances[$0]) }
    }
}
