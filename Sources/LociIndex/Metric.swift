// Loci, Apache License 2.0.

/// How the nearness of two vectors is measured. Distances are reported so that smaller is nearer.
public enum Metric: UInt8, Sendable, CaseIterable, CustomStringConvertible {
    /// Squared Euclidean distance.
    case l2 = 1
    /// Inner product; the reported distance is the negated product.
    case ip = 2
    /// Cosine; the reported distance is one minus the cosine, from 0 (same direction) to 2.
    case cosine = 3

    /// The name as the command line takes it: `l2`, `ip` or `cosine`.
    public var description: String {
        switch self {
        case .l2: "l2"
        case .ip: "ip"
        case .cosine: "cosine"
        }
    }

    /// Reads a metric's name.
    /// - Parameter name: `l2`, `ip` or `cosine`.
    public init?(name: String) {
        guard let metric = Metric.allCases.first(where: { $0.description == name }) else { return nil }
        self = metric
    }
}
