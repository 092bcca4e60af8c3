// Loci, Apache License 2.0.

import ArgumentParser
import Loci

// How values of the library are written on a command line.

/// A value of the library that has a name.
protocol NamedValue: CustomStringConvertible, Sendable {
    init?(name: String)

    /// All of them, in the order of the help text.
    static var choices: [Self] { get }
}

extension Metric: NamedValue {
    static var choices: [Metric] { allCases }
}

extension Quantization: NamedValue {
    static var choices: [Quantization] { [.lvq8, .lvq4, .lvq4x4, .lvq4x8, .float16, .float32, .binary] }
}

extension Originals: NamedValue {
    static var choices: [Originals] { allCases }
}

/// A choice among the names of a value.
///
/// A type of its own, as ArgumentParser takes a type with raw values and cases to be named by its raw values.
struct Choice<Value: NamedValue>: ExpressibleByArgument {
    let value: Value

    init(_ value: Value) { self.value = value }

    init?(argument: String) {
        guard let value = Value(name: argument) else { return nil }
        self.value = value
    }

    static var allValueStrings: [String] { Value.choices.map(\.description) }
    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
    var defaultValueDescription: String { value.description }
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

/// Numbers as they are written on a command line: whole ones with commas between them.
struct NumbersArgument: ExpressibleByArgument {
    /// The search windows that a curve is made of.
    static let windows = NumbersArgument([10, 14, 20, 28, 40, 56, 80, 112, 160, 226, 320])
    static let one = NumbersArgument([1])

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
