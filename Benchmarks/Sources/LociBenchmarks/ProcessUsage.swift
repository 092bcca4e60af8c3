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

/// What this process has used so far.
enum ProcessUsage {
    /// The time that all its threads have spent on processors.
    static var processorTime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }

    /// The bytes of physical memory under it, pages of mapped files included; `nil` where the system is not Linux.
    static var residentBytes: Int? { statusBytes("VmRSS:") }

    /// The same without pages of files, which the system takes back when it needs them.
    static var ownResidentBytes: Int? { statusBytes("RssAnon:") }

    /// The most that there were since the process began. Not `ru_maxrss`, which begins with the parent's.
    static var peakResidentBytes: Int? { statusBytes("VmHWM:") }

    /// The bytes that it has given to the system to write, in files and elsewhere; `nil` where the system is not Linux.
    static var writtenBytes: Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/io", encoding: .utf8) else { return nil }
        return status.split(separator: "\n").first { $0.hasPrefix("wchar:") }?
            .split(separator: " ").last.flatMap { Int($0) }
    }

    private static func statusBytes(_ field: String) -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix(field) }
        return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) }
            .map { $0 * 1024 }
    }
}

extension Duration {
    /// In seconds.
    var seconds: Double { self / .seconds(1) }
}
