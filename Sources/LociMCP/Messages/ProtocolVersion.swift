// Loci, Apache License 2.0.

import LociJSON

/// A version of the protocol that begins with `initialize`.
enum ProtocolVersion: String, CaseIterable {
    case november2024 = "2024-11-05"
    case march2025 = "2025-03-26"
    case june2025 = "2025-06-18"
    case november2025 = "2025-11-25"

    /// What a client is offered whose own is not known.
    static let latest = november2025

    /// Whether several messages may come in one array: only one version has that.
    var hasBatches: Bool { self == .march2025 }
}
