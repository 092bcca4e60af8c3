// Loci, Apache License 2.0.

import Loci
import TestSupport
import Testing
import TortureModel

/// Damaged files: the check finds the damage or there is none to see, and nothing ends a process, whatever is done with a
/// file whose pages the check finds sound.
@Suite struct CorruptionTests {
    @Test func damagedFilesCrashNothing() throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator()
        var state = TortureSequence(seed: generator.next())
        let base = folder.file("base.loci")
        try state.make(at: base)
        do {
            // Free slots and pages, and identifiers of all kinds.
            let database = try Database.open(base)
            for _ in 0..<24 {
                let changes = state.advance()
                try database.write { try TortureSequence.apply(changes, to: $0) }
            }
            #expect(try database.check() == [])
        }
        let rounds = Torture.rounds(207, torture: 4_500)
        var next = 0
        var verdicts: [Substring: Int] = [:]
        while next < rounds {
            // A process for some of them: a crash ends only its own.
            let count = min(90, rounds - next)
            let child = try TortureChild(
                ["damage", base, "\(state.seed)", "\(state.number)", "\(next)", "\(count)"], in: folder)
            let status = child.finish()
            #expect(child.broken == [])
            let last = child.lines.last { $0.hasPrefix("round") } ?? "before the first round"
            #expect(status == 0, "\(last): \(child.errorText.suffix(2_000))")
            for line in child.lines { verdicts[line.split(separator: " ")[0], default: 0] += 1 }
            next = status == 0 ? next + count : (child.last("round") ?? next) + 1
        }
        print("\(rounds) damaged files: \(verdicts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" })")
        for verdict in ["refused", "reported", "found", "unseen"] { #expect(verdicts[verdict[...]] ?? 0 > 0) }
    }
}
