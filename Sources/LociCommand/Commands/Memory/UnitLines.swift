// Loci, Apache License 2.0.

import LociMemory

/// Units that are to be remembered, as lines of JSON.
struct UnitLines {
    private var lines: InputLines

    /// - Throws: `VectorFileError.cannotRead`.
    init(from path: String) throws { lines = try InputLines(from: path) }

    /// The next units: so many, or fewer at the end.
    /// - Throws: `MemoryError.badLine`, `VectorFileError`, `Interrupted`.
    mutating func next(_ limit: Int) throws -> [NewUnit] {
        try lines.next(limit) { try UnitLine.unit($0, line: $1) }
    }

    /// An error about a unit of the last batch, with the line that it came from.
    func located(_ index: Int, of count: Int, _ reason: String) -> MemoryError? {
        lines.numbers.indices.contains(index) && lines.numbers.count == count
            ? .badLine(line: lines.numbers[index], reason: reason) : nil
    }
}
