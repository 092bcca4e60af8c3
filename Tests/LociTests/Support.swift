// Loci, Apache License 2.0.

import LociIndex
import Synchronization
import Testing

@testable import Loci
@testable import LociStorage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A folder that is removed with all it holds at the end of the test.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/loci-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestFailure("no temporary folder: errno \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        chmod(path, 0o755)
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                unlink(file(name))
                rmdir(file(name))
            }
            closedir(folder)
        }
        rmdir(path)
    }

    func file(_ name: String) -> String {
        path + "/" + name
    }

    var database: String {
        file("test.loci")
    }
}

struct TestFailure: Error {
    let what: String

    init(_ what: String) {
        self.what = what
    }
}

/// A random generator whose numbers a seed repeats (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}

/// The seed and the number of rounds of a property test, from the environment if given there.
enum PropertyTest {
    static var seed: UInt64 {
        let seed = number("LOCI_TEST_SEED") ?? 20_260_101
        print("LOCI_TEST_SEED=\(seed)")
        return seed
    }

    static func iterations(_ usual: Int) -> Int {
        number("LOCI_TEST_ITERATIONS").map { Int(clamping: $0) } ?? usual
    }

    private static func number(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }
}

/// Whole-file access for tests that damage files; never used on a file that is open.
enum TestFile {
    static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw TestFailure("can not read \(path)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&block, 1, block.count, file)
            if count == 0 { return bytes }
            bytes.append(contentsOf: block[..<count])
        }
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "wb") else { throw TestFailure("can not write \(path)") }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }
}

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
        _ metric: Metric = .l2, _ quantization: Quantization? = nil, _ originals: Originals = .none
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
