// Loci, Apache License 2.0.

import Loci

/// Removes the blocks that matter least, where a store has a limit of bytes.
///
/// Down to nine tenths of the limit at once: finding them reads the uses of all blocks. Pinned blocks stay, and the last block of each
/// stream, which is still being filled. So do the blocks of the change that asks for room: what it acknowledges is there.
enum BlockEviction {
    private static let kept = 0.9

    /// - Parameter written: The blocks that the change has written.
    static func run(in writer: inout BlockWriter, keeping written: Set<UInt32>) throws {
        let settings = writer.settings
        guard let limit = settings.configuration.byteLimit, settings.bytes > limit else { return }
        var uses: [UInt32: BlockUsage] = [:]
        try writer.records.forEach(prefix: BlockKeys.usages) { key, value in
            uses[BlockKeys.lastNumber(in: key)] = try BlockUsage(decoding: value)
            return true
        }
        var last: Set<UInt32> = []
        try writer.records.forEach(prefix: BlockKeys.streams) { key, value in
            last.insert(try StreamRecord(decoding: value, number: BlockKeys.lastNumber(in: key)).last)
            return true
        }
        var candidates: [(worth: Double, block: UInt32, bytes: Int)] = []
        try writer.records.forEach(prefix: BlockKeys.blocks) { key, value in
            let number = BlockKeys.lastNumber(in: key)
            let record = try BlockRecord(decoding: value, number: number)
            guard !record.isPinned, !last.contains(number), !written.contains(number) else { return true }
            let usage = uses[number] ?? BlockUsage(opening: 0, mass: 0)
            let worth =
                switch settings.configuration.eviction {
                case .leastRecentlyUsed: Double(usage.opening)
                case .decayedMass(let share): usage.mass(at: settings.openings, share: share)
                }
            candidates.append((worth, number, record.bytes))
            return true
        }
        // Of blocks that are worth the same, the oldest first.
        candidates.sort { ($0.worth, $0.block) < ($1.worth, $1.block) }
        let wanted = Int(Double(limit) * kept)
        for candidate in candidates {
            guard writer.settings.bytes > wanted else { return }
            try writer.evict(block: candidate.block)
        }
    }
}
