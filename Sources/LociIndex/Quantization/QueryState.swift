// Loci, Apache License 2.0.

import CVectorKernels

/// A query made ready for the kernels, and its buffers, which are used again from query to query.
///
/// The query is quantized once, to 16 bits a dimension, which are two signed bytes: the coarse ones alone measure 4-bit
/// codes and sketches, both together 8-bit codes and residuals, so that the sums in the hot loop are exact integers. Distances are those of the quantized query,
/// which for near vectors differ less from the true ones than a mix of both would.
///
/// Not for use from two threads at once. The kernels read the object's own memory, so it must outlive their use.
package final class QueryState {
    package let layout: CodeLayout
    package let space: VectorSpace
    private let kernels: vk_kernels
    /// The vector as given, admitted.
    private let values: UnsafeMutablePointer<Float>
    private let coded: UnsafeMutablePointer<Float>
    /// Zero-padded arrays of signed bytes, `paddedBytes` apart.
    private let bytes: UnsafeMutablePointer<Int8>
    private let paddedBytes: Int
    private let nibbleQuery: UnsafeMutablePointer<vk_nibble_query>
    private let byteQuery: UnsafeMutablePointer<vk_byte_query>
    private let twoLevelQuery: UnsafeMutablePointer<vk_two_level_query>
    private let sketchQuery: UnsafeMutablePointer<vk_sketch_query>
    private let binaryQuery: BinaryQuery

    /// How many deviations of a sketch's estimate a neighbour is given before it is dropped unmeasured. At 0.5, recall@10
    /// on WordNet-MiniLM falls by 0.001 at window 34 (0.9512 to 0.9503); at 1, by half of that for a tenth more
    /// neighbours measured; at 2 not at all, for a half more.
    private static let sketchDeviations: Float = 0.5

    /// The arrays in `bytes`.
    private enum Part: Int, CaseIterable {
        case coarse, fine, lowCoarse, lowFine, highCoarse, highFine
    }

    package init(layout: CodeLayout, space: VectorSpace) {
        self.layout = layout
        self.space = space
        kernels = Kernels.active
        let dimension = layout.dimension
        paddedBytes = (dimension + 63) / 64 * 64
        values = .allocate(capacity: dimension)
        values.initialize(repeating: 0, count: dimension)
        coded = .allocate(capacity: dimension)
        coded.initialize(repeating: 0, count: dimension)
        let total = paddedBytes * Part.allCases.count
        bytes = UnsafeMutableRawPointer.allocate(byteCount: total, alignment: 64).bindMemory(
            to: Int8.self, capacity: total)
        bytes.initialize(repeating: 0, count: total)
        nibbleQuery = .allocate(capacity: 1)
        nibbleQuery.initialize(to: vk_nibble_query())
        byteQuery = .allocate(capacity: 1)
        byteQuery.initialize(to: vk_byte_query())
        twoLevelQuery = .allocate(capacity: 1)
        twoLevelQuery.initialize(to: vk_two_level_query())
        sketchQuery = .allocate(capacity: 1)
        sketchQuery.initialize(to: vk_sketch_query())
        binaryQuery = BinaryQuery(dimension: dimension)
    }

    deinit {
        values.deallocate()
        coded.deallocate()
        UnsafeMutableRawPointer(bytes).deallocate()
        nibbleQuery.deallocate()
        byteQuery.deallocate()
        twoLevelQuery.deallocate()
        sketchQuery.deallocate()
        binaryQuery.deallocate()
    }

    /// The query as admitted: normalised under cosine.
    package var vector: UnsafePointer<Float> { UnsafePointer(values) }

    /// Makes a query ready.
    /// - Parameter vector: `dimension` little-endian floats, which are copied from wherever they lie.
    /// - Throws: `IndexError` for a vector of another length, or one that is not finite, too large, or zero under cosine.
    package func prepare(_ vector: RawSpan) throws(IndexError) {
        let length = layout.dimension * MemoryLayout<Float>.size
        guard vector.byteCount == length else {
            throw .dimensionMismatch(found: vector.byteCount / MemoryLayout<Float>.size, expected: layout.dimension)
        }
        vector.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: values, count: length).copyMemory(from: $0) }
        try space.admit(values, row: nil, kernels: kernels)
        if layout.quantization == .binary { binaryQuery.prepare(values) }
        guard layout.hasHeader else { return }
        coded.update(from: values, count: layout.dimension)
        var uncentredBase: Float = 0
        if space.metric == .l2 {
            space.code(coded, kernels: kernels)
        } else {
            let product = space.codeUncentred(coded, kernels: kernels)
            uncentredBase = (space.metric == .cosine ? space.scale * space.scale : 0) - product
        }
        let magnitude = kernels.largest_magnitude(coded, layout.dimension)
        // The squares of a query that is this much longer than the collection's vectors do not fit a float. The bound is
        // a component's limit, but after scaling. Written so that it holds for NaN, which infinities rotate into.
        guard magnitude <= VectorSpace.componentLimit else {
            let largest = kernels.largest_magnitude(values, layout.dimension)
            let component = (0..<layout.dimension).first { values[$0].magnitude == largest } ?? 0
            throw .tooLarge(row: nil, component: component, limit: VectorSpace.componentLimit / space.scale)
        }
        quantize(magnitude: magnitude, uncentredBase: uncentredBase)
        guard layout.quantization.firstLevelBits == 4 else {
            byteQuery.pointee = vk_byte_query(
                coarse: part(.coarse), fine: part(.fine), code_bytes: layout.codeBytes, affine: fineQuery.affine)
            return
        }
        splitNibbles(.coarse, low: .lowCoarse, high: .highCoarse)
        nibbleQuery.pointee = vk_nibble_query(
            low_nibbles: part(.lowCoarse), high_nibbles: part(.highCoarse), code_bytes: layout.codeBytes,
            affine: coarseQuery.affine)
        if layout.sketches != nil { prepareSketch() }
        guard layout.quantization.residualBits > 0 else { return }
        splitNibbles(.fine, low: .lowFine, high: .highFine)
        twoLevelQuery.pointee = vk_two_level_query(
            low_coarse: part(.lowCoarse), low_fine: part(.lowFine), high_coarse: part(.highCoarse),
            high_fine: part(.highFine), coarse: part(.coarse), fine: part(.fine), code_bytes: layout.codeBytes,
            dimension: layout.dimension, affine: fineQuery.affine)
    }

    /// Distances by the level that the search walks on, in the units of `finish`.
    package var firstLevel: DistanceKernel {
        switch layout.quantization {
        case .float32:
            .floats(
                space.metric == .l2 ? kernels.float32_l2_distances : kernels.float32_ip_distances, vector,
                layout.dimension)
        case .float16:
            .floats(
                space.metric == .l2 ? kernels.float16_l2_distances : kernels.float16_ip_distances, vector,
                layout.dimension)
        case .lvq8: .bytes(kernels.byte_distances, UnsafePointer(byteQuery))
        case .lvq4, .lvq4x4, .lvq4x8: .nibbles(kernels.nibble_distances, UnsafePointer(nibbleQuery))
        case .binary: .bits(kernels.hamming_distances, binaryQuery.query)
        }
    }

    /// Whether a kernel's distance under cosine is the negated inner product, of which one is missing.
    private var lacksOne: Bool {
        space.metric == .cosine && !layout.hasHeader && layout.quantization != .binary
    }

    /// What makes a distance of the first level one that is proportional to the squared Euclidean distance, when it is
    /// added; none under the inner product, where a vector's distance to itself is no bound.
    package var squaredOffset: Float? {
        switch space.metric {
        case .l2: 0
        case .cosine: lacksOne ? 1 : 0
        case .ip: nil
        }
    }

    /// Lower bounds, by sketches, of the distances that the search walks on; only where the layout has sketches.
    package var sketchBounds: DistanceKernel { .sketches(kernels.sketch_bounds, UnsafePointer(sketchQuery)) }

    /// Distances by both levels, in the units of `finish`.
    /// - Parameters:
    ///   - rows: First-level records.
    ///   - residuals: The residual records of the same vectors.
    ///   - count: How many.
    ///   - output: Takes `count` distances.
    package func secondLevel(
        rows: UnsafePointer<UnsafePointer<UInt8>?>, residuals: UnsafePointer<UnsafePointer<UInt8>?>, count: Int,
        output: UnsafeMutablePointer<Float>
    ) {
        let kernel =
            layout.quantization.residualBits == 4 ? kernels.nibble_nibble_distances : kernels.nibble_byte_distances
        kernel(twoLevelQuery, rows, residuals, count, output)
    }

    /// The distance to a vector as it was given, in true units.
    /// - Parameter original: `dimension` floats; normalised in place under cosine.
    /// - Throws: `IndexError.corrupt` for an original that no collection would have taken in.
    package func distance(to original: UnsafeMutablePointer<Float>) throws(IndexError) -> Float {
        if space.metric == .cosine {
            do {
                try space.admit(original, row: nil, kernels: kernels)
            } catch {
                throw .corrupt("an original is none that the collection would have taken: \(error)")
            }
        }
        var row: UnsafePointer<UInt8>? = UnsafeRawPointer(original).assumingMemoryBound(to: UInt8.self)
        var distance: Float = 0
        let kernel = space.metric == .l2 ? kernels.float32_l2_distances : kernels.float32_ip_distances
        kernel(vector, layout.dimension, &row, 1, &distance)
        return space.metric == .cosine ? 1 + distance : distance
    }

    /// Turns a kernel's distance into the metric's: undoes the scale, and makes cosine's from the inner product's.
    ///
    /// Sums of rounded terms can fall a little below 0; squared lengths and cosine distances are never reported so.
    package func finish(_ distance: Float) -> Float {
        let finished =
            layout.hasHeader
            ? distance / space.scale / space.scale : lacksOne ? 1 + distance : distance
        return space.metric == .ip ? finished : max(0, finished)
    }

    /// What `finish` makes this distance of.
    package func unfinished(_ distance: Float) -> Float {
        layout.hasHeader
            ? distance * space.scale * space.scale : lacksOne ? distance - 1 : distance
    }

    /// A query in integers.
    package struct Quantized {
        /// What turns sums of products with the integers into distances.
        fileprivate(set) var affine = vk_affine()
        /// What one of the integers stands for.
        package fileprivate(set) var unit: Float = 0
        /// The sum of the integers.
        package fileprivate(set) var sum: Int64 = 0
        /// The length of what they stand for.
        fileprivate(set) var length: Float = 0
    }

    /// The query by its coarse bytes, and by both.
    package private(set) var coarseQuery = Quantized()
    private var fineQuery = Quantized()

    /// The coarse bytes, one a dimension, zero-padded to a multiple of 64; only where codes have a header.
    package var coarseBytes: UnsafePointer<Int8> { UnsafePointer(part(.coarse)) }

    /// Rounds the coded query to integers.
    private func quantize(magnitude: Float, uncentredBase: Float) {
        let levels: Float = 127 * 256
        let factor = magnitude > 0 ? levels / magnitude : 0
        let unit = magnitude > 0 && factor.isFinite ? magnitude / levels : 0
        var sums = vk_query_sums()
        kernels.quantize_query(
            coded, unit > 0 ? factor : 0, layout.dimension, part(.coarse), part(.fine), &sums)
        coarseQuery = quantized(
            unit: unit * 256, sum: sums.coarse_sum, squares: sums.coarse_squares, uncentredBase: uncentredBase)
        fineQuery = quantized(unit: unit, sum: sums.sum, squares: sums.squares, uncentredBase: uncentredBase)
    }

    private func quantized(unit: Float, sum: Int64, squares: Int64, uncentredBase: Float) -> Quantized {
        let square = Float(Double(squares) * Double(unit) * Double(unit))
        let total = Float(Double(sum) * Double(unit))
        let affine =
            space.metric == .l2
            ? vk_affine(base: square, norm_weight: 1, low_factor: -2 * total, step_factor: -2 * unit)
            : vk_affine(base: uncentredBase, norm_weight: 0, low_factor: -total, step_factor: -unit)
        return Quantized(affine: affine, unit: unit, sum: sum, length: square.squareRoot())
    }

    /// Makes the query ready for sketches.
    private func prepareSketch() {
        let affine = coarseQuery.affine
        let weight: Float = space.metric == .l2 ? 2 : 1
        sketchQuery.pointee = vk_sketch_query(
            values: part(.coarse), dimension: layout.dimension, sum: Int32(truncatingIfNeeded: coarseQuery.sum),
            base: affine.base, norm_weight: affine.norm_weight, product_factor: affine.step_factor,
            error_factor: -weight * Self.sketchDeviations * coarseQuery.length)
    }

    private func part(_ part: Part) -> UnsafeMutablePointer<Int8> { bytes + part.rawValue * paddedBytes }

    /// Lays out bytes as 4-bit codes are packed.
    private func splitNibbles(_ bytes: Part, low: Part, high: Part) {
        let (bytes, low, high) = (part(bytes), part(low), part(high))
        NibbleSplit(dimension: layout.dimension).forEach { component, position, isHigh, count in
            ((isHigh ? high : low) + position).update(from: bytes + component, count: count)
        }
    }
}

/// The runs of dimensions that lie together in one kind of nibble.
struct NibbleSplit {
    let dimension: Int

    /// Calls `body` with the first dimension of a run, its byte, whether it takes the high nibbles, and its length.
    @inline(__always)
    func forEach(_ body: (_ component: Int, _ byte: Int, _ isHigh: Bool, _ count: Int) -> Void) {
        var component = 0
        var byte = 0
        while component < dimension {
            let rest = min(128, dimension - component)
            let half = rest == 128 ? 64 : (rest + 1) / 2
            body(component, byte, false, half)
            body(component + half, byte, true, rest - half)
            component += rest
            byte += half
        }
    }
}
