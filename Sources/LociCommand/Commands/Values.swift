// Loci, Apache License 2.0.

public import ArgumentParser
public import Loci

// How values of the library are written on a command line.

extension Metric: ExpressibleByArgument {
    /// Reads `l2`, `ip` or `cosine`.
    public init?(argument: String) { self.init(name: argument) }
    /// The names of all.
    public static var allValueStrings: [String] { allCases.map(\.description) }
    /// The name.
    public var defaultValueDescription: String { description }
}

extension Quantization: ExpressibleByArgument {
    /// Reads a name such as `lvq8`.
    public init?(argument: String) { self.init(name: argument) }
    /// The names of all.
    public static var allValueStrings: [String] {
        [Quantization.lvq8, .lvq4, .lvq4x4, .lvq4x8, .float16, .float32].map(\.description)
    }
    /// The name.
    public var defaultValueDescription: String { description }
}

extension Originals: ExpressibleByArgument {
    /// Reads `none`, `float16` or `float32`.
    public init?(argument: String) { self.init(name: argument) }
    /// The names of all.
    public static var allValueStrings: [String] { allCases.map(\.description) }
    /// The name.
    public var defaultValueDescription: String { description }
}

/// A vector as it is written on a command line: numbers with spaces or commas between them.
struct VectorArgument: ExpressibleByArgument {
    let values: [Float]

    init?(argument: String) {
        var values: [Float] = []
        for word in argument.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "\n" || $0 == "\t" }) {
            guard let value = Float(word) else { return nil }
            values.append(value)
        }
        guard !values.isEmpty else { return nil }
        self.values = values
    }
}

/// Search windows as they are written on a command line: whole numbers with commas between them.
struct WindowsArgument: ExpressibleByArgument {
    static let standard = WindowsArgument([10, 14, 20, 28, 40, 56, 80, 112, 160, 226, 320])

    let values: [Int]

    private init(_ values: [Int]) { self.values = values }

    init?(argument: String) {
        var values: [Int] = []
        for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let value = Int(word.filter { $0 != " " }) else { return nil }
            values.append(value)
        }
        self.values = values
    }

    var defaultValueDescription: String { values.map(String.init).joined(separator: ",") }
}
