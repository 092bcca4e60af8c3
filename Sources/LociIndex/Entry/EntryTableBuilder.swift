// Loci, Apache License 2.0.

import CVectorKernels

/// Chooses entries among vectors, and codes them.
package struct EntryTableBuilder {
    private let vectors: EntryVectors
    private let layout: EntryTableLayout
    private let kernels = Kernels.active
    private let slots: [UInt32]

    /// The sample that directions are learned from has at most so many numbers.
    private static let sampleLimit = 1 << 22
    /// How far a projection's codes reach, in standard deviations: sixteen even steps serve a normal distribution best so
    /// (Max, 1960).
    private static let reach: Float = 2.7

    /// - Parameters:
    ///   - vectors: What entries are chosen from.
    ///   - layout: The table to make, of at most as many entries as there are vectors.
    ///   - seed: Determines which vectors are taken.
    init(vectors: EntryVectors, layout: EntryTableLayout, seed: UInt64) {
        self.vectors = vectors
        self.layout = layout
        slots = vectors.draw(layout.entries, seed: seed)
    }

    /// The table of a source's vectors, as a build of their graph in this space makes it.
    /// - Throws: What the source throws, or `IndexError` for a vector that is not admitted.
    /// - Returns: `nil` where a table would not pay.
    package static func learn(
        from source: some VectorSource, space: VectorSpace, seed: UInt64, threads: Int, observer: some BuildObserver
    ) throws -> (layout: EntryTableLayout, table: OwnedRecords)? {
        guard EntryTableLayout.standard(dimension: source.dimension, count: source.count) != nil else { return nil }
        let vectors = try BuildVectors(source: source, space: space, threads: threads, observer: observer)
        return standardTable(of: EntryVectors(vectors), space: space, seed: seed)
    }

    /// The table of some vectors; `nil` where it would not pay.
    package static func standardTable(
        of vectors: EntryVectors, space: VectorSpace, seed: UInt64
    ) -> (layout: EntryTableLayout, table: OwnedRecords)? {
        EntryTableLayout.standard(dimension: vectors.dimension, count: vectors.count).map {
            (layout: $0, table: EntryTableBuilder(vectors: vectors, layout: $0, seed: seed).build(space: space))
        }
    }

    /// A table of new entries that keeps the directions of an old one.
    ///
    /// What was removed or replaced leaves a table with entries that tell nothing, and what was inserted has none. The
    /// directions of most variance outlast that, and they are most of the work of a table.
    /// - Parameters:
    ///   - old: A table of the same space.
    ///   - vectors: As they are now.
    ///   - space: What the vectors are coded in.
    ///   - seed: Determines which vectors become entries.
    /// - Returns: A table of as many entries as a build of so many vectors would choose; `nil` where it would not pay.
    /// - Complexity: O(slots + entries · dimension · directions).
    package static func refreshedTable(
        _ old: EntryTable, of vectors: EntryVectors, space: VectorSpace, seed: UInt64
    ) -> (layout: EntryTableLayout, table: OwnedRecords)? {
        EntryTableLayout.standard(dimension: vectors.dimension, count: vectors.count).map {
            let layout = EntryTableLayout(
                dimension: $0.dimension, directions: old.layout.directions, entries: $0.entries)
            let builder = EntryTableBuilder(vectors: vectors, layout: layout, seed: seed)
            return (layout: layout, table: builder.refresh(old, space: space))
        }
    }

    /// The table's bytes.
    /// - Parameter space: What the vectors are coded in.
    /// - Complexity: O(sample · dimension · directions).
    func build(space: VectorSpace) -> OwnedRecords {
        let table = OwnedRecords(count: 1, stride: layout.bytes)
        storeDirections(to: UnsafeMutableRawPointer(table.base))
        if space.metric == .cosine { storeOffsets(of: space, to: table) }
        storeEntries(metric: space.metric, to: table)
        return table
    }

    /// The bytes of a table with the directions, scales and offsets of an old one.
    private func refresh(_ old: EntryTable, space: VectorSpace) -> OwnedRecords {
        let table = OwnedRecords(count: 1, stride: layout.bytes)
        // All before the groups depends on the directions alone. Lows and steps are written anew.
        table.base.update(from: old.base, count: layout.groupsOffset)
        storeEntries(metric: space.metric, to: table)
        return table
    }

    /// Learns the directions and writes them down.
    private func storeDirections(to bytes: UnsafeMutableRawPointer) {
        let dimension = layout.dimension
        let count = max(1, min(slots.count, Self.sampleLimit / dimension))
        var sample = [Float](repeating: 0, count: count * dimension)
        sample.withUnsafeMutableBufferPointer { sample in
            guard let base = sample.baseAddress else { return }
            for row in 0..<count { vectors.load(slots[row * slots.count / count], base + row * dimension) }
        }
        let directions = PrincipalDirections(
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
            }
        }
    }

    /// The directions as a table has them, one after another.
    private func directions(of table: EntryTable) -> [Float] {
        (0..<layout.directions).flatMap { index in
            let scale = table.float(at: layout.scalesOffset, index)
            let codes = table.direction(index)
            return (0..<layout.dimension).map { scale * Float(Int(codes[$0]) - 128) }
        }
    }

    /// Queries under cosine are not centred, as their distances are inner products; the table's are.
    private func storeOffsets(of space: VectorSpace, to table: OwnedRecords) {
        let directions = directions(of: EntryTable(layout: layout, base: UnsafePointer(table.base)))
        var mean = space.mean
        var offsets = [Float](repeating: 0, count: layout.directions)
        mean.withUnsafeMutableBufferPointer { mean in
            guard let base = mean.baseAddress else { return }
            _ = space.codeUncentred(base, kernels: kernels)
            project(base, on: directions, into: &offsets)
        }
        for (index, offset) in offsets.enumerated() {
            store(offset, at: 4 * index, to: UnsafeMutableRawPointer(table.base))
        }
    }

    /// Projects the entries on the directions that are written down, and writes all that follows from it.
    private func storeEntries(metric: Metric, to table: OwnedRecords) {
        let directions = directions(of: EntryTable(layout: layout, base: UnsafePointer(table.base)))
        var projections = [Float](repeating: 0, count: layout.entries * layout.directions)
        var lengths = [Float](repeating: 0, count: layout.entries)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: layout.dimension) { buffer in
            guard let values = buffer.baseAddress else { return }
            for (entry, slot) in slots.enumerated() {
                vectors.load(slot, values)
                lengths[entry] = kernels.sum_of_squares(values, layout.dimension)
                projections.withUnsafeMutableBufferPointer { projections in
                    guard let base = projections.baseAddress else { return }
                    project(values, on: directions, into: base + entry * layout.directions)
                }
            }
        }
        storeCodes(projections, lengths, metric: metric, to: UnsafeMutableRawPointer(table.base))
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
                // Written so that it holds for NaN, which the directions of a damaged table can lead to.
                let level = step > 0 ? LVQEncoder.round((value - low) / step) : 0
                let code = level > 0 ? min(level, 15) : 0
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
