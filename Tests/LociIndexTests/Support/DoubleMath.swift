// Loci, Apache License 2.0.

import LociIndex

/// Distances in double precision, to compare with.
enum DoubleMath {
    static func dot(_ first: [Double], _ second: [Double]) -> Double {
        var sum = 0.0
        for index in first.indices { sum += first[index] * second[index] }
        return sum
    }

    static func length(_ vector: [Double]) -> Double { dot(vector, vector).squareRoot() }

    static func difference(_ first: [Double], _ second: [Double]) -> [Double] {
        first.indices.map { first[$0] - second[$0] }
    }

    static func normalised(_ vector: [Double]) -> [Double] {
        let length = length(vector)
        return vector.map { $0 / length }
    }

    /// The metric's distance between vectors; for cosine both are taken as they are, of unit length or near it.
    static func distance(_ metric: Metric, _ first: [Double], _ second: [Double]) -> Double {
        switch metric {
        case .l2:
            let apart = difference(first, second)
            return dot(apart, apart)
        case .ip: return -dot(first, second)
        case .cosine: return 1 - dot(first, second)
        }
    }
}

extension [Float] {
    var doubles: [Double] { map(Double.init) }
}
