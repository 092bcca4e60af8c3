// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociStorage

/// The walk over the pages of a file's trees.
@Suite struct PageCheckTests {
    /// Fills and empties tables at random: deep trees, values of all lengths, a free list of many entries.
    @Test func soundFilesHaveNoFault() throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator()
        let environment = try Environment.open(at: folder.database, mode: .create)
        for round in 0..<TestSettings.iterations(60) {
            try environment.write { transaction in
                for _ in 0..<generator.below(300) {
                    let name =
                        [UInt8](repeating: 7, count: generator.below(200)) + generator.bytes(1 + generator.below(3))
                    let key = try Key(collection: 1, identifier: name)
                    switch generator.below(3) {
                    case 0: try transaction.delete(key, in: .ids)
                    default:
                        let length = [3, 100, 1_900, 2_100, 9_000, 40_000][generator.below(6)]
                        try transaction.put(generator.bytes(generator.below(length)), for: key, in: .ids)
                    }
                }
                if round % 9 == 8 { _ = try transaction.delete(prefix: Key(collection: 1), in: .ids, limit: 700) }
            }
            let faults = try environment.read { try $0.pageFaults(limit: 10) }
            #expect(faults == [], "round \(round)")
        }
    }

    /// Every bit of every page of the trees: what the walk does not report does not lead LMDB astray.
    @Test func flippedBitsAreReported() throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator()
        do {
            let environment = try Environment.open(at: folder.database, mode: .create)
            for round in 0..<4 {
                try environment.write { transaction in
                    for number in 0..<400 {
                        let key = try Key(collection: UInt32(number % 5), identifier: Array("\(number)".utf8))
                        try transaction.put(generator.bytes(20 + 10 * round), for: key, in: .ids)
                    }
                    try transaction.put(
                        generator.bytes(9_000), for: Key(collection: 1, chunk: UInt32(round)), in: .codes)
                    _ = try transaction.delete(prefix: Key(collection: UInt32(round)), in: .ids, limit: 100)
                }
            }
        }
        let good = try TestFile.read(folder.database)
        let counts = try Self.counts(of: folder.database)
        var (refused, reported, harmless) = (0, 0, 0)
        for round in 0..<TestSettings.iterations(1_500) {
            var damaged = good
            let place = generator.below(good.count)
            damaged[place] ^= 1 << UInt8(generator.below(8))
            let path = folder.file("\(round).loci")
            try TestFile.write(damaged, to: path)
            do {
                let environment = try Environment.open(at: path, mode: .readOnly)
                let faults = try environment.read { try $0.pageFaults(limit: 3) }
                if faults != [] {
                    reported += 1
                    continue
                }
            } catch is StorageError {
                refused += 1
                continue
            }
            harmless += 1
            // Values may have changed, and lengths within what they take in the page; all are there.
            #expect(try Self.counts(of: path) == counts, "bit of byte \(place)")
        }
        print("\(refused) files were refused, \(reported) reported, \(harmless) harmless")
        #expect(reported > 0 && harmless > 0)
    }

    /// What opening reads, it checks: the list of tables, and the settings.
    @Test func openingSurvivesDamageOfItsPages() throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator()
        do { _ = try Environment.open(at: folder.database, mode: .create) }
        let good = try TestFile.read(folder.database)
        #expect(good.count < 64 << 10)
        var (refused, opened) = (0, 0)
        for place in stride(from: 2 * 4_096, to: good.count, by: 1) where good[place] != 0 || generator.below(64) == 0 {
            var damaged = good
            damaged[place] ^= 1 << UInt8(generator.below(8))
            let path = folder.file("\(place).loci")
            try TestFile.write(damaged, to: path)
            do {
                _ = try Environment.open(at: path, mode: place % 2 == 0 ? .readOnly : .readWrite)
                opened += 1
            } catch is StorageError {
                refused += 1
            }
        }
        print("\(refused) files were refused, \(opened) opened")
        #expect(refused > 0 && opened > 0)
    }

    /// How many entries each table has, and how many bytes its keys have.
    private static func counts(of path: String) throws -> [[Int]] {
        let environment = try Environment.open(at: path, mode: .readOnly)
        return try environment.read { transaction in
            try Table.allCases.map { table in
                var (entries, bytes) = (0, 0)
                try transaction.withCursor(over: table) { cursor in
                    while try cursor.next() {
                        entries += 1
                        bytes +=
                            try cursor.withCurrent { key, value in
                                // Reads all of it.
                                _ = value.withUnsafeBytes { $0.reduce(0 as UInt8) { $0 ^ $1 } }
                                return key.byteCount
                            } ?? 0
                    }
                }
                return [entries, bytes]
            }
        }
    }
}
