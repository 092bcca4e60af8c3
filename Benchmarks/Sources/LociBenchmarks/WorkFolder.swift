// Loci, Apache License 2.0.

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A folder of a benchmark's own, which is removed with all it holds when the benchmark drops it.
final class WorkFolder {
    /// Where it is.
    let path: String

    /// Makes an empty folder.
    /// - Parameter parent: A folder that exists; `nil` for the one for temporary files.
    init(in parent: String?) throws {
        let parent = parent ?? FileManager.default.temporaryDirectory.path
        var template = Array("\(parent)/loci-benchmarks-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw BenchmarkError.system(call: "mkdtemp", path: parent, code: errno)
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in it.
    func file(_ name: String) -> String { "\(path)/\(name)" }
}
