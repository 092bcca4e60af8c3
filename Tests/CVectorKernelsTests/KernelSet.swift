// Loci, Apache License 2.0.

import CVectorKernels

/// One set of kernels, called with Swift arrays. Results have a canary behind them, so that a store too far is found.
struct KernelSet {
    let kernels: UnsafePointer<vk_kernels>

    init?(_ set: vk_instruction_set) {
        guard let kernels = vk_kernels_of(set) else { return nil }
        self.kernels = kernels
    }

    /// Every set that this processor has; the portable one is the first.
    static var all: [KernelSet] {
        [VK_PORTABLE, VK_AVX2, VK_AVX512, VK_AVX512_VPOPCNTDQ, VK_NEON].compactMap { KernelSet($0) }
    }

    var name: String { String(cString: kernels.pointee.name) }

    private static let canary: UInt32 = 0x1234_5678

    /// Runs `work` on room for `count` values and returns their bits, or nil where it wrote behind them. The owners live
    /// as long as it runs.
    private func output(
        _ count: Int, keeping owners: [AnyObject] = [], _ work: (UnsafeMutableRawPointer) -> Void
    ) -> [UInt32]? {
        var values = [UInt32](repeating: Self.canary, count: count + 4)
        values.withUnsafeMutableBytes { bytes in
            if let base = bytes.baseAddress { withExtendedLifetime(owners) { work(base) } }
        }
        guard values[count...].allSatisfy({ $0 == Self.canary }) else { return nil }
        return Array(values[..<count])
    }

    /// The same of a kernel that writes floats.
    private func floats(
        _ count: Int, keeping owners: [AnyObject] = [], _ work: (UnsafeMutablePointer<Float>) -> Void
    ) -> [UInt32]? {
        output(count, keeping: owners) { work($0.assumingMemoryBound(to: Float.self)) }
    }

    // MARK: Codes

    func nibbleDistances(_ query: TwoByteQuery, _ rows: RowPointers) -> [UInt32]? {
        floats(rows.count, keeping: rows.owners) { out in
            query.lowCoarse.withUnsafeBufferPointer { low in
                query.highCoarse.withUnsafeBufferPointer { high in
                    var argument = vk_nibble_query(
                        low_nibbles: low.baseAddress, high_nibbles: high.baseAddress, code_bytes: query.nibbleBytes,
                        affine: query.affine)
                    kernels.pointee.nibble_distances(
                        &argument, rows.pointers, rows.count, out)
                }
            }
        }
    }

    func byteDistances(_ query: TwoByteQuery, _ rows: RowPointers) -> [UInt32]? {
        floats(rows.count, keeping: rows.owners) { out in
            query.paddedCoarse.withUnsafeBufferPointer { coarse in
                query.paddedFine.withUnsafeBufferPointer { fine in
                    var argument = vk_byte_query(
                        coarse: coarse.baseAddress, fine: fine.baseAddress, code_bytes: query.dimension,
                        affine: query.affine)
                    kernels.pointee.byte_distances(
                        &argument, rows.pointers, rows.count, out)
                }
            }
        }
    }

    func nibbleNibbleDistances(
        _ query: TwoByteQuery, _ rows: RowPointers, _ residuals: RowPointers
    ) -> [UInt32]? {
        floats(rows.count, keeping: rows.owners + residuals.owners) { out in
            query.withTwoLevelQuery { argument in
                kernels.pointee.nibble_nibble_distances(
                    argument, rows.pointers, residuals.pointers, rows.count, out)
            }
        }
    }

    func nibbleByteDistances(
        _ query: TwoByteQuery, _ rows: RowPointers, _ residuals: RowPointers
    ) -> [UInt32]? {
        floats(rows.count, keeping: rows.owners + residuals.owners) { out in
            query.withTwoLevelQuery { argument in
                kernels.pointee.nibble_byte_distances(
                    argument, rows.pointers, residuals.pointers, rows.count, out)
            }
        }
    }

    func byteDots(_ query: TwoByteQuery, _ rows: RowPointers) -> [Int32]? {
        output(rows.count, keeping: rows.owners) { out in
            kernels.pointee.byte_dots(
                query.paddedCoarse, query.dimension, rows.pointers, rows.count, out.assumingMemoryBound(to: Int32.self))
        }?.map { Int32(bitPattern: $0) }
    }

