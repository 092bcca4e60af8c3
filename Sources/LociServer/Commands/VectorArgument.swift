// Loci, Apache License 2.0.

import Loci
import LociProtocol

/// A vector as a client gives it: `FP32 blob`, or `VALUES n f1 … fn`.
enum VectorArgument {
    /// The floats are the argument at this place, little-endian.
    case blob(Int)
    case values([Float])

    /// Reads the vector that begins at an argument.
    /// - Returns: The vector, and the place of what follows it.
    /// - Throws: `CommandError.vectorSpecification`.
    static func parse(_ arguments: Arguments, at index: Int) throws(CommandError) -> (VectorArgument, next: Int) {
        if arguments.isWord(index, "FP32"), index + 1 < arguments.count {
            guard arguments.with(index + 1, { FloatBlob.dimension(ofBytes: $0.byteCount) }) != nil else {
                throw .vectorSpecification
            }
            return (.blob(index + 1), index + 2)
        }
        guard arguments.isWord(index, "VALUES"), let count = arguments.integer(index + 1),
            (1...VectorArgument.dimensionLimit).contains(count), index + 2 + count <= arguments.count
        else { throw .vectorSpecification }
        var values: [Float] = []
        values.reserveCapacity(count)
        for place in index + 2..<index + 2 + count {
            guard let value = arguments.double(place) else { throw .vectorSpecification }
            values.append(Float(value))
        }
        return (.values(values), index + 2 + count)
    }

    private static let dimensionLimit = 65_536

    func dimension(in arguments: Arguments) -> Int {
        switch self {
        case .blob(let index): arguments.with(index) { $0.byteCount / 4 }
        case .values(let values): values.count
        }
    }

    /// Lends the floats as they came, or as bytes of the same form.
    func withBytes<Result>(in arguments: Arguments, _ body: (RawSpan) throws -> Result) rethrows -> Result {
        switch self {
        case .blob(let index): try arguments.with(index, body)
        case .values(let values): try body(values.span.bytes)
        }
    }

    /// The floats.
    func floats(in arguments: Arguments) -> [Float] {
        switch self {
        case .values(let values): return values
        case .blob(let index):
            var floats: [Float] = []
            _ = arguments.with(index) { FloatBlob.append($0, to: &floats) }
            return floats
        }
    }
}
