// Loci, Apache License 2.0.

import LociFiles

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Lines of JSON from a file or from standard input, a batch at a time.
struct InputLines {
    /// What `--from` names standard input by.
    static let standardInput = "-"

    private var lines: LineStream
    /// The numbers of the lines of the last batch.
    private(set) var numbers: [Int] = []

    /// - Throws: `VectorFileError.cannotRead`.
    init(from path: String) throws {
        let (name, descriptor): (String, Int32)
        if path == Self.standardInput {
            (name, descriptor) = ("standard input", STDIN_FILENO)
        } else {
            (name, descriptor) = (path, open(path, O_RDONLY | O_CLOEXEC))
            guard descriptor >= 0 else {
                throw VectorFileError.cannotRead(path: path, reason: String(cString: strerror(errno)))
            }
        }
        // The file stays open until the process ends: a command reads one.
        lines = LineStream(descriptor: descriptor, name: name) {
            if descriptor == STDIN_FILENO { Interrupt.waitForInput(descriptor) }
            try Interrupted.check()
        }
    }

    /// What `parse` makes of the next lines: so many, or fewer at the end. Empty lines are passed over.
    /// - Throws: `VectorFileError`, `Interrupted`, what `parse` throws.
    mutating func next<Item>(_ limit: Int, _ parse: (_ line: RawSpan, _ number: Int) throws -> Item) throws -> [Item] {
        var items: [Item] = []
        numbers = []
        while items.count < limit {
            let isThere: Void? = try lines.next { line, bytes in
                guard bytes.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { return }
                items.append(try parse(bytes.bytes, line))
                numbers.append(line)
            }
            if isThere == nil { break }
        }
        return items
    }
}
