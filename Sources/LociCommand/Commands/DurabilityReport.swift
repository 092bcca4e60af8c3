// Loci, Apache License 2.0.

import Loci
import LociJSON

/// What is shown of a database's durability.
struct DurabilityReport {
    private let durability: Durability

    init(_ durability: Durability) { self.durability = durability }

    /// In a few words.
    var text: String {
        guard let milliseconds else { return "full: each commit is synced" }
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        let interval = rest == 0 ? "\(seconds) s" : "\(milliseconds) ms"
        return "periodic: commits are synced every \(interval)"
    }

    /// The members of a JSON object.
    var members: [(String, JSONValue)] {
        guard let milliseconds else { return [("mode", "full"), ("interval_seconds", .null)] }
        return [("mode", "periodic"), ("interval_seconds", .number(Double(milliseconds) / 1000, decimals: 3))]
    }

    /// Nil without an interval.
    private var milliseconds: Int64? {
        guard case .periodic(let interval) = durability else { return nil }
        return interval.components.seconds * 1000 + interval.components.attoseconds / 1_000_000_000_000_000
    }
}