    // MARK: Sketches, binary rows and entry points

    func sketchBounds(_ query: SketchQuery, _ rows: RowPointers) -> [UInt32]? {
        floats(rows.count, keeping: rows.owners) { out in
            query.withArgument { argument in
                kernels.pointee.sketch_bounds(
                    argument, rows.pointers, rows.count, out)
            }
        }
    }

    func hammingDistances(_ query: HammingQuery, _ rows: RowPointers) -> [UInt32]? {
        floats(rows.count, keeping: rows.owners) { out in
            query.withArgument { kernels.pointee.hamming_distances($0, rows.pointers, rows.count, out) }
        }
    }

    /// `table` is one pointer, to the groups.
    func entryMinima(_ query: EntryQuery, _ table: RowPointers, groupCount: Int) -> EntryMinima? {
        var scores: [UInt32]?
        let groups = output(EntryTable.lanes, keeping: table.owners) { groups in
            scores = output(EntryTable.lanes) { scores in
                query.withArgument { argument in
                    kernels.pointee.entry_minima(
                        argument, table.pointers[0], groupCount, scores.assumingMemoryBound(to: Float.self),
                        groups.assumingMemoryBound(to: UInt32.self))
                }
            }
        }
        guard let scores, let groups else { return nil }
        return EntryMinima(scores: scores, groups: groups)
    }

    // MARK: Floats

    /// One of the four kernels on float rows.
    func floatDistances(
        _ query: [Float], _ rows: RowPointers, isHalf: Bool, isL2: Bool
    ) -> [UInt32]? {
        let table = kernels.pointee
        return floats(rows.count, keeping: rows.owners) { out in
            switch (isHalf, isL2) {
            case (false, true): table.float32_l2_distances(query, query.count, rows.pointers, rows.count, out)
            case (false, false): table.float32_ip_distances(query, query.count, rows.pointers, rows.count, out)
            case (true, true): table.float16_l2_distances(query, query.count, rows.pointers, rows.count, out)
            case (true, false): table.float16_ip_distances(query, query.count, rows.pointers, rows.count, out)
            }
        }
    }

    func sumOfSquares(_ values: [Float]) -> Float { kernels.pointee.sum_of_squares(values, values.count) }

    func dot(_ first: [Float], _ second: [Float]) -> Float { kernels.pointee.dot(first, second, first.count) }

    func largestMagnitude(_ values: [Float]) -> Float { kernels.pointee.largest_magnitude(values, values.count) }

    func allFinite(_ values: [Float]) -> Bool { kernels.pointee.all_finite(values, values.count) != 0 }

    // MARK: Queries and search buffers

    /// The parts and the sums of a query, or nil where a part was written too far. The query lies in memory that ends with
    /// it.
    func quantizedQuery(_ values: [Float], factor: Float) -> QuantizedQuery? {
        let canary: Int8 = 0x5a
        var coarse = [Int8](repeating: canary, count: values.count + 64)
        var fine = coarse
        var sums = vk_query_sums(sum: -1, squares: -1, coarse_sum: -1, coarse_squares: -1)
        let count = values.count
        let memory = GuardedRows([values.withUnsafeBytes { Array($0) }])
        withExtendedLifetime(memory) {
            memory.rows.pointers[0]?.withMemoryRebound(to: Float.self, capacity: count) { values in
                kernels.pointee.quantize_query(values, factor, count, &coarse, &fine, &sums)
            }
        }
        guard (coarse[values.count...] + fine[values.count...]).allSatisfy({ $0 == canary }) else { return nil }
        return QuantizedQuery(
            coarse: Array(coarse[..<values.count]), fine: Array(fine[..<values.count]), sum: sums.sum,
            squares: sums.squares, coarseSum: sums.coarse_sum, coarseSquares: sums.coarse_squares)
    }

