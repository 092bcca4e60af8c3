// Loci, Apache License 2.0.

import LociIndex
import LociStorage

extension Collection {
    /// Looks into the collection as it is, and changes nothing.
    ///
    /// All is of one moment, and depends on nothing but the collection, the options and the version of the library. Recall
    /// is counted as `recall(sample:)` and `tune(sample:)` count it: against an exact search, each vector of the sample
    /// without itself.
    ///
    /// ```swift
    /// let inspection = try photos.inspect()
    /// print(inspection.graph?.unreached, inspection.recall?.own?.recall)
    /// ```
    /// - Parameters:
    ///   - options: How closely.
    ///   - onStep: Called after each query of a stage, and once for a stage of one step, from any thread; what it throws
    ///     ends the inspection.
    /// - Throws: `LociError`; `IndexError` for numbers that cannot be used, or a damaged graph; what `onStep` throws.
    /// - Complexity: O(queries · vectors · dimension), and O(slots · degree) for the graph.
    public func inspect(
        _ options: InspectionOptions = InspectionOptions(),
        onStep: @Sendable (InspectionStage) throws -> Void = { _ in }
    ) throws -> CollectionInspection {
        try options.validate()
        return try withFound { _, transaction in
            try info(in: transaction)
        } _: { view, info in
            let shape = try view.shape()
            if shape != nil { try onStep(.graph) }
            let codes = view.codeError(sample: options.codes, seed: options.seed)
            if codes != nil { try onStep(.codes) }
            guard view.record.hasGraph, view.record.count > 1 else {
                return CollectionInspection(info: info, graph: shape, codes: codes, recall: nil, walks: nil)
            }
            let queries = try RecallQueries(
                view: view, sample: options.queries, seed: options.seed, k: options.k,
                threads: max(1, options.threads ?? Parallel.processorCount))
            return CollectionInspection(
                info: info, graph: shape, codes: codes,
                recall: try queries.curve(windows: options.windows, onStep: onStep),
                walks: try queries.walks(onStep: onStep))
        }
    }
}

extension CollectionView {
    /// How the graph is linked; nil without one.
    fileprivate func shape() throws -> CollectionInspection.Graph? {
        guard let adjacency = graph.adjacency else { return nil }
        let shape = try GraphShape(graph, adjacency: adjacency)
        return CollectionInspection.Graph(
            outDegrees: CountDistribution(counts: shape.outDegrees),
            inDegrees: CountDistribution(counts: shape.inDegrees), hops: CountDistribution(counts: shape.hops),
            unreached: shape.unreached, staleLinks: shape.staleLinks)
    }

    /// What codes lose of a sample; nil where there is nothing to tell.
    fileprivate func codeError(sample: Int, seed: UInt64) -> CollectionInspection.CodeError? {
        let hasOriginals = graph.originals != nil
        // Vectors that are stored as they were given lose nothing that could be measured without the originals.
        guard record.count > 0, hasOriginals || graph.residuals != nil else { return nil }
        let live = Array(liveSlots)
        let slots = RandomRows.draw(min(sample, live.count), of: live.count, seed: seed).map { live[$0] }
        var (first, both): ([Double], [Double]) = ([], [])
        for slot in slots {
            let coarse = decoded(slot, bothLevels: false)
            let fine = graph.residuals == nil ? nil : decoded(slot, bothLevels: true)
            guard let reference = hasOriginals ? measured(at: slot) : fine else { continue }
            first.append(Self.error(of: coarse, reference))
            if hasOriginals, let fine { both.append(Self.error(of: fine, reference)) }
        }
        return CollectionInspection.CodeError(
            reference: hasOriginals ? .originals : .bothLevels, firstLevel: ValueDistribution(of: first),
            bothLevels: hasOriginals && graph.residuals != nil ? ValueDistribution(of: both) : nil)
    }

    /// What codes stand for, in the space that distances are taken in: of unit length under cosine.
    private func decoded(_ slot: UInt32, bothLevels: Bool) -> [Float] {
        [Float](unsafeUninitializedCapacity: record.dimension) { buffer, count in
            guard let output = buffer.baseAddress else { return }
            coder.decode(
                record: graph.codes.record(slot), residual: bothLevels ? graph.residuals.map { $0.record(slot) } : nil,
                into: output)
            count = record.dimension
        }
    }

    /// The length of the difference as a share of the length of the reference; 0 of two zeros.
    private static func error(of vector: [Float], _ reference: [Float]) -> Double {
        var (apart, length) = (0.0, 0.0)
        for (value, wanted) in zip(vector, reference) {
            apart += (Double(value) - Double(wanted)) * (Double(value) - Double(wanted))
            length += Double(wanted) * Double(wanted)
        }
        return length > 0 ? (apart / length).squareRoot() : apart > 0 ? 1 : 0
    }
}

extension RecallQueries where Queries == VectorArray {
    /// What windows find, and the collection's own.
    fileprivate func curve(
        windows: [Int], onStep: @Sendable (InspectionStage) throws -> Void
    ) throws -> CollectionInspection.Recall {
        let own = try view.walkedWindow(for: SearchOptions(k: k))
        let count = view.record.count
        let truth = try trueNeighbours { try onStep(.truth) }
        let points = try Set(windows.filter { $0 <= count } + [own]).sorted().map { window in
            let hits = try hits(.window(window), of: truth) { try onStep(.window(window)) }
            return CollectionInspection.Recall.Point(
                window: window, recall: Double(hits.reduce(0, +)) / Double(queries.count * k),
                lowest: Double(hits.min() ?? 0) / Double(k))
        }
        return CollectionInspection.Recall(queries: queries.count, k: k, window: own, points: points)
    }

    /// How long walks with the collection's own window are.
    fileprivate func walks(
        onStep: @Sendable (InspectionStage) throws -> Void
    ) throws -> CollectionInspection.Walks {
        let options = SearchOptions(k: k)
        var (expanded, measured, depths): ([Int], [Int], [Int]) = ([], [], [])
        for query in 0..<queries.count {
            let walk = try queries.withVector(query) { vector in
                try view.walk(vector, options, hidden: ownSlots?[query])
            }
            expanded.append(walk.trace.hops.count)
            measured.append(walk.explanation.measured)
            if let nearest = walk.slots.first, let depth = walk.trace.depth(of: nearest) { depths.append(depth) }
            try onStep(.walks)
        }
        return CollectionInspection.Walks(
            expanded: CountDistribution(of: expanded), measured: CountDistribution(of: measured),
            depths: CountDistribution(of: depths))
    }
}

extension VectorArray {
    /// Runs `body` with a vector's bytes.
    fileprivate func withVector<Result>(_ row: Int, _ body: (RawSpan) throws -> Result) rethrows -> Result {
        try body(values.span.extracting(row * dimension..<(row + 1) * dimension).bytes)
    }
}
