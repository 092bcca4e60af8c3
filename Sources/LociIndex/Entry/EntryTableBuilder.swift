// Loci, Apache License 2.0.

import CVectorKernels

/// Chooses entries among the vectors of a build, and codes them.
package struct EntryTableBuilder {
    private let vectors: BuildVectors
    private let layout: EntryTableLayout
    private let kernels = Kernels.active
    private let slots: [UInt32]

    /// The sample that directions are learned from has at most so many numbers.
    private static let sampleLimit = 1 << 22
    /// How far a projection's codes reach, in standard deviations: sixteen even steps serve a normal distribution best so
    /// (Max, 1960).
    private static let reach: Float = 2.7

    /// - Parameters:
    ///   - vectors: What the build sees.
    ///   - layout: The table to make.
    ///   - seed: Determines which vectors are taken.
    init(vectors: BuildVectors, layout: EntryTableLayout, seed: UInt64) {
        self.vectors = vectors
        self.layout = layout
        // Selection sampling (Knuth, 3.4.2, algorithm S): each subset is as likely, and the slots rise.
        var generator = SplitMix64(seed: seed ^ 0x656E_7472_6965_7321)
        var slots: [UInt32] = []
        slots.reserveCapacity(layout.entries)
        for slot in 0..<vectors.count {
            if generator.next(below: vectors.count - slot) < layout.entries - slots.count {
                slots.append(UInt32(slot))
            }
        }
        self.slots = slots
    }

    /// The table of a source's vectors, as a build of their graph in this space makes it.
    /// - Throws: What the source throws, or `IndexError` for a vector that is not admitted.
    /// - Returns: `nil` where a table would not pay.
    package static func learn(
        from source: some VectorSource, space: VectorSpace, seed: UInt64, threads: Int, observer: some BuildObserver
    ) throws -> (layout: EntryTableLayout, table: OwnedRecords)? {
        guard EntryTableLayout.standard(dimension: source.dimension, count: source.count) != nil else { return nil }
        let vectors = try BuildVectors(source: source, space: space, threads: threads, observer: observer)
        return standardTable(of: vectors, space: space, seed: seed)
    }

    /// The table of a build's vectors; `nil` where it would not pay.
    static func standardTable(
        of vectors: BuildVectors, space: VectorSpace, seed: UInt64
    ) -> (layout: EntryTableLayout, table: OwnedRecords)? {
        EntryTableLayout.standard(dimension: vectors.dimension, count: vectors.count).map {
            (layout: $0, table: EntryTableBuilder(vectors: vectors, layout: $0, seed: seed).build(space: space))
        }
    }

    /// The table's bytes.
    /// - Parameter space: What the vectors are coded in.
    /// - Complexity: O(sample · dimension · directions).
    func build(space: VectorSpace) -> OwnedRecords {
        let table = OwnedRecords(count: 1, stride: layout.bytes)
        let bytes = UnsafeMutableRawPointer(table.base)
        let directions = storeDirections(to: bytes)
        if space.metric == .cosine { storeOffsets(of: space, directions, to: bytes) }
        var projections = [Float](repeating: 0, count: layout.entries * layout.directions)
        var lengths = [Float](repeating: 0, count: layout.entries)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: layout.dimension) { buffer in
            guard let values = buffer.baseAddress else { return }
            for (entry, slot) in slots.enumerated() {
                vectors.load(slot, into: values)
                lengths[entry] = kernels.sum_of_squares(values, layout.dimension)
                projections.withUnsafeMutableBufferPointer { projections in
                    guard let base = projections.baseAddress else { return }
                    project(values, on: directions, into: base + entry * layout.directions)
                }
            }
        }
        storeCodes(projections, lengths, metric: space.metric, to: bytes)
        return table
    }

    /// Learns the directions and writes them down.
    /// - Returns: The directions as they were written, one after another.
    private func storeDirections(to bytes: UnsafeMutableRawPointer) -> [Float] {
        let dimension = layout.dimension
        let count = max(1, min(slots.count, Self.sampleLimit / dimension))
        var sample = [Float](repeating: 0, count: count * dimension)
        sample.withUnsafeMutableBufferPointer { sample in
            guard let base = sample.baseAddress else { return }
            for row in 0..<count { vectors.load(slots[row * slots.count / count], into: base + row * dimension) }
        }
        var directions = PrincipalDirections(
            rows: sample, rowCount: count, dimension: dimension, count: layout.directions
        ).values
        for index in 0..<layout.directions {
            let components = index * dimension..<(index + 1) * dimension
            let scale = (directions[components].lazy.map(\.magnitude).max() ?? 0) / 127
            store(scale, at: layout.scalesOffset + 4 * index, to: bytes)
            for component in components {
                let code = scale > 0 ? LVQEncoder.round(directions[component] / scale) : 0
                bytes.storeBytes(
                    of: UInt8(code + 128), toByteOffset: layout.directionsOffset + component, as: UInt8.self)
                directions[component] = scale * code
            }
        }
        return directions
    }

    /// Queries under cosine are not centred, as their distances are inner products; the table's are.
    private func storeOffsets(of space: VectorSpace, _ directions: [Float], to bytes: UnsafeMutableRawPointer) {
        var mean = space.mean
        var offsets = [Float](repeating: 0, count: layout.directions)
        mean.withUnsafeMutableBufferPointer { mean in
            guard let base = mean.baseAddress else { return }
            _ = space.codeUncentred(base, kernels: kernels)
            project(base, on: directions, into: &offsets)
        }
        for (index, offset) in offsets.enumerated() { store(offset, at: 4 * index, to: bytes) }
    }

    private func project(
        _ values: UnsafePointer<Float>, on directions: [Float], into output: UnsafeMutablePointer<Float>
    ) {
        directions.withUnsafeBufferPointer { directions in
            guard let base = directions.baseAddress else { return }
            for index in 0..<layout.directions {
                output[index] = kernels.dot(base + index * layout.dimension, values, layout.dimension)
            }
        }
    }

    /// Writes ranges, codes, biases and slots.
    private func storeCodes(
        _ projections: [Float], _ lengths: [Float], metric: Metric, to bytes: UnsafeMutableRawPointer
    ) {
        let directions = layout.directions
        var ranges: [(low: Float, step: Float)] = []
        for direction in 0..<directions {
            var sum = 0.0
            var squares = 0.0
            for entry in 0..<layout.entries {
                let value = Double(projections[entry * directions + direction])
                sum += value
                squares += value * value
            }
            let mean = sum / Double(layout.entries)
            let deviation = Float(max(0, squares / Double(layout.entries) - mean * mean).squareRoot())
            let range = (low: Float(mean) - Self.reach * deviation, step: 2 * Self.reach * deviation / 15)
            store(range.low, at: layout.lowsOffset + 4 * direction, to: bytes)
            store(range.step, at: layout.stepsOffset + 4 * direction, to: bytes)
            ranges.append(range)
        }
        for entry in 0..<layout.entries {
            let (number, place) = entry.quotientAndRemainder(dividingBy: EntryTableLayout.entriesPerGroup)
            let group = layout.groupsOffset + number * layout.groupBytes
            // What the directions leave out counts as it is; along them, the point that the codes stand for.
            var length = Double(lengths[entry])
            for direction in 0..<directions {
                let value = projections[entry * directions + direction]
                let (low, step) = ranges[direction]
                let code = step > 0 ? min(max(LVQEncoder.round((value - low) / step), 0), 15) : 0
                let decoded = Double(low + step * code)
                length += decoded * decoded - Double(value) * Double(value)
                let (line, within) = direction.quotientAndRemainder(dividingBy: 8)
                let byte = group + 64 * (1 + line) + 4 * place + within % 4
                let old = bytes.load(fromByteOffset: byte, as: UInt8.self)
                bytes.storeBytes(
                    of: old | (within < 4 ? UInt8(code) : UInt8(code) << 4), toByteOffset: byte, as: UInt8.self)
            }
            store(metric == .ip ? 0 : Float(length), at: group + 4 * place, to: bytes)
            bytes.storeBytes(
                of: slots[entry].littleEndian, toByteOffset: layout.slotsOffset + 4 * entry, as: UInt32.self)
        }
    }

    private func store(_ value: Float, at offset: Int, to bytes: UnsafeMutableRawPointer) {
        bytes.storeBytes(of: value.bitPattern.littleEndian, toByteOffset: offset, as: UInt32.self)
    }
}
