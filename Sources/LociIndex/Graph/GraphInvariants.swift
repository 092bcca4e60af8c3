// Loci, Apache License 2.0.

/// What must hold of every graph, and the walk that checks it.
package enum GraphInvariants {
    /// Something that does not hold, and where.
    package struct Violation: Sendable, Equatable, CustomStringConvertible {
        /// `nil` for what belongs to no slot: the table of entry points.
        package let slot: UInt32?
        package let what: String

        package var description: String { slot.map { "slot \($0): \(what)" } ?? what }
    }

    /// Checks degrees, neighbours, reachability, the constants of codes and sketches, and the table of entry points.
    /// - Parameters:
    ///   - view: What to check; its memory must be sound (all slots below `count` can be read).
    ///   - limit: How many violations to report at the most.
    /// - Complexity: O(count · degree).
    package static func violations(of view: GraphView, limit: Int = 100) -> [Violation] {
        var found: [Violation] = []
        func report(_ slot: UInt32?, _ what: String) {
            if found.count < limit { found.append(Violation(slot: slot, what: what)) }
        }
        if view.layout.hasHeader {
            for slot in 0..<UInt32(view.count) {
                if let what = headerFault(view.codes.record(slot)) { report(slot, what) }
            }
        }
        if let sketches = view.sketches {
            for slot in 0..<UInt32(view.count) {
                if let what = SketchLayout.headerFault(sketches.record(slot)) { report(slot, what) }
            }
        }
        if let entries = view.entries {
            entries.forEachFault(count: view.count) { report(nil, "the table of entry points: \($0)") }
        }
        guard let adjacency = view.adjacency else { return found }
        guard view.entryPoint < view.count else {
            report(view.entryPoint, "the entry point is not below the count, \(view.count)")
            return found
        }
        var isReached = [Bool](repeating: false, count: view.count)
        isReached[Int(view.entryPoint)] = true
        var stack = [view.entryPoint]
        var isListed = [Bool](repeating: false, count: view.count)
        for slot in 0..<UInt32(view.count) {
            let list = adjacency.record(slot)
            let neighbours = Adjacency.neighbours(list, maximumDegree: view.maximumDegree)
            for place in neighbours.count..<view.maximumDegree
            where Adjacency.neighbour(list, place) != Adjacency.unused {
                report(slot, "place \(place) of the neighbour list is used after its end")
                break
            }
            let sound = neighbours.filter { $0 < view.count }
            if sound.count < neighbours.count { report(slot, "a neighbour is not below the count, \(view.count)") }
            if neighbours.isEmpty && view.count > 1 { report(slot, "there are no neighbours") }
            for neighbour in sound {
                if neighbour == slot { report(slot, "it is its own neighbour") }
                if isListed[Int(neighbour)] { report(slot, "neighbour \(neighbour) is listed twice") }
                isListed[Int(neighbour)] = true
            }
            for neighbour in sound { isListed[Int(neighbour)] = false }
        }
        while let slot = stack.popLast() {
            for neighbour in Adjacency.neighbours(adjacency.record(slot), maximumDegree: view.maximumDegree)
            where neighbour < view.count && !isReached[Int(neighbour)] {
                isReached[Int(neighbour)] = true
                stack.append(neighbour)
            }
        }
        for slot in 0..<view.count where !isReached[slot] {
            report(UInt32(slot), "it cannot be reached from the entry point")
        }
        return found
    }

    /// What is wrong with the header of an LVQ record.
    private static func headerFault(_ record: UnsafePointer<UInt8>) -> String? {
        let header = UnsafeRawPointer(record)
        let low = HalfFloat.widen(UInt16(littleEndian: header.loadUnaligned(fromByteOffset: 0, as: UInt16.self)))
        let step = HalfFloat.widen(UInt16(littleEndian: header.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        let norms = [4, 8].map {
            Float(bitPattern: UInt32(littleEndian: header.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
        }
        if !low.isFinite { return "the lower bound of the code is not finite" }
        if !step.isFinite || step < 0 { return "the step of the code is not a finite number from 0 up" }
        if norms.contains(where: { !$0.isFinite || $0 < 0 }) {
            return "a norm of the code is not a finite number from 0 up"
        }
        return nil
    }
}
