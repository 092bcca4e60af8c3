// Loci, Apache License 2.0.

import CVectorKernels

/// A query made ready for the kernels, and its buffers, which are used again from query to query.
///
/// The query is quantized once: to 8 bits a dimension against 4-bit codes, to 16 (two signed bytes) against 8-bit codes
/// and for re-ranking, so that the sums in the hot loop are exact integers. Distances are those of the quantized query,
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
    private let integers: UnsafeMutablePointer<Int16>
    /// Zero-padded arrays of signed bytes, `paddedBytes` apart.
    private let bytes: UnsafeMutablePointer<Int8>
    private let paddedBytes: Int
    private let nibbleQuery: UnsafeMutablePointer<vk_nibble_query>
    private let byteQuery: UnsafeMutablePointer<vk_byte_query>
    private let twoLevelQuery: UnsafeMutablePointer<vk_two_level_query>

    /// The arrays in `bytes`.
    private enum Part: Int, CaseIterable {
        case low, high, lowCoarse, lowFine, highCoarse, highFine, coarse, fine
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
        integers = .allocate(capacity: dimension)
        integers.initialize(repeating: 0, count: dimension)
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
    }

    deinit {
        values.deallocate()
        coded.deallocate()
        integers.deallocate()
        UnsafeMutableRawPointer(bytes).deallocate()
        nibbleQuery.deallocate()
        byteQuery.deallocate()
        twoLevelQuery.deallocate()
    }

    /// The query as admitted: normalised under cosine.
    package var vector: UnsafePointer<Float> { UnsafePointer(values) }

    /// Makes a query ready.
    /// - Parameter vector: `dimension` floats.
    /// - Throws: `IndexError` for a vector that is not finite, too large, or zero under cosine.
    package func prepare(_ vector: UnsafePointer<Float>) throws(IndexError) {
        values.update(from: vector, count: layout.dimension)
        try space.admit(values, row: nil, kernels: kernels)
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
        if layout.quantization.firstLevelBits == 4 {
            let affine = quantize(magnitude: magnitude, levels: 127, uncentredBase: uncentredBase)
            nibbleQuery.pointee = vk_nibble_query(
                low_nibbles: part(.low), high_nibbles: part(.high), code_bytes: layout.codeBytes, affine: affine)
            splitNibbles(low: part(.low), high: part(.high)) { Int8(truncatingIfNeeded: $0) }
        }
        guard layout.quantization.firstLevelBits == 8 || layout.quantization.residualBits > 0 else { return }
        let affine = quantize(magnitude: magnitude, levels: 127 * 256, uncentredBase: uncentredBase)
        let coarse = part(.coarse)
        let fine = part(.fine)
        for component in 0..<layout.dimension {
            coarse[component] = Self.coarse(integers[component])
            fine[component] = Self.fine(integers[component])
        }
        if layout.quantization.residualBits == 0 {
            byteQuery.pointee = vk_byte_query(
                coarse: coarse, fine: fine, code_bytes: layout.codeBytes, affine: affine)
        } else {
            splitNibbles(low: part(.lowCoarse), high: part(.highCoarse), Self.coarse)
            splitNibbles(low: part(.lowFine), high: part(.highFine), Self.fine)
            twoLevelQuery.pointee = vk_two_level_query(
                low_coarse: part(.lowCoarse), low_fine: part(.lowFine), high_coarse: part(.highCoarse),
                high_fine: part(.highFine), coarse: coarse, fine: fine, code_bytes: layout.codeBytes,
                dimension: layout.dimension, affine: affine)
        }
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
        }
    }

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
    /// - Throws: `IndexError` for an original that no collection would have taken in.
    package func distance(to original: UnsafeMutablePointer<Float>) throws(IndexError) -> Float {
        if space.metric == .cosine { try space.admit(original, row: nil, kernels: kernels) }
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
            ? distance / space.scale / space.scale : space.metric == .cosine ? 1 + distance : distance
        return space.metric == .ip ? finished : max(0, finished)
    }

    /// Rounds the coded query to integers of at most `levels`, and returns what turns integer sums into distances.
    private func quantize(magnitude: Float, levels: Float, uncentredBase: Float) -> vk_affine {
        let factor = magnitude > 0 ? levels / magnitude : 0
        let unit = magnitude > 0 && factor.isFinite ? magnitude / levels : 0
        kernels.round_to_int16(coded, unit > 0 ? factor : 0, layout.dimension, integers)
        var sum: Int64 = 0
        var squares: Int64 = 0
        for component in 0..<layout.dimension {
            let value = Int64(integers[component])
            sum &+= value
            squares &+= value &* value
        }
        let length = Float(Double(squares) * Double(unit) * Double(unit))
        let total = Float(Double(sum) * Double(unit))
        return space.metric == .l2
            ? vk_affine(base: length, norm_weight: 1, low_factor: -2 * total, step_factor: -2 * unit)
            : vk_affine(base: uncentredBase, norm_weight: 0, low_factor: -total, step_factor: -unit)
    }

    @inline(__always)
    private static func coarse(_ value: Int16) -> Int8 { Int8(truncatingIfNeeded: (value &+ 128) >> 8) }

    @inline(__always)
    private static func fine(_ value: Int16) -> Int8 { Int8(truncatingIfNeeded: value) }

    private func part(_ part: Part) -> UnsafeMutablePointer<Int8> { bytes + part.rawValue * paddedBytes }

    /// Lays out the integers as 4-bit codes are packed.
    @inline(__always)
    private func splitNibbles(
        low: UnsafeMutablePointer<Int8>, high: UnsafeMutablePointer<Int8>, _ byte: (Int16) -> Int8
    ) {
        NibbleSplit(dimension: layout.dimension).forEach { component, position, isHigh, count in
            let target = (isHigh ? high : low) + position
            for offset in 0..<count { target[offset] = byte(integers[component + offset]) }
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
