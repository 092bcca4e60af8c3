// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Which start of the system it is: what was written and not synced is still there as long as this is the same.
struct BootIdentity: Equatable, Sendable {
    let high: UInt64
    let low: UInt64

    /// Of a system that does not tell. It is taken to have gone down since anything was written.
    static let unknown = BootIdentity(high: 0, low: 0)

    /// The present one.
    static let current = text().flatMap { BootIdentity(uuid: $0) } ?? .unknown

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameter uuid: 32 hexadecimal digits, and anything between them.
    init?(uuid: String) {
        let digits = uuid.filter(\.isHexDigit)
        guard digits.count == 32, let high = UInt64(digits.prefix(16), radix: 16),
            let low = UInt64(digits.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }

    /// Whether the system has run since.
    var isCurrent: Bool { self != .unknown && self == .current }

    private static func text() -> String? {
        #if canImport(Darwin)
        var buffer = [UInt8](repeating: 0, count: 64)
        var count = buffer.count
        guard sysctlbyname("kern.bootsessionuuid", &buffer, &count, nil, 0) == 0 else { return nil }
        #else
        var buffer = [UInt8](repeating: 0, count: 64)
        let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        #endif
        return String(decoding: buffer.prefix(count).prefix { $0 != 0 }, as: UTF8.self)
    }
}
