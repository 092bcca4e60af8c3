// Loci, Apache License 2.0.

import Synchronization

/// Which blocks were opened since that was last written: what eviction goes by.
///
/// They are hints, held in memory so that no reader has to wait for a writer: the next transaction that changes their store writes
/// them. Where none comes, the oldest are given up.
package final class BlockUses: Sendable {
    private struct State {
        var openings: [MemoryNamespace: [NotedOpening]] = [:]
        var size = 0
    }

    private let state = Mutex(State())
    /// How large the openings that wait may be together, of all stores: some 16 MB.
    private let limit: Int

    /// Nothing was opened yet.
    package init() { limit = 1_000_000 }

    init(limit: Int) { self.limit = limit }

    /// Notes an opening.
    package func note(_ opening: NotedOpening, of store: MemoryNamespace) {
        state.withLock { state in
            state.openings[store, default: []].append(opening)
            state.size += opening.size
            guard state.size > limit else { return }
            let sizes = state.openings.mapValues { $0.reduce(0) { $0 + $1.size } }
            guard let largest = sizes.max(by: { ($0.value, $1.key.description) < ($1.value, $0.key.description) }),
                let waiting = state.openings.removeValue(forKey: largest.key)
            else { return }
            // Half of them at once, since finding the store looks at all.
            let left = waiting.dropFirst((waiting.count + 1) / 2)
            state.size -= largest.value - left.reduce(0) { $0 + $1.size }
            if !left.isEmpty { state.openings[largest.key] = Array(left) }
        }
    }

    /// The stores of which something waits, in the order of their names.
    var stores: [MemoryNamespace] {
        state.withLock { $0.openings.keys.sorted { $0.description < $1.description } }
    }

    /// Whether something of a store waits.
    func has(_ store: MemoryNamespace) -> Bool { state.withLock { $0.openings[store] != nil } }

    /// Takes what waits of a store, in the order in which it was noted.
    func take(of store: MemoryNamespace) -> [NotedOpening] {
        state.withLock { state in
            let taken = state.openings.removeValue(forKey: store) ?? []
            state.size -= taken.reduce(0) { $0 + $1.size }
            return taken
        }
    }

    /// Takes back what could not be written.
    func giveBack(_ openings: [NotedOpening], of store: MemoryNamespace) {
        guard !openings.isEmpty else { return }
        state.withLock { state in
            state.openings[store] = openings + (state.openings[store] ?? [])
            state.size += openings.reduce(0) { $0 + $1.size }
        }
    }
}

/// The blocks that an opening gave, with the attention that each got.
package struct NotedOpening: Sendable {
    let uses: [(block: UInt32, mass: Double)]

    init(uses: [(block: UInt32, mass: Double)]) { self.uses = uses }

    /// What an opening gave.
    package init(_ opening: BlockOpening) { uses = opening.weighted.map { ($0.block, $0.weight) } }

    /// What it takes to remember it; one that gave nothing counts, too.
    fileprivate var size: Int { uses.count + 1 }
}
