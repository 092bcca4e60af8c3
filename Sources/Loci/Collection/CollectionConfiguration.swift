// Loci, Apache License 2.0.

public import LociIndex

/// Whether a collection keeps its vectors as they were given, beside their codes.
///
/// They serve `get`, `export` and exact search, and re-rank the results of one-level quantizations.
public enum Originals: UInt8, Sendable, CaseIterable, CustomStringConvertible {
    /// They are not kept; vectors are decoded from their codes.
    case none = 0
    /// 2 bytes a dimension; components must be within ±65,504.
    case float16 = 1
    /// 4 bytes a dimension, exact.
    case float32 = 2

    /// The name as the command line takes it.
    public var description: String {
        switch self {
        case .none: "none"
        case .float16: "float16"
        case .float32: "float32"
        }
    }

    /// Reads a name.
    /// - Parameter name: `none`, `float16` or `float32`.
    public init?(name: String) {
        guard let kind = Originals.allCases.first(where: { $0.description == name }) else { return nil }
        self = kind
    }

    /// Bytes of a vector of a dimension.
    func bytes(dimension: Int) -> Int { self == .none ? 0 : dimension * (self == .float16 ? 2 : 4) }
}

/// What a collection is made with.
public struct CollectionConfiguration: Sendable, Equatable {
    /// How nearness is measured.
    public var metric: Metric
    /// How vectors are coded.
    public var quantization: Quantization
    /// Whether vectors are kept as they were given.
    public var originals: Originals
    /// How the graph is built.
    public var build: BuildParameters
    /// Whether the lengths that vectors had are kept, under cosine, which searches by directions alone: vectors are given
    /// back in them, and vectors of length zero are taken, too.
    public var keepsLengths: Bool

    /// A configuration; the defaults are those that the measurements in `docs/benchmarks` were taken with.
    public init(
        metric: Metric = .l2, quantization: Quantization = .standard, originals: Originals = .none,
        build: BuildParameters = BuildParameters(), keepsLengths: Bool = false
    ) {
        self.metric = metric
        self.quantization = quantization
        self.originals = originals
        self.build = build
        self.keepsLengths = keepsLengths
    }

    /// Refuses what no collection can be made with.
    /// - Throws: `IndexError.parameter`.
    public func validate() throws(IndexError) {
        try build.validate(metric: metric)
        guard quantization.takes(metric) else {
            throw .parameter(
                name: "quantization", value: "\(quantization)",
                allowed: "another one under the metric \(metric): \(quantization) takes \(Metric.cosine) alone")
        }
        guard !keepsLengths || metric == .cosine else {
            throw .parameter(
                name: "keepsLengths", value: "true",
                allowed: "false under the metric \(metric), which brings no vector to another length")
        }
    }

    /// What vectors the collection takes in, and as what.
    var admission: Admission {
        Admission(
            componentLimit: componentLimit, takesZeroVectors: keepsLengths, takesSigns: quantization == .binary)
    }

    /// The largest magnitude of a component that can be stored.
    var componentLimit: Float {
        let storesHalf = originals == .float16 || (quantization == .float16 && metric != .cosine)
        return storesHalf ? VectorSpace.float16Limit : VectorSpace.componentLimit
    }
}
