// Loci, Apache License 2.0.

import LociIndex
import TestSupport

/// Flat arrays of vectors to build from.
enum TestVectors {
    /// Points around `clusters` centres; the spread within a cluster is `spread` of that between them.
    static func clustered(
        count: Int, dimension: Int, clusters: Int, spread: Float = 0.5, _ generator: inout SeededGenerator
    ) -> [Float] {
        let centres = generator.normals(clusters * dimension)
        var values: [Float] = []
        values.reserveCapacity(count * dimension)
        for _ in 0..<count {
            let centre = generator.below(clusters) * dimension
            for component in 0..<dimension {
                values.append(centres[centre + component] + spread * generator.normal())
            }
        }
        return values
    }

    /// One vector, many times.
    static func equal(count: Int, dimension: Int, _ generator: inout SeededGenerator) -> [Float] {
        let vector = generator.normals(dimension)
        return (0..<count).flatMap { _ in vector }
    }

    /// Random vectors, each twice in a row.
    static func halfDuplicates(count: Int, dimension: Int, _ generator: inout SeededGenerator) -> [Float] {
        (0..<count / 2).flatMap { _ in
            let vector = generator.normals(dimension)
            return vector + vector
        }
    }

    /// Points on a line through the origin.
    static func collinear(count: Int, dimension: Int, _ generator: inout SeededGenerator) -> [Float] {
        let direction = generator.normals(dimension)
        return (0..<count).flatMap { _ in
            let length = generator.float()
            return direction.map { $0 * length }
        }
    }
}

/// A source that makes its rows by a function, and can fail.
struct FunctionSource: VectorSource {
    let count: Int
    let dimension: Int
    let row: @Sendable (Int) throws -> [Float]

    func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) throws {
        _ = output.update(from: try self.row(row))
    }
}

/// An observer that stops the work as soon as a stage is told of.
struct StoppingObserver: BuildObserver {
    let stage: BuildStage
    private let stopped = Flag()

    init(stage: BuildStage) { self.stage = stage }

    func progress(stage: BuildStage, done: Int, total: Int) { if stage == self.stage { stopped.set() } }
    var isCancelled: Bool { stopped.isSet }
}
