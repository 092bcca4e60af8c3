// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How a server is asked.
public struct EndpointOptions: Sendable {
    /// The variable whose key is sent if it is set, over TLS or to this machine.
    public static let usualKeyVariable = "OPENAI_API_KEY"

    /// The environment variable that holds the key. One that is named here must be set, and its key is sent over plain HTTP, too.
    public var keyVariable = EndpointOptions.usualKeyVariable
    /// How long a request may take, with all attempts and the pauses between them: 1 millisecond to 1 day.
    public var timeout = Duration.seconds(120)
    /// How often a request is made at most, 1 to 100, where the server cannot be reached, is busy (408, 429) or has failed (5xx).
    public var attempts = 5
    /// The most bytes of an answer, 1 KiB to 1 GiB.
    public var maximumAnswerBytes = 1 << 26

    /// A file of certificates (PEM), one of which must have signed the server's; nil for those that the system knows.
    public var certificateAuthorities: String?

    /// What tells time, waits and throws dice; tests have others.
    var timing = EndpointTiming.system
    /// Where variables are looked up.
    var environment: @Sendable (String) -> String? = { name in getenv(name).map { String(cString: $0) } }

    /// The usual.
    public init() {}

    /// - Throws: `EndpointError.settingOutOfRange`.
    func validate() throws(EndpointError) {
        guard timeout >= .milliseconds(1), timeout <= .seconds(86_400) else {
            throw .settingOutOfRange(name: "the timeout", value: "\(timeout)", allowed: "1 millisecond to 1 day")
        }
        try Self.check("attempts", attempts, 1...100)
        try Self.check("the most bytes of an answer", maximumAnswerBytes, 1_024...(1 << 30))
    }

    static func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws(EndpointError) {
        guard range.contains(value) else {
            throw .settingOutOfRange(
                name: name, value: "\(value)", allowed: "\(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// - Throws: `EndpointError.badModelName`.
    static func check(model name: String) throws(EndpointError) {
        guard !name.isEmpty else { throw .badModelName(reason: "it is empty") }
        guard name.utf8.count <= 200 else {
            throw .badModelName(reason: "it has \(name.utf8.count) bytes, and 200 is the limit")
        }
        guard !name.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
            throw .badModelName(reason: "it has control characters")
        }
    }
}

/// What tells time, waits and throws dice.
struct EndpointTiming: Sendable {
    /// The time since some moment.
    var now: @Sendable () -> Duration
    var sleep: @Sendable (Duration) async throws -> Void
    /// A number from 0 to 1.
    var random: @Sendable () -> Double

    static let system: EndpointTiming = {
        let begin = ContinuousClock.now
        return EndpointTiming(
            now: { begin.duration(to: .now) }, sleep: { try await Task.sleep(for: $0) },
            random: { Double.random(in: 0..<1) })
    }()
}
