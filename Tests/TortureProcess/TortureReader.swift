// Loci, Apache License 2.0.

import Loci
import TestSupport
import TortureModel

/// Compares view after view with the state that its marker names.
///
///     saw N   a view showed exactly what transaction N left
struct TortureReader {
    let path: String
    private var sequence: TortureSequence
    private var generator = SeededGenerator(seed: 2)

    init(path: String, seed: UInt64) {
        self.path = path
        sequence = TortureSequence(seed: seed)
    }

    consuming func run(until last: Int) throws {
        let database = try Database.open(path, access: .readOnly)
        while sequence.number < last {
            try database.read { view in
                let number = try TortureSequence.number(in: view)
                guard number >= sequence.number else {
                    TortureProcess.say("broken: after \(sequence.number) a view shows \(number)")
                    return
                }
                while sequence.number < number { sequence.advance() }
                let differences =
                    try sequence.differences(from: view) + sequence.searchDifferences(from: view, &generator)
                for difference in differences.prefix(5) { TortureProcess.say("broken: \(number): \(difference)") }
            }
            TortureProcess.say("saw \(sequence.number)")
        }
        for fault in try database.check() { TortureProcess.say("broken: \(fault)") }
        TortureProcess.say("end")
    }
}
