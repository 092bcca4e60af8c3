// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Recency and importance: computed when something is recalled, so that nothing need be rewritten for it to fade.
enum TimeStages {
    /// What recency and importance can give or take, as a share of the distance between the best and the median score; where that is
    /// small, because all are equally good, of a quarter of the best.
    private static let share = 0.5
    private static let leastSpread = 0.25

    private static func scale(of pool: RecallPool) -> Double {
        let greatest = pool.items.map(\.score).max() ?? 0
        return share * max(pool.spread, leastSpread * abs(greatest))
    }

    /// What happened one half-life ago loses half of what fading can take; what is pinned, or still to come, loses nothing.
    static func recency(on pool: inout RecallPool, now: Double, halfLife days: Double) {
        let amount = scale(of: pool)
        for place in pool.items.indices {
            let words = pool.items[place].words
            let age = words.isPinned ? 0 : max(0, now - words.time) / 86_400
            pool.add(amount * (exp2(-age / days) - 1), by: .recency, to: place)
        }
    }

    /// An importance of a half changes nothing.
    static func importance(on pool: inout RecallPool) {
        let usual = UnitAttributes.standardImportance
        guard pool.items.contains(where: { $0.words.importance != usual }) else { return }
        let amount = 2 * scale(of: pool)
        for place in pool.items.indices {
            pool.add(amount * (pool.items[place].words.importance - usual), by: .importance, to: place)
        }
    }
}
