// Loci, Apache License 2.0.

import Testing

@testable import LociFiles

@Suite struct ClusteredVectorsTests {
    /// The same bytes on every machine and in every release.
    @Test func theBytesAreStable() throws {
        let vectors = try ClusteredVectors(count: 1000, dimension: 4, seed: 42)
        #expect(vectors.clusters == 31)
        #expect(vectors.row(0).map(\.bitPattern) == [1_037_485_132, 1_036_312_100, 3_205_244_053, 3_209_008_398])
        #expect(vectors.row(999).map(\.bitPattern) == [1_070_558_715, 3_191_931_454, 3_196_340_443, 3_213_673_331])
    }

    @Test func aRowDependsOnNothingElse() throws {
        let vectors = try ClusteredVectors(count: 100, dimension: 16, seed: 7, clusters: 5)
        let more = try ClusteredVectors(count: 1_000_000, dimension: 16, seed: 7, clusters: 5)
        let other = try ClusteredVectors(count: 100, dimension: 16, seed: 8, clusters: 5)
        for row in [0, 1, 99, 100, .max, -1, .min] {
            #expect(vectors.row(row) == more.row(row))
            #expect(vectors.row(row) != other.row(row))
        }
        #expect(Set((0..<100).map(vectors.row)).count == 100)
    }

    @Test func rowsLieInUnevenClusters() throws {
        let vectors = try ClusteredVectors(count: 2000, dimension: 32, seed: 1, clusters: 10)
        let rows = (0..<2000).map(vectors.row)
        let clusters = (0..<2000).map { vectors.cluster(ofRow: UInt64($0)) }
        func distance(_ first: [Float], _ second: [Float]) -> Float {
            zip(first, second).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        var inside: (sum: Float, count: Float) = (0, 0)
        var outside: (sum: Float, count: Float) = (0, 0)
        for pair in stride(from: 0, to: 1999, by: 1) {
            let apart = distance(rows[pair], rows[pair + 1])
            if clusters[pair] == clusters[pair + 1] {
                inside = (inside.sum + apart, inside.count + 1)
            } else {
                outside = (outside.sum + apart, outside.count + 1)
            }
        }
        #expect(inside.sum / inside.count < 0.5 * outside.sum / outside.count)
        let sizes = (0..<10).map { cluster in clusters.count { $0 == cluster } }
        #expect(sizes.allSatisfy { $0 > 0 })
        #expect(sizes[0] > 3 * sizes[9])
        let variances = (0..<32).map { column in rows.reduce(0) { $0 + $1[column] * $1[column] } / 2000 }
        #expect((variances.max() ?? 0) > 10 * (variances.min() ?? 0))
        #expect(rows.allSatisfy { $0.allSatisfy { abs($0) < 6 } })
    }

    @Test func settingsAreChecked() throws {
        for (count, dimension, clusters) in [(0, 1, 1), (-1, 1, 1), (1, 0, 1), (1, 65_537, 1), (1, 1, 0), (1, 1, -1)] {
            guard
                case .badSetting = failure({
                    try ClusteredVectors(count: count, dimension: dimension, seed: 0, clusters: clusters)
                })
            else {
                Issue.record("\(count) \(dimension) \(clusters)")
                return
            }
        }
        #expect(try ClusteredVectors(count: .max, dimension: 1, seed: 0).row(5).count == 1)
        #expect(try ClusteredVectors(count: 1, dimension: 1, seed: 0, clusters: .max).row(5).count == 1)
    }
}
