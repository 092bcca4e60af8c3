// Loci, Apache License 2.0.

import LociIndex
import Synchronization
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

/// Vectors whose components are uniform in ±1, every one different from the others.
struct RandomVectors: VectorSource {
    let array: VectorArray
    var count: Int { array.count }
    var dimension: Int { array.dimension }

    init(count: Int, dimension: Int, seed: UInt64 = 1) throws {
        var generator = SeededGenerator(seed: seed)
        array = try VectorArray(
            (0..<count * dimension).map { _ in
                Float(Int32(truncatingIfNeeded: generator.next() >> 33)) * 0x1p-31 * 2 - 1
            },
            dimension: dimension)
    }

    func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) throws {
        try array.read(row: row, into: output)
    }

    subscript(row: Int) -> [Float] { Array(array.values[row * dimension..<(row + 1) * dimension]) }
}

/// An observer that stops the build at one of its calls; counts them if it never does.
final class StoppingObserver: BuildObserver {
    private let state = Mutex<(calls: Int, stages: Set<BuildStage>)>((0, []))
    private let stop: Int

    init(atCall stop: Int = .max) { self.stop = stop }

    var calls: Int { state.withLock { $0.calls } }
    var stages: Set<BuildStage> { state.withLock { $0.stages } }
    var isCancelled: Bool { calls >= stop }

    func progress(stage: BuildStage, done: Int, total: Int) {
        state.withLock {
            $0.calls += 1
            $0.stages.insert(stage)
        }
    }
}

extension BuildParameters {
    /// A small graph, quick to build.
    static let quick = BuildParameters(maximumDegree: 16, window: 32)
}

extension CollectionConfiguration {
    /// The quickest graph, for tests that do not search it.
    static var sparse: CollectionConfiguration {
        CollectionConfiguration(quantization: .lvq8, build: BuildParameters(maximumDegree: 8, window: 8))
    }

    static func quick(
        _ metric: Metric = .l2, _ quantization: Quantization = .standard, _ originals: Originals = .none
    ) -> CollectionConfiguration {
        CollectionConfiguration(metric: metric, quantization: quantization, originals: originals, build: .quick)
    }
}

/// The error that `body` throws, or nil.
func thrown(_ body: () throws -> Void) -> (any Error)? {
    do { try body() } catch { return error }
    return nil
}

/// The error of ours that `body` throws, or nil.
func lociError(_ body: () throws -> Void) -> LociError? { thrown(body) as? LociError }

/// The error about vectors and parameters that `body` throws, or nil.
func indexError(_ body: () throws -> Void) -> IndexError? { thrown(body) as? IndexError }

extension Database {
    /// Every key and value of every table, in order.
    func records() throws -> [[UInt8]] {
        try environment.read { transaction in
            var all: [[UInt8]] = []
            for table in Table.allCases {
                try transaction.withCursor(over: table) { cursor in
                    while try cursor.next() {
                        if let entry = try cursor.withCurrent({ key, value in
                            [UInt8(table.index)] + key.copied + value.copied
                        }) {
                            all.append(entry)
                        }
                    }
                }
            }
            return all
        }
    }
}

/// Counts from 0 up, on any thread.
final class CallCounter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            defer { count += 1 }
            return count
        }
    }
}
