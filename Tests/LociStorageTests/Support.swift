// Loci, Apache License 2.0.

import Testing

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

extension EnvironmentOptions {
    /// A map of 1 MiB at first, growing to `maximum`, without waiting for readers.
    static func small(maximum: Int = 1 << 30, timeout: Duration = .zero) -> EnvironmentOptions {
        var options = EnvironmentOptions()
        options.initialMapBytes = 1 << 20
        options.maximumMapBytes = maximum
        options.mapGrowthTimeout = timeout
        return options
    }
}

/// The storage error that `body` throws, or nil.
func storageError(_ body: () throws -> Void) -> StorageError? {
    do {
        try body()
    } catch {
        return error as? StorageError
    }
    return nil
}

extension Key {
    static func named(_ name: String, collection: UInt32 = 1) throws -> Key {
        try Key(collection: collection, identifier: name.utf8)
    }
}
