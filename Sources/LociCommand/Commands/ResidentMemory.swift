// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How much memory of this process is resident: its own, and what it has read of files that are mapped.
struct ResidentMemory {
    /// Bytes now, and the most that they were.
    let (current, peak): (Int, Int)

    /// Nil where the system does not tell.
    static var current: ResidentMemory? {
        guard let file = fopen("/proc/self/status", "r") else { return nil }
        defer { fclose(file) }
        var values: [String: Int] = [:]
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let parts = text.split { $0 == ":" || $0 == " " || $0 == "\t" || $0 == "\n" }
            if parts.count >= 2, let kilobytes = Int(parts[1]) { values[String(parts[0])] = 1024 * kilobytes }
        }
        guard let current = values["VmRSS"], let peak = values["VmHWM"] else { return nil }
        return ResidentMemory(current: current, peak: peak)
    }

    private init(current: Int, peak: Int) { (self.current, self.peak) = (current, peak) }
}