    /// A search buffer after a batch of candidates. Its keys, and room for one more than `capacity`, lie in memory that
    /// ends with them, and so do the candidates: what reads or writes further ends the test program. Places that are not
    /// taken hold `garbage` before.
    func inserted(
        _ candidates: [SearchCandidate], into state: SearchBufferState, capacity: Int, garbage: UInt64
    ) -> SearchBufferState {
        let room = state.keys + [UInt64](repeating: garbage, count: capacity + 1 - state.keys.count)
        let memory = GuardedRows([
            room.withUnsafeBytes { Array($0) },
            candidates.map(\.distanceBits).withUnsafeBytes { Array($0) },
            candidates.map(\.slot).withUnsafeBytes { Array($0) },
        ])
        let rows = memory.rows.pointers.map { UnsafeMutableRawPointer(mutating: $0) }
        return withExtendedLifetime(memory) {
            guard let keys = rows[0]?.assumingMemoryBound(to: UInt64.self) else { return state }
            var count = state.keys.count
            var cursor = state.cursor
            kernels.pointee.insert_candidates(
                rows[1]?.assumingMemoryBound(to: Float.self), rows[2]?.assumingMemoryBound(to: UInt32.self),
                candidates.count, keys, capacity, &count, &cursor)
            let held = UnsafeBufferPointer(start: keys, count: min(count, capacity + 1))
            return SearchBufferState(keys: Array(held), cursor: cursor)
        }
    }

    // MARK: Attention

    /// What a query finds in a group. All that is read, and all that is written, lies in memory that ends with it; but
    /// keys and values end `slack` bytes before, so that they may begin at any alignment.
    func attended(_ query: [Float], _ group: AttentionGroup, scale: Float, slack: Int = 0) -> AttentionResult? {
        let count = group.keys.count
        let floats = GuardedRows([
            query.withUnsafeBytes { Array($0) }, [UInt8](repeating: 0xff, count: 4 * count),
            [UInt8](repeating: 0xff, count: 4 * query.count),
        ])
        let rows = GuardedRows([group.keys.flatMap(\.bytes), group.values.flatMap(\.bytes)], slack: slack)
        return withExtendedLifetime((floats, rows)) {
            let places = floats.rows.pointers.map { UnsafeMutableRawPointer(mutating: $0) }
            guard let weights = places[1]?.assumingMemoryBound(to: Float.self),
                let output = places[2]?.assumingMemoryBound(to: Float.self)
            else { return nil }
            var sums = vk_attention_sums(maximum: .nan, sum: .nan)
            let attend = group.isHalf ? kernels.pointee.attend_halves : kernels.pointee.attend_codes
            attend(
                places[0]?.assumingMemoryBound(to: Float.self), query.count, rows.rows.pointers[0],
                rows.rows.pointers[1], count, scale, weights, output, &sums)
            return AttentionResult(
                weights: Array(UnsafeBufferPointer(start: weights, count: count)),
                output: Array(UnsafeBufferPointer(start: output, count: query.count)), maximum: sums.maximum,
                sum: sums.sum)
        }
    }

    // MARK: Arrays in place

    /// `values` after `work`, or nil where it wrote behind them.
    private func changed(_ values: [Float], _ work: (UnsafeMutablePointer<Float>) -> Void) -> [Float]? {
        floats(values.count) { out in
            out.update(from: values, count: values.count)
            work(out)
        }?.map { Float(bitPattern: $0) }
    }

    func multiplied(_ values: [Float], by factors: [Float]) -> [Float]? {
        changed(values) { kernels.pointee.multiply($0, factors, values.count) }
    }

    func subtractedAndScaled(_ values: [Float], _ offsets: [Float], _ factor: Float) -> [Float]? {
        changed(values) { kernels.pointee.subtract_and_scale($0, offsets, factor, values.count) }
    }

    func hadamard(_ values: [Float]) -> [Float]? { changed(values) { kernels.pointee.hadamard($0, values.count) } }

    func butterfly(_ values: [Float]) -> [Float]? {
        changed(values) { kernels.pointee.butterfly($0, values.count / 2) }
    }

    func widened(_ values: [UInt16]) -> [Float] {
        [Float](unsafeUninitializedCapacity: values.count) { buffer, used in
            kernels.pointee.widen_float16(values, values.count, buffer.baseAddress)
            used = values.count
        }
    }

    func narrowed(_ values: [Float]) -> [UInt16] {
        [UInt16](unsafeUninitializedCapacity: values.count) { buffer, used in
            kernels.pointee.narrow_float32(values, values.count, buffer.baseAddress)
            used = values.count
        }
    }
}
