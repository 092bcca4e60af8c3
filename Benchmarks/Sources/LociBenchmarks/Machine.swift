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

/// What figures were taken on.
struct Machine: Codable {
    /// The commit of the sources, `-dirty` behind it when they were changed since; `unknown` outside a repository.
    let commit: String
    /// The processor's name.
    let processor: String
    /// How many processors the system has in use.
    let processors: Int
    /// The distance kernels that the library chose.
    let kernels: String

    init(kernels: String) {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().path.replacing("'", with: "'\\''")
        let git = "git -C '\(folder)' "
        let head = Self.firstLine(of: git + "rev-parse --short=12 HEAD 2>/dev/null")
        // Results that are written into the tree between two measurements change nothing of what is measured.
        let change = Self.firstLine(
            of: git
                + "status --porcelain --untracked-files=no -- :/Sources :/Benchmarks/Sources :/Package.swift 2>/dev/null"
        )
        commit = head.map { $0 + (change == nil ? "" : "-dirty") } ?? "unknown"
        processor = Self.processorName ?? "unknown"
        processors = ProcessInfo.processInfo.activeProcessorCount
        self.kernels = kernels
    }

    private static var processorName: String? {
        #if os(Linux)
        let information = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
        return information?.split(separator: "\n").first { $0.hasPrefix("model name") }?
            .split(separator: ":").last.map { $0.trimmingPrefix { $0 == " " } }.map(String.init)
        #else
        return firstLine(of: "sysctl -n machdep.cpu.brand_string")
        #endif
    }

    /// The first line that a shell command prints.
    private static func firstLine(of command: String) -> String? {
        guard let stream = popen(command, "r") else { return nil }
        defer { pclose(stream) }
        var buffer = [CChar](repeating: 0, count: 256)
        guard fgets(&buffer, Int32(buffer.count), stream) != nil else { return nil }
        let bytes = buffer.prefix { $0 != 0 && $0 != 10 }
        return String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
