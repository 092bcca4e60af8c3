// Loci, Apache License 2.0.

import LociAttributes
import NIOHTTP1

/// How long to wait before a request is made again: twice as long each time, of which one half is left to chance, so that those who
/// were turned away together do not come back together (M. Brooker, "Exponential Backoff And Jitter", 2015).
enum RetryPause {
    private static let first = 0.5
    private static let longest = 30.0

    /// - Parameters:
    ///   - attempt: How often the request was made, from 1.
    ///   - chance: A number from 0 to 1.
    ///   - asked: The pause that the server asks for, which is not cut short.
    static func pause(after attempt: Int, chance: Double, asked: Duration?) -> Duration {
        var whole = first
        for _ in 1..<max(1, attempt) where whole < longest { whole *= 2 }
        let pause = Duration.seconds(min(whole, longest) * (0.5 + chance / 2))
        return max(pause, asked ?? .zero)
    }

    /// Whether a status passes by itself.
    static func isPassing(_ status: Int) -> Bool { status == 408 || status == 429 || (500..<600).contains(status) }

    /// The pause of the header `Retry-After`: seconds, or a time, which is compared with the server's own of the header `Date`.
    static func asked(_ headers: HTTPHeaders) -> Duration? {
        guard let value = headers.first(name: "Retry-After") else { return nil }
        if let seconds = UInt32(value) { return .seconds(Int64(seconds)) }
        guard let then = time(value), let now = headers.first(name: "Date").flatMap({ time($0) }) else { return nil }
        return .seconds(max(0, then - now))
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The seconds of a time such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7); nil for the forms that are out of use.
    static func time(_ text: String) -> Double? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else {
            return nil
        }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return Timestamp("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")?.seconds
    }
}
