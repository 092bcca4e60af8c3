// Loci, Apache License 2.0.

import Foundation
import Loci
import Synchronization
import TestSupport
import Testing
import TortureModel

/// Readers beside a writer: all that each view shows is what one transaction left.
@Suite struct ManyReadersTests {
    @Test func processes() throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator()
        let start = TortureSequence(seed: generator.next())
        try start.make(at: folder.database)
        let count = Torture.rounds(25, torture: 400)
        let readers = try (0..<4).map { _ in
            try TortureChild(["read", folder.database, "\(start.seed)", "\(count)"], in: folder)
        }
        // All have seen the beginning before there is anything else to see.
        for reader in readers { #expect(reader.line() == "saw 0") }
        let writer = try TortureChild(["write", folder.database, "\(start.seed)", "0", "\(count)"], in: folder)
        #expect(writer.finish() == 0, "\(writer.errorText)")
        #expect(writer.broken == [])
        for reader in readers {
            #expect(reader.finish() == 0, "\(reader.errorText)")
            #expect(reader.broken == [])
            #expect(reader.last("saw") == count)
        }
        let seen = readers.map { Set($0.lines).count - 1 }
        print("of \(count) transactions the readers saw \(seen)")
    }

    /// The same with threads, by two openings of the file: one commits without a pause, the others look at views, search and
    /// get.
    @Test func threads() throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator()
        var last = TortureSequence(seed: generator.next())
        try last.make(at: folder.database)
        let count = Torture.rounds(25, torture: 300)
        var states = [last]
        var changes: [[TortureSequence.Change]] = []
        for _ in 0..<count {
            changes.append(last.advance())
            states.append(last)
        }
        let databases = try (0..<2).map { _ in try Database.open(folder.database) }
        let committed = Atomic<Int>(0)
        let ready = Atomic<Int>(0)
        let failures = Mutex<[String]>([])
        let views = Atomic<Int>(0)
        let answers = Atomic<Int>(0)
        let finished = DispatchSemaphore(value: 0)
        let (allStates, allChanges) = (states, changes)
        let work: @Sendable (Int) -> Void = { worker in
            defer { finished.signal() }
            do {
                let database = databases[worker % 2]
                switch worker {
                case 0:
                    // Not before all others are under way.
                    while ready.load(ordering: .acquiring) < 4 { sched_yield() }
                    for (index, changes) in allChanges.enumerated() {
                        try database.write(threads: 1 + index % 2) { try TortureSequence.apply(changes, to: $0) }
                        committed.store(index + 1, ordering: .releasing)
                    }
                case 1, 2:
                    try Self.lookAtViews(
                        of: database, allStates, seed: UInt64(worker), ready, committed, failures, views)
                default:
                    try Self.askForTheLast(of: database, allStates.count - 1, ready, committed, failures, answers)
                }
            } catch {
                failures.withLock { $0.append("worker \(worker): \(error)") }
                // The others must not wait for what does not come.
                committed.store(allChanges.count, ordering: .releasing)
                ready.store(4, ordering: .releasing)
            }
        }
        for worker in 0..<5 { Thread.detachNewThread { work(worker) } }
        for _ in 0..<5 { finished.wait() }
        #expect(failures.withLock { Array($0.prefix(10)) } == [])
        #expect(try databases[0].check() == [])
        print(
            "\(count) transactions, \(views.load(ordering: .relaxed)) views, \(answers.load(ordering: .relaxed)) answers"
        )
    }

    private static func lookAtViews(
        of database: Database, _ states: [TortureSequence], seed: UInt64, _ ready: borrowing Atomic<Int>,
        _ committed: borrowing Atomic<Int>, _ failures: borrowing Mutex<[String]>, _ views: borrowing Atomic<Int>
    ) throws {
        var generator = SeededGenerator(seed: seed)
        var number = -1
        while number < states.count - 1 {
            let least = committed.load(ordering: .acquiring)
            try database.read { view in
                let shown = try TortureSequence.number(in: view)
                if shown < max(least, number) {
                    failures.withLock { $0.append("a view shows \(shown) after \(max(least, number))") }
                }
                let state = states[shown]
                let differences =
                    try state.differences(from: view) + state.searchDifferences(from: view, &generator)
                failures.withLock { $0 += differences.prefix(3).map { "view of \(shown): \($0)" } }
                if number < 0 { ready.add(1, ordering: .acquiringAndReleasing) }
                number = shown
            }
            views.add(1, ordering: .relaxed)
            if failures.withLock({ !$0.isEmpty }) { return }
        }
    }

    /// Searches and gets without a view: each is answered as of a commit that is at least the last when it began.
    private static func askForTheLast(
        of database: Database, _ last: Int, _ ready: borrowing Atomic<Int>, _ committed: borrowing Atomic<Int>,
        _ failures: borrowing Mutex<[String]>, _ answers: borrowing Atomic<Int>
    ) throws {
        let marker = try database.collection(TortureSequence.marker)
        let graph = try database.collection(TortureSequence.graph)
        var generator = SeededGenerator(seed: 9)
        var number = -1
        while number < last {
            let least = committed.load(ordering: .acquiring)
            let found = try marker.search([0], k: 2)
            guard found.count == 1, let shown = Int(found[0].id.description.dropFirst("after ".count)) else {
                failures.withLock { $0.append("the marker's search found \(found)") }
                return
            }
            if shown < max(least, number) { failures.withLock { $0.append("\(shown) after \(max(least, number))") } }
            if number < 0 { ready.add(1, ordering: .acquiringAndReleasing) }
            number = max(shown, number)
            let neighbors = try graph.search(generator.floats(8), k: 10)
            if neighbors.count != 10
                || zip(neighbors, neighbors.dropFirst()).contains(where: { $0.distance > $1.distance })
            {
                failures.withLock { $0.append("the graph's search found \(neighbors)") }
            }
            _ = try graph.get(neighbors[0].id)
            answers.add(1, ordering: .relaxed)
            if failures.withLock({ !$0.isEmpty }) { return }
        }
    }
}
