// Loci, Apache License 2.0.

import Foundation
import Loci
import TestSupport
import Testing
import TortureModel

/// Transactions on a disk that is full, and has room again.
@Suite struct FullDiskTests {
    @Test func writesGoOnWhenThereIsRoom() throws {
        let folder = try TemporaryFolder()
        guard let disk = SmallDisk(in: folder, size: "8m") else { return }
        var generator = SeededGenerator()
        var state = TortureSequence(seed: generator.next())
        let (path, filler) = (disk.path + "/test.loci", disk.path + "/filler")
        try state.make(at: path)
        let database = try Database.open(path)
        var refused = 0
        for _ in 0..<4 {
            fill(filler)
            // With no page to spare, a few transactions may still fit into free ones.
            var isFull = false
            while !isFull {
                var next = state
                let changes = next.advance()
                do {
                    try database.write { try TortureSequence.apply(changes, to: $0) }
                    state = next
                } catch LociError.full {
                    isFull = true
                    refused += 1
                }
            }
            try compare(database, state, &generator)
            unlink(filler)
            for _ in 0..<3 {
                let changes = state.advance()
                try database.write { try TortureSequence.apply(changes, to: $0) }
            }
            try compare(database, state, &generator)
        }
        #expect(refused == 4)
    }

    private func compare(_ database: Database, _ state: TortureSequence, _ generator: inout SeededGenerator) throws {
        #expect(try database.check() == [])
        let differences = try database.read {
            try state.differences(from: $0) + state.searchDifferences(from: $0, &generator)
        }
        #expect(differences == [])
    }

    /// Takes all room of the disk.
    private func fill(_ path: String) {
        let block = [UInt8](repeating: 1, count: 4096)
        guard let file = fopen(path, "wb") else { return }
        setvbuf(file, nil, _IONBF, 0)
        while fwrite(block, 1, block.count, file) == block.count {}
        fclose(file)
    }
}
