// Loci, Apache License 2.0.

import Loci
import TestSupport
import TortureModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The processes that the torture tests start, and kill.
///
///     write PATH SEED DONE COUNT   writes COUNT transactions of a sequence, from the one after DONE on
///     read PATH SEED LAST          looks at one view after the other until one shows the transaction LAST
///     damage PATH SEED DONE FIRST COUNT
///                                  damages copies of a database that DONE transactions made, and uses them
///
/// Standard output has a line for each thing that happened, written at once. A line that begins with `broken` tells of a
/// fault of the database.
@main struct TortureProcess {
    static func main() {
        do {
            try run()
        } catch {
            let bytes = Array("\(error)\n".utf8)
            _ = write(2, bytes, bytes.count)
            exit(3)
        }
    }

    private static func run() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count >= 2, let verb = arguments.first else {
            throw TestFailure("a verb and a path are missing")
        }
        let path = Array(arguments)[1]
        let numbers = arguments.dropFirst(2).compactMap { UInt64($0) }
        switch (verb, numbers.count) {
        case ("write", 3):
            try TortureWriter(path: path, seed: numbers[0], done: Int(numbers[1])).run(count: Int(numbers[2]))
        case ("read", 2):
            try TortureReader(path: path, seed: numbers[0]).run(until: Int(numbers[1]))
        case ("damage", 4):
            try TortureDamage(base: path, seed: numbers[0], transactions: Int(numbers[1]))
                .run(rounds: Int(numbers[2])..<Int(numbers[2] + numbers[3]))
        default: throw TestFailure("no such verb, or wrong numbers: \(arguments)")
        }
    }

    /// Writes a line to standard output, whole or not at all.
    static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(1, bytes, bytes.count)
    }
}
