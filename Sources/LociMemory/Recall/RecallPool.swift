// Loci, Apache License 2.0.

/// The units that a recall considers, in the order of sessions and of what was said in them, so that those around one stand around it.
///
/// What stages give is held in one array for all units: some hundred units have a part of each of ten stages.
struct RecallPool {
    /// One of them.
    struct Item {
        let id: UnitID
        /// The cosine of its vector and the question's.
        var cosine = 0.0
        /// The same without half of what all units have in common.
        var centred = 0.0
        /// The BM25 of its own words; 0 where none is in the question.
        var ownWords = 0.0
        var score = 0.0
        /// What ``UnitWords`` says of it.
        var words = UnitWords.Header()
    }

    private(set) var items: [Item]
    /// How often each unit has each term of the question: the terms of one unit stand together.
    let counts: [UInt8]
    let termCount: Int
    /// What each stage gave: the stages of one unit stand together, in their order.
    private var parts: [Double]

    private static let stages = RecallStage.allCases
    private static let stageCount = RecallStage.allCases.count

    /// - Parameters:
    ///   - items: Rising by their identifiers.
    ///   - counts: How often each has each of `termCount` terms.
    init(_ items: [Item], counts: [UInt8], termCount: Int) {
        (self.items, self.counts, self.termCount) = (items, counts, termCount)
        parts = [Double](repeating: 0, count: items.count * Self.stageCount)
    }

    /// The place of a unit; nil if it is not among them.
    func place(of id: UnitID) -> Int? {
        var (low, high) = (0, items.count)
        while low < high {
            let middle = (low + high) / 2
            if items[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < items.count && items[low].id == id ? low : nil
    }

    /// Calls `body` with the places of those at most so far from one in its session, itself left out, and how far they are.
    @inline(__always)
    func forEachNeighbour(of place: Int, within reach: Int, _ body: (_ other: Int, _ distance: Int) -> Void) {
        let id = items[place].id
        for step in [-1, 1] {
            var other = place + step
            while other >= 0, other < items.count, items[other].id.session == id.session {
                let distance = abs(Int(items[other].id.ordinal) - Int(id.ordinal))
                guard distance <= reach else { break }
                body(other, distance)
                other += step
            }
        }
    }

    /// The runs of items of one session each.
    var sessions: [Range<Int>] {
        var runs: [Range<Int>] = []
        var start = 0
        for place in items.indices
        where place + 1 == items.count || items[place + 1].id.session != items[place].id.session {
            runs.append(start..<place + 1)
            start = place + 1
        }
        return runs
    }

    /// Adds to the score of an item what a stage gives it.
    mutating func add(_ amount: Double, by stage: RecallStage, to place: Int) {
        items[place].score += amount
        parts[place * Self.stageCount + stage.order] += amount
    }

    /// What each stage gave to an item; those that gave nothing are left out.
    func parts(of place: Int) -> [RecallStage: Double] {
        var result: [RecallStage: Double] = [:]
        for stage in Self.stages {
            let amount = parts[place * Self.stageCount + stage.order]
            if amount != 0 { result[stage] = amount }
        }
        return result
    }

    /// The places of the best, best first; of equal ones the older first.
    func best(_ count: Int) -> [Int] {
        Array(items.indices.sorted { (items[$0].score, $1) > (items[$1].score, $0) }.prefix(count))
    }

    /// The distance from the median score to the greatest: what later stages measure by.
    var spread: Double {
        let scores = items.map(\.score).sorted()
        guard let greatest = scores.last else { return 0 }
        return greatest - scores[scores.count / 2]
    }
}
