// Loci, Apache License 2.0.

import Loci
import TestSupport
import TortureModel

/// Writes the transactions of a sequence, and says how far it is.
///
///     begun N        transaction N is being made
///     made N         what is left of it is to commit it
///     failed N TEXT  it was not committed, or is not known to be
///     unusable N     the database had to be closed and opened again
///     intact N       after a failure the database is as the transaction before N left it, and answers
///     committed N    it is
///     end            all are
struct TortureWriter {
    let path: String
    private var sequence: TortureSequence
    private var database: Database?
    private var generator = SeededGenerator(seed: 1)
    private static let attempts = 12

    init(path: String, seed: UInt64, done: Int) throws {
        self.path = path
        sequence = TortureSequence(seed: seed, after: done)
        database = try Database.open(path, access: .readWrite)
    }

    private var opened: Database {
        get throws {
            guard let database else { throw TestFailure("the database is closed") }
            return database
        }
    }

    consuming func run(count: Int) throws {
        for _ in 0..<count {
            var next = sequence
            let changes = next.advance()
            try commit(changes, next)
            sequence = next
            TortureProcess.say("committed \(next.number)")
        }
        TortureProcess.say("end")
    }

    private mutating func commit(_ changes: [TortureSequence.Change], _ next: TortureSequence) throws {
        for _ in 0..<Self.attempts {
            do {
                try opened.write(threads: 1) { transaction in
                    TortureProcess.say("begun \(next.number)")
                    try TortureSequence.apply(changes, to: transaction)
                    TortureProcess.say("made \(next.number)")
                }
                return
            } catch let error as LociError {
                TortureProcess.say("failed \(next.number) \(error)")
                guard try isAfterFailure(of: next) else { continue }
                return
            } catch {
                TortureProcess.say("broken: \(next.number) failed with \(error), which is no error of Loci's")
                return
            }
        }
        TortureProcess.say("broken: \(next.number) failed \(Self.attempts) times")
        throw TestFailure("given up")
    }

    /// Compares the database with what it must be after a failed commit.
    /// - Returns: Whether the commit was made nonetheless.
    private mutating func isAfterFailure(of next: TortureSequence) throws -> Bool {
        do {
            return try compare(next)
        } catch LociError.system(let text) where text.contains("close it and open it again") {
            TortureProcess.say("unusable \(next.number)")
            database = nil
            database = try Database.open(path, access: .readWrite)
            return try compare(next)
        }
    }

    private mutating func compare(_ next: TortureSequence) throws -> Bool {
        try opened.read { view in
            let isMade = try TortureSequence.number(in: view) == next.number
            let expected = isMade ? next : sequence
            let differences =
                try expected.differences(from: view) + expected.searchDifferences(from: view, &generator)
            for difference in differences.prefix(5) { TortureProcess.say("broken: \(difference)") }
            if !isMade { TortureProcess.say("intact \(next.number)") }
            return isMade
        }
    }
}
