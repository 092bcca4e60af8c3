// Loci, Apache License 2.0.

import TestSupport

@testable import LociIndex

/// Random neighbour lists over slots of random states, of which every invariant holds: the vectors are in reach by a
/// tree, and lists name vectors and what was removed. What stands in the records of slots without vectors is anything.
final class RandomGraph {
    let degree: Int
    let states: [SlotState]
    let live: [UInt32]
    let entryPoint: UInt32
    let stateRecords: OwnedRecords
    let adjacency: OwnedRecords
    let parents: OwnedRecords

    /// - Parameters:
    ///   - liveCount: From 1 to `slotCount`.
    ///   - degree: At least 2.
    init(slotCount: Int, liveCount: Int, degree: Int, _ generator: inout SeededGenerator) throws {
        self.degree = degree
        let order = (0..<UInt32(slotCount)).shuffled(using: &generator)
        live = Array(order[..<liveCount])
        entryPoint = order[0]
        var states = [SlotState](repeating: .live, count: slotCount)
        for slot in order[liveCount...] { states[Int(slot)] = [.free, .leaving, .removed][generator.below(3)] }
        self.states = states
        var lists = [[UInt32]](repeating: [], count: slotCount)
        var parents = [UInt32](repeating: SpanningTree.none, count: slotCount)
        for (index, vertex) in live.enumerated().dropFirst() {
            let earlier = live[..<index].filter { lists[Int($0)].count < degree }
            let parent = earlier[generator.below(earlier.count)]
            lists[Int(parent)].append(vertex)
            parents[Int(vertex)] = parent
        }
        let named = order.filter { states[Int($0)] != .free }
        for vertex in live {
            var list = Set(lists[Int(vertex)])
            for _ in 0..<generator.below(2 * degree) where list.count < degree {
                list.insert(named[generator.below(named.count)])
            }
            // A list of nothing is a fault where there is more than one vector.
            if list.subtracting([vertex]).isEmpty, let other = live.first(where: { $0 != vertex }) { list = [other] }
            lists[Int(vertex)] = list.subtracting([vertex]).sorted().shuffled(using: &generator)
        }
        stateRecords = OwnedRecords(count: SlotStates.recordCount(slots: slotCount), stride: SlotStates.recordBytes)
        adjacency = OwnedRecords(count: slotCount, stride: Adjacency.stride(maximumDegree: degree))
        self.parents = OwnedRecords(count: slotCount, stride: SpanningTree.recordBytes)
        for slot in 0..<UInt32(slotCount) {
            try SlotStates.set(states[Int(slot)], of: slot, in: stateRecords)
            try SpanningTree.setParent(parents[Int(slot)], of: slot, in: self.parents)
            let junk = generator.bytes(adjacency.stride)
            for (index, byte) in junk.enumerated() { adjacency[Int(slot)][index] = byte }
            guard states[Int(slot)] == .live else { continue }
            for place in 0..<degree {
                let list = lists[Int(slot)]
                name(place < list.count ? list[place] : Adjacency.unused, slot, place)
            }
        }
    }

    /// Writes a place of a neighbour list.
    func name(_ neighbour: UInt32, _ slot: UInt32, _ place: Int) {
        UnsafeMutableRawPointer(adjacency[Int(slot)]).storeBytes(
            of: neighbour.littleEndian, toByteOffset: place * 4, as: UInt32.self)
    }

    func neighbours(_ slot: UInt32) -> [UInt32] {
        Adjacency.neighbours(adjacency[Int(slot)], maximumDegree: degree)
    }

    func parent(_ slot: UInt32) -> UInt32 { SpanningTree.parent(of: slot, in: parents.records) }

    /// What a searcher reads; valid while this object and the vectors live.
    /// - Parameter entries: Where walks begin besides.
    func view(
        _ coded: CodedVectors, count: Int? = nil, entryPoint: UInt32? = nil, hasSketches: Bool = false,
        entries: EntryTable? = nil
    ) -> GraphView {
        GraphView(
            count: count ?? live.count, slotCount: states.count, states: SlotStates(records: stateRecords.records),
            layout: coded.layout, codes: coded.codes.records, sketches: hasSketches ? coded.sketches?.records : nil,
            residuals: coded.residuals?.records, adjacency: adjacency.records, parents: parents.records,
            maximumDegree: degree, entryPoint: entryPoint ?? self.entryPoint, entries: entries)
    }
}
