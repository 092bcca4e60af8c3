// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How well rankings find what is known to answer.
public struct RetrievalMetrics: Sendable, Equatable {
    /// The cuts of recall.
    public static let recallCuts = [1, 3, 5, 10]
    /// The cuts of "all found".
    public static let allCuts = [3, 5, 10]
    /// The cuts of the discounted gain.
    public static let gainCuts = [5, 10]

    /// How many questions.
    public private(set) var count = 0
    private var (recalls, alls, gains): ([Double], [Double], [Double]) = (
        .init(repeating: 0, count: recallCuts.count), .init(repeating: 0, count: allCuts.count),
        .init(repeating: 0, count: gainCuts.count)
    )
    private var reciprocal = 0.0

    init() {}

    /// Takes in the ranking of one question.
    /// - Parameters:
    ///   - hits: For each place of the ranking, whether what is there answers.
    ///   - wanted: How many there are that answer, found or not; 1 or more.
    mutating func add(hits: [Bool], wanted: Int) {
        func found(_ cut: Int) -> Int { hits.prefix(cut).count { $0 } }
        func discount(_ place: Int) -> Double { 1 / log2(Double(place + 2)) }
        count += 1
        for (index, cut) in Self.recallCuts.enumerated() { recalls[index] += Double(found(cut)) / Double(wanted) }
        for (index, cut) in Self.allCuts.enumerated() where found(cut) == wanted { alls[index] += 1 }
        for (index, cut) in Self.gainCuts.enumerated() {
            let gain = hits.prefix(cut).enumerated().reduce(0) { $0 + ($1.element ? discount($1.offset) : 0) }
            gains[index] += gain / (0..<min(cut, wanted)).reduce(0) { $0 + discount($1) }
        }
        if let first = hits.firstIndex(of: true) { reciprocal += 1 / Double(first + 1) }
    }

    private func mean(_ sum: Double) -> Double { count == 0 ? 0 : sum / Double(count) }

    /// The mean share of what answers that is among the first `k`, 1, 3, 5 or 10.
    public func recall(_ k: Int) -> Double { mean(Self.recallCuts.firstIndex(of: k).map { recalls[$0] } ?? .nan) }
    /// The share of questions of which all that answers is among the first `k`, 3, 5 or 10.
    public func all(_ k: Int) -> Double { mean(Self.allCuts.firstIndex(of: k).map { alls[$0] } ?? .nan) }
    /// The mean of the normalised discounted cumulative gain of the first `k`, 5 or 10 (Järvelin, Kekäläinen, 2002), with gains of 0 and 1.
    public func gain(_ k: Int) -> Double { mean(Self.gainCuts.firstIndex(of: k).map { gains[$0] } ?? .nan) }
    /// The mean of 1 / rank of the first that answers, of the first 100.
    public var reciprocalRank: Double { mean(reciprocal) }
}
