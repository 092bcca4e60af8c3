// Loci, Apache License 2.0.

import LociIndex

/// What recall a collection's windows were measured to reach, and the window that is used when none is asked for.
public struct SearchTuning: Sendable, Equatable {
    /// A window, and the recall that it reached.
    public struct Point: Sendable, Equatable {
        /// The number of candidates that walks kept.
        public let window: Int
        /// Recall@k, from 0 to 1, rounded down to millionths.
        public let recall: Double

        /// - Parameter millionths: The recall, from 0 to 1,000,000.
        init(window: Int, millionths: Int) {
            self.window = window
            // One rounding, like that of a decimal number that is written in a program: 0.95 is reached by 950,000.
            recall = Double(millionths) / 1e6
        }

        init(window: Int, recall: Double) {
            (self.window, self.recall) = (window, recall)
        }

        var millionths: Int { Int((recall * 1e6).rounded()) }
    }

    /// The number of neighbours that recall was counted over: what was measured holds up to here.
    public let k: Int
    /// The window of searches that name none: one of the points'.
    public let window: Int
    /// Windows and recalls, both rising: 1 to 16 points.
    public let points: [Point]

    static let pointLimit = 16

    /// The recall that was measured at the window.
    public var recall: Double { points.first { $0.window == window }?.recall ?? 0 }

    /// The smallest of the windows that reached a recall: between two points it is that of the higher one.
    /// - Returns: `nil` for a recall that none reached.
    public func window(reaching recall: Double) -> Int? { points.first { $0.recall >= recall }?.window }

    /// Keeps what is worth keeping of measurements.
    /// - Parameters:
    ///   - k: The number of neighbours that recall was counted over.
    ///   - window: The chosen window, one of the measured ones and the smallest of its recall.
    ///   - measured: Different windows, in any order.
    init(k: Int, window: Int, measured: [Point]) {
        var points: [Point] = []
        for point in measured.sorted(by: { $0.window < $1.window }) where point.recall > points.last?.recall ?? -1 {
            points.append(point)
        }
        while points.count > Self.pointLimit {
            // What goes is the point whose recall the next one exceeds the least: who asks for it pays the next window.
            let places = points.indices.dropLast().filter { points[$0].window != window }
            guard let least = places.min(by: { Self.gain(points, $0) < Self.gain(points, $1) }) else { break }
            points.remove(at: least)
        }
        (self.k, self.window, self.points) = (k, window, points)
    }

    private static func gain(_ points: [Point], _ place: Int) -> Int {
        points[place + 1].millionths - points[place].millionths
    }

    /// Takes what a record says.
    /// - Returns: `nil` when no tuning says so.
    init?(k: Int, window: Int, points: [Point]) {
        let isRising = zip(points, points.dropFirst()).allSatisfy { $0.window < $1.window && $0.recall < $1.recall }
        let allowed = 1...SearchOptions.limit
        guard (1...Self.pointLimit).contains(points.count), isRising, allowed.contains(k),
            points.allSatisfy({ allowed.contains($0.window) && $0.recall <= 1 }),
            points.contains(where: { $0.window == window })
        else { return nil }
        (self.k, self.window, self.points) = (k, window, points)
    }

    /// - Throws: `IndexError.parameter` for what is no share; NaN is none.
    static func validate(recall: Double) throws(IndexError) {
        guard recall > 0, recall <= 1 else {
            throw .parameter(name: "recall", value: "\(recall)", allowed: "above 0, and at most 1")
        }
    }
}
