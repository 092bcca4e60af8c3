// Loci, Apache License 2.0.

/// The vectors that a table of entries is made of: those of a build, or a collection's own as they are coded.
package struct EntryVectors {
    let dimension: Int
    /// The number of vectors, and of the slots that they are in.
    let count: Int
    let slotCount: Int
    /// Which slots hold vectors; `nil` where all do.
    let states: SlotStates?
    /// Writes the vector of a slot, in the coordinates of its space, about zero.
    let load: (_ slot: UInt32, _ output: UnsafeMutablePointer<Float>) -> Void

    /// What a build sees.
    init(_ vectors: BuildVectors) {
        dimension = vectors.dimension
        count = vectors.count
        slotCount = vectors.count
        states = nil
        load = vectors.load
    }

    /// The vectors of a collection, by all levels of their codes, which are LVQ's.
    /// - Parameter view: Its memory must stay as long as this is used.
    package init(_ view: GraphView) {
        dimension = view.layout.dimension
        slotCount = view.slotCount
        states = view.states
        // Not the view's number: draws go by it, and that of a damaged file may be another.
        count = view.states.map { states in (0..<UInt32(view.slotCount)).count { states.isLive($0) } } ?? view.slotCount
        let decoder = LVQDecoder(layout: view.layout)
        load = { slot, output in
            decoder.decode(record: view.codes.record(slot), residual: view.residuals?.record(slot), into: output)
        }
    }

    /// Draws so many slots that hold vectors, by the seed: each choice is as likely, and the slots rise (selection
    /// sampling: Knuth, 3.4.2, algorithm S).
    /// - Complexity: O(slots).
    func draw(_ number: Int, seed: UInt64) -> [UInt32] {
        var generator = SplitMix64(seed: seed ^ 0x656E_7472_6965_7321)
        var drawn: [UInt32] = []
        drawn.reserveCapacity(number)
        var left = count
        for slot in 0..<UInt32(slotCount) where states?.isLive(slot) ?? true {
            if generator.next(below: left) < number - drawn.count { drawn.append(slot) }
            left -= 1
        }
        return drawn
    }
}
