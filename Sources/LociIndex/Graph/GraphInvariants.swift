// Loci, Apache License 2.0.

/// What must hold of every graph, and the walk that checks it.
package enum GraphInvariants {
    /// Something that does not hold, and where.
    package struct Violation: Sendable, Equatable, CustomStringConvertible {
        /// `nil` for what belongs to no slot: the table of entry points, numbers of vectors.
        package let slot: UInt32?
        package let what: String

        package var description: String { slot.map { "slot \($0): \(what)" } ?? what }
    }

    /// Checks states, the constants of codes and sketches, the table of entry points, degrees, neighbours, reachability,
    /// and the tree of parents. Of a slot that holds no vector nothing is looked at but its state and its parent.
    /// - Parameters:
    ///   - view: What to check; its memory must be sound (all slots below `slotCount` can be read).
    ///   - limit: How many violations to report at the most.
    /// - Complexity: O(slots · degree).
    package static func violations(of view: GraphView, limit: Int = 100) -> [Violation] {
        var check = GraphCheck(view: view, limit: limit)
        check.states()
        check.constants()
        if let entries = view.entries {
            entries.forEachFault(count: view.slotCount) { check.report(nil, "the table of entry points: \($0)") }
        }
        if let adjacency = view.adjacency {
            check.lists(adjacency)
            if let entryPoint = check.soundEntryPoint() {
                check.reachability(adjacency, from: entryPoint)
                if let parents = view.parents { check.parents(parents, adjacency, entryPoint: entryPoint) }
            }
        }
        return check.found
    }
}

/// A check under way.
private struct GraphCheck {
    private let view: GraphView
    private let limit: Int
    private let slots: Range<UInt32>
    private(set) var found: [GraphInvariants.Violation] = []

    init(view: GraphView, limit: Int) {
        self.view = view
        self.limit = limit
        slots = 0..<UInt32(view.slotCount)
    }

    mutating func report(_ slot: UInt32?, _ what: String) {
        if found.count < limit { found.append(GraphInvariants.Violation(slot: slot, what: what)) }
    }

    private func isLive(_ slot: UInt32) -> Bool { view.states?.isLive(slot) ?? true }

    /// Whether a slot exists and holds a vector.
    private func isVector(_ slot: UInt32) -> Bool { slot < view.slotCount && isLive(slot) }

    /// The states count as many vectors as there are said to be, and tell nothing beyond the slots.
    mutating func states() {
        let live = slots.count { isLive($0) }
        if live != view.count { report(nil, "\(live) slots hold vectors, but the count is \(view.count)") }
        guard let states = view.states else { return }
        let described = SlotStates.recordCount(slots: view.slotCount) * SlotStates.slotsPerRecord
        for slot in view.slotCount..<described where states.state(of: UInt32(slot)).rawValue != 0 {
            report(UInt32(slot), "it is not below the number of slots, \(view.slotCount), but has a state")
        }
    }

    /// The constants of codes and sketches are numbers that distances can be taken with.
    mutating func constants() {
        for slot in slots where isLive(slot) {
            if let what = view.layout.fault(of: view.codes.record(slot)) { report(slot, what) }
        }
        if let sketches = view.sketches {
            for slot in slots where isLive(slot) {
                if let what = SketchLayout.headerFault(sketches.record(slot)) { report(slot, what) }
            }
        }
    }

    /// Neighbours come first, exist, are listed once, and are not the vertex itself. One that was removed may be named
    /// until a sweep comes by, but a slot that is free may be any vector's next.
    mutating func lists(_ adjacency: RecordArray) {
        var isListed = [Bool](repeating: false, count: view.slotCount)
        for slot in slots where isLive(slot) {
            let list = adjacency.record(slot)
            let neighbours = Adjacency.neighbours(list, maximumDegree: view.maximumDegree)
            for place in neighbours.count..<view.maximumDegree
            where Adjacency.neighbour(list, place) != Adjacency.unused {
                report(slot, "place \(place) of the neighbour list is used after its end")
                break
            }
            let sound = neighbours.filter { $0 < view.slotCount }
            if sound.count < neighbours.count {
                report(slot, "a neighbour is not below the count, \(view.slotCount)")
            }
            if neighbours.isEmpty && view.count > 1 { report(slot, "there are no neighbours") }
            for neighbour in sound {
                if neighbour == slot { report(slot, "it is its own neighbour") }
                if isListed[Int(neighbour)] { report(slot, "neighbour \(neighbour) is listed twice") }
                if view.states?.state(of: neighbour) == .free {
                    report(slot, "neighbour \(neighbour) is a slot that is free")
                }
                isListed[Int(neighbour)] = true
            }
            for neighbour in sound { isListed[Int(neighbour)] = false }
        }
    }

    /// The entry point, if one is needed and can be entered at.
    mutating func soundEntryPoint() -> UInt32? {
        guard view.count > 0 else { return nil }
        if view.entryPoint >= view.slotCount {
            report(view.entryPoint, "the entry point is not below the count, \(view.slotCount)")
        } else if !isLive(view.entryPoint) {
            report(view.entryPoint, "the entry point holds no vector")
        } else {
            return view.entryPoint
        }
        return nil
    }

    /// Every vector can be reached from the entry point over vectors.
    mutating func reachability(_ adjacency: RecordArray, from entryPoint: UInt32) {
        let reach = GraphReach(view, adjacency: adjacency, from: entryPoint)
        for slot in slots where isLive(slot) && reach.hops[Int(slot)] == GraphReach.unreached {
            report(slot, "it cannot be reached from the entry point")
        }
    }

    /// Parents are vectors whose lists name their children, and lead to the entry point.
    mutating func parents(_ parents: RecordArray, _ adjacency: RecordArray, entryPoint: UInt32) {
        for slot in slots {
            let parent = SpanningTree.parent(of: slot, in: parents)
            if slot == entryPoint || !isLive(slot) {
                if parent != SpanningTree.none {
                    let who = slot == entryPoint ? "the entry point" : "it holds no vector, but"
                    report(slot, "\(who) has a parent, \(parent)")
                }
            } else if parent == SpanningTree.none {
                report(slot, "it has no parent")
            } else if parent >= view.slotCount {
                report(slot, "its parent \(parent) is not below the count, \(view.slotCount)")
            } else if !isLive(parent) {
                report(slot, "its parent \(parent) holds no vector")
            } else if !Adjacency.neighbours(adjacency.record(parent), maximumDegree: view.maximumDegree).contains(slot)
            {
                report(slot, "its parent \(parent) does not name it")
            }
        }
        // Wherever parents are sound, the way up ends at the entry point or goes round. Each vertex is marked with the
        // slot from which a way came by first: one that meets its own mark has gone round.
        var origin = [UInt32](repeating: .max, count: view.slotCount)
        for start in slots where isLive(start) {
            var slot = start
            while slot != entryPoint, isVector(slot), origin[Int(slot)] == .max {
                origin[Int(slot)] = start
                slot = SpanningTree.parent(of: slot, in: parents)
            }
            if slot != entryPoint, isVector(slot), origin[Int(slot)] == start {
                report(slot, "its parents lead round to itself, and not to the entry point")
            }
        }
    }
}
