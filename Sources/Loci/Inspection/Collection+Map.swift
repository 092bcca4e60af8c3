// Loci, Apache License 2.0.

import LociIndex
import LociStorage

extension Collection {
    /// Draws a map of a sample of the vectors, all of one moment.
    /// - Parameters:
    ///   - sample: How many vectors, at most all.
    ///   - seed: Which ones; the same seed draws the same map of the same collection.
    ///   - onVector: Called after each vector, on this thread; what it throws ends the work.
    /// - Throws: `LociError.emptyCollection`; `IndexError.parameter`; `LociError.corrupt`; what `onVector` throws.
    /// - Complexity: O(sample · dimension), and O(slots); memory for some millions of components beside the map.
    public func map(
        sample: Int = 20_000, seed: UInt64 = 42, onVector: () throws -> Void = {}
    ) throws -> CollectionMap {
        try RecallQueries<VectorArray>.validate(sample: sample)
        return try withFound { view, transaction in
            let live = Array(view.liveSlots)
            guard !live.isEmpty else { throw LociError.emptyCollection(name: name) }
            let slots = RandomRows.draw(min(sample, live.count), of: live.count, seed: seed).map { live[$0] }
            let rows = try RowLists(view, in: transaction)
            let attributes = try slots.map { try transaction.attributes(of: rows.first(of: $0), in: view.number) }
            return (slots, attributes)
        } _: { view, found in
            let (slots, attributes) = found
            let plane = view.plane(of: slots)
            let points = try zip(slots, attributes).map { slot, text in
                let id = VectorID(bytes: try view.identifiers.identifier(at: slot))
                let place = plane.place(of: view.measured(at: slot))
                try onVector()
                return CollectionMap.Point(
                    id: id, slot: slot, x: place.x, y: place.y,
                    attributes: try text.map { try Attributes(stored: $0, of: id) })
            }
            return CollectionMap(
                points: points, count: view.record.count, plane: plane,
                isNormalised: view.record.configuration.metric == .cosine)
        }
    }

    /// Vectors of slots on a map, be they among its points or not.
    /// - Throws: `LociError`; `IndexError.rowOutOfRange` for a slot that does not exist.
    package func points(at slots: [UInt32], on map: CollectionMap) throws -> [CollectionMap.Point] {
        try withView { view in
            try slots.map { slot in
                guard slot < view.record.slots else {
                    throw IndexError.rowOutOfRange(row: Int(slot), count: view.record.slots)
                }
                let place = map.plane.place(of: view.measured(at: slot))
                return CollectionMap.Point(
                    id: VectorID(bytes: try view.identifiers.identifier(at: slot)), slot: slot, x: place.x,
                    y: place.y, attributes: nil)
            }
        }
    }

    /// Finds the nearest to the vector of a slot, and tells the way; see ``trace(_:k:window:)``.
    package func trace(slot: UInt32, k: Int = 10) throws -> SearchTrace {
        try trace(
            try withView { view in
                guard slot < view.record.slots else {
                    throw IndexError.rowOutOfRange(row: Int(slot), count: view.record.slots)
                }
                return view.vector(at: slot)
            }, k: k)
    }

    /// The graph of a map that has all vectors of the collection; without links where the collection has no graph.
    /// - Parameter limit: The most bytes that it may take: of codes, and four for a link.
    /// - Returns: `nil` where the map has not all vectors of this commit, or it would take more.
    /// - Throws: `LociError`, and `.corrupt` for a slot that does not exist.
    package func graph(of map: CollectionMap, limit: Int) throws -> MapGraph? {
        try withView { view in
            let adjacency = view.graph.adjacency
            let degree = adjacency == nil ? 0 : view.graph.maximumDegree
            guard map.points.count == view.record.count,
                map.points.count * (view.record.dimension + 4 * degree) <= limit
            else { return nil }
            var numbers = [UInt32?](repeating: nil, count: view.record.slots)
            for (number, point) in map.points.enumerated() {
                // A map of a commit before has slots that the next one may not have.
                guard Int(point.slot) < numbers.count else { return nil }
                numbers[Int(point.slot)] = UInt32(number)
            }
            var codes: [UInt8] = []
            var (lows, steps): ([Float], [Float]) = ([], [])
            var (ends, links): ([UInt32], [UInt32]) = ([], [])
            for point in map.points {
                let vector = view.measured(at: point.slot)
                let (low, high) = (vector.min() ?? 0, vector.max() ?? 0)
                let step = (high - low) / 255
                lows.append(low)
                steps.append(step)
                codes += vector.map { step > 0 ? UInt8(min(255, (($0 - low) / step).rounded())) : 0 }
                let neighbours = adjacency.map {
                    Adjacency.neighbours($0.record(point.slot), maximumDegree: degree)
                }
                for neighbour in neighbours ?? [] {
                    guard neighbour < view.record.slots else {
                        throw IndexError.corrupt(
                            "slot \(point.slot) has the neighbour \(neighbour), but there are \(view.record.slots) slots"
                        )
                    }
                    if let number = numbers[Int(neighbour)] { links.append(number) }
                }
                ends.append(UInt32(links.count))
            }
            var entries = adjacency == nil ? [] : [view.graph.entryPoint]
            if let table = view.graph.entries { entries += (0..<table.layout.entries).map { table.slot($0) } }
            return MapGraph(
                codes: codes, lows: lows, steps: steps, ends: ends, links: links,
                entries: entries.compactMap { $0 < numbers.count ? numbers[Int($0)] : nil })
        }
    }
}

extension CollectionView {
    /// The numbers that a plane is learned from, at most: beyond, more vectors turn it by less than can be seen.
    private static let planeLimit = 1 << 22

    /// The plane in which some vectors vary most.
    fileprivate func plane(of slots: [UInt32]) -> PrincipalPlane {
        let count = max(1, min(slots.count, Self.planeLimit / record.dimension))
        let rows = (0..<count).flatMap { measured(at: slots[$0 * slots.count / count]) }
        return PrincipalPlane(rows: rows, rowCount: count, dimension: record.dimension)
    }
}
