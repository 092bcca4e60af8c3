// Loci, Apache License 2.0.

public import LociIndex

/// What a collection that is to be built must do, and what it may take.
public struct BuildGoal: Sendable, Equatable {
    /// The recall@k that searches should be able to reach, from 0.5 to 0.999; `nil` for the best that the bytes allow.
    public var recall: Double?
    /// The most bytes of the file that a vector may take, all included: codes, residual codes, neighbour lists, originals,
    /// identifiers, and what is left over on pages. `nil` for no limit.
    public var maximumBytesPerVector: Int?
    /// The number of neighbours that recall is counted over, from 1 to 1,000.
    public var k: Int

    /// The recalls that can be planned for. A sample of queries cannot tell more than 0.999 from all.
    public static let recallLimits = 0.5...0.999
    /// The limits of `k`.
    public static let kLimits = 1...1_000

    /// A goal: a recall, a number of bytes, or both.
    public init(recall: Double? = nil, maximumBytesPerVector: Int? = nil, k: Int = 10) {
        self.recall = recall
        self.maximumBytesPerVector = maximumBytesPerVector
        self.k = k
    }

    /// - Throws: `IndexError.parameter` for a goal that says nothing, or a number out of range.
    public func validate() throws(IndexError) {
        if let recall {
            // NaN is in no range.
            guard Self.recallLimits.contains(recall) else {
                throw .parameter(
                    name: "recall", value: "\(recall)",
                    allowed: "from \(Self.recallLimits.lowerBound) to \(Self.recallLimits.upperBound) to be planned for"
                )
            }
        } else if maximumBytesPerVector == nil {
            throw .parameter(name: "goal", value: "empty", allowed: "a recall, a number of bytes a vector, or both")
        }
        if let maximumBytesPerVector, maximumBytesPerVector < 1 {
            throw .parameter(name: "bytes a vector", value: "\(maximumBytesPerVector)", allowed: "at least 1")
        }
        guard Self.kLimits.contains(k) else {
            throw .parameter(
                name: "k", value: "\(k)",
                allowed: "from \(Self.kLimits.lowerBound) to \(Self.kLimits.upperBound) to be planned for")
        }
    }
}

/// Among what a plan chooses, and what it is measured on.
public struct PlanOptions: Sendable, Equatable {
    /// The quantizations to choose from.
    public var quantizations: [Quantization]
    /// The degrees to choose from; those above the build's window are left out.
    public var degrees: [Int]
    /// How many vectors are drawn to be searched, at least 1. They are held in memory as floats, at most 1 GiB of them.
    public var sampleSize: Int
    /// How many more are drawn to be searched for, at least 1; no more than a tenth of all.
    public var queries: Int

    /// `float32` is not among them: what 12 bits a dimension do not tell apart, no recall up to 0.999 needs.
    public static let standardQuantizations: [Quantization] = [.lvq4, .lvq8, .lvq4x4, .lvq4x8, .float16]
    /// Beyond 64, lists cost more memory than they save steps. Below 24, a sample promises too much: at recall 0.993 on
    /// Fashion-MNIST, the window that a graph of degree 16 needs grew with n^0.9, and at degree 24 with n^0.53.
    public static let standardDegrees = [24, 32, 48, 64]

    /// The options that the measurements in `docs/tuning.md` were taken with.
    public init(
        quantizations: [Quantization] = PlanOptions.standardQuantizations,
        degrees: [Int] = PlanOptions.standardDegrees, sampleSize: Int = 20_000, queries: Int = 500
    ) {
        self.quantizations = quantizations
        self.degrees = degrees
        self.sampleSize = sampleSize
        self.queries = queries
    }

    /// - Throws: `IndexError.parameter` for an empty list, or a number out of range.
    func validate() throws(IndexError) {
        guard !quantizations.isEmpty else {
            throw .parameter(name: "quantizations", value: "empty", allowed: "at least one to choose from")
        }
        // The graph that candidates are measured on is that of the vectors; binary codes have one of their signs.
        guard !quantizations.contains(.binary) else {
            throw .parameter(
                name: "quantization", value: "\(Quantization.binary)",
                allowed: "another one to be planned with: build with it, and measure it with queries of your own")
        }
        guard !degrees.isEmpty else {
            throw .parameter(name: "degrees", value: "empty", allowed: "at least one to choose from")
        }
        for (name, value) in [("sample", sampleSize), ("queries", queries)] where value < 1 {
            throw .parameter(name: name, value: "\(value)", allowed: "at least 1")
        }
    }
}
