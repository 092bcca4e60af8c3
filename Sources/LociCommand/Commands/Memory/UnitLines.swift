// Loci, Apache License 2.0.

import LociFiles
import LociMemory

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Units that are to be remembered, as lines of JSON from a file or from standard input, a batch at a time.
struct UnitLines {
    /// What `--from` names standard input by.
    static let standardInput = "-"

    private var lines: LineStream
    private let name: String
    private let descriptor: Int32
    /// The numbers of the lines of the last batch.
    private var numbers: [Int] = []

    /// - Throws: `VectorFileError.cannotRead`.
    init(from path: String) throws {
        if path == Self.standardInput {
            (name, descriptor) = ("standard input", STDIN_FILENO)
        } else {
            (name, descriptor) = (path, open(path, O_RDONLY | O_CLOEXEC))
            guard descriptor >= 0 else {
                throw VectorFileError.cannotRead(path: path, reason: String(cString: strerror(errno)))
            }
        }
        let descriptor = descriptor
        // The file stays open until the process ends: a command reads one.
        lines = LineStream(descriptor: descriptor, name: name) {
            if descriptor == STDIN_FILENO { Interrupt.waitForInput(descriptor) }
            try Interrupted.check()
        }
    }

    /// The next units: so many, or fewer at the end.
    /// - Throws: `MemoryError.badLine`, `VectorFileError`, `Interrupted`.
    mutating func next(_ limit: Int) throws -> [NewUnit] {
        var units: [NewUnit] = []
        numbers = []
        while units.count < limit {
            let isThere: Void? = try lines.next { line, bytes in
                guard bytes.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { return }
                units.append(try UnitLine.unit(bytes.bytes, line: line))
                numbers.append(line)
            }
            if isThere == nil { break }
        }
        return units
    }

    /// An error about a unit of the last batch, with the line that it came from.
    func located(_ index: Int, of count: Int, _ reason: String) -> MemoryError? {
        numbers.indices.contains(index) && numbers.count == count
            ? .badLine(line: numbers[index], reason: reason) : nil
    }
}
