// Loci, Apache License 2.0.

import Foundation
import LociIndex
import Synchronization
import TestSupport
import Testing

@testable import Loci

@Suite struct ConcurrencyTests {
    /// One worker builds, replaces and drops; the others search, by two openings of the file. Every version of "moving" has
    /// its own number of vectors and its own identifiers, so an answer shows which commits it was made from.
    @Test func answersAreOfOneCommit() throws {
        let folder = try TemporaryFolder()
        let databases = [try Database.open(folder.database), try Database.open(folder.database)]
        let stable = try RandomVectors(count: 300, dimension: 8, seed: 1)
        _ = try databases[0].buildCollection("stable", .quick(.l2, .float32), from: stable)
        let versions = TestSettings.iterations(60)
        let isDone = Atomic<Bool>(false)
        let answers = Atomic<Int>(0)
        let failures = Mutex<[String]>([])
        @Sendable func size(_ version: Int) -> Int { 20 + version % 500 }
        @Sendable func record(_ what: String) { failures.withLock { $0.append(what) } }
        // Threads of their own: a shared pool may be busy with other tests, and run one worker after another.
        let finished = DispatchSemaphore(value: 0)
        let work: @Sendable (Int) -> Void = { worker in
            defer { finished.signal() }
            let database = databases[worker % 2]
            do {
                if worker == 0 {
                    defer { isDone.store(true, ordering: .relaxed) }
                    for version in 0... {
                        // As many more as it takes for the others to have answered.
                        let mayEnd = answers.load(ordering: .relaxed) > 0 || !failures.withLock { $0.isEmpty }
                        if version >= versions, mayEnd { return }
                        let vectors = try RandomVectors(count: size(version), dimension: 4, seed: UInt64(version))
                        _ = try database.buildCollection(
                            "moving", .quick(version % 2 == 0 ? .l2 : .cosine), from: vectors,
                            identifiers: (0..<vectors.count).map { VectorID("\(version)/\($0)") }, replacing: true)
                        if version % 7 == 6 { try database.drop("moving") }
                    }
                }
                var row = worker
                while !isDone.load(ordering: .relaxed) {
                    row = (row + 1) % stable.count
                    let own = try database.collection("stable").search(stable[row], k: 2)
                    if own.first != Neighbor(id: VectorID(row: row), distance: 0) { record("row \(row) found \(own)") }
                    do {
                        let moving = try database.collection("moving")
                        let found = try moving.search([1, 2, 3, 4], k: 1_000)
                        let versions = Set(found.map { $0.id.description.split(separator: "/")[0] })
                        guard versions.count == 1, let version = versions.first.flatMap({ Int($0) }) else {
                            record("an answer is of versions \(versions)")
                            continue
                        }
                        if found.count != size(version) { record("version \(version) answered \(found.count)") }
                        var seen: [VectorID] = []
                        try moving.forEach { id, _ in seen.append(id) }
                        if seen.count != size(Int(seen[0].description.split(separator: "/")[0]) ?? -1) {
                            record("a walk saw \(seen.count) vectors of \(seen[0])")
                        }
                        _ = try moving.get(seen[0])
                        if row % 10 == 0 { try database.check().forEach { record("\($0)") } }
                        if row % 10 == 5 { _ = try database.info() }
                        answers.wrappingAdd(1, ordering: .relaxed)
                    } catch LociError.collectionNotFound {
                        continue
                    }
                }
            } catch {
                record("worker \(worker): \(error)")
            }
        }
        for worker in (0..<4).reversed() { Thread.detachNewThread { work(worker) } }
        for _ in 0..<4 { finished.wait() }
        #expect(failures.withLock { $0 } == [])
        #expect(answers.load(ordering: .relaxed) > 0)
        #expect(try databases[1].check() == [])
    }

    @Test func aWalkKeepsItsMoment() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let old = try RandomVectors(count: 600, dimension: 16, seed: 1)
        let collection = try database.buildCollection("a", .quick(.l2, .float32), from: old)
        var row = 0
        try collection.forEach { id, vector in
            // Pages that this walk still reads must not be used again, whatever is committed meanwhile.
            if row % 100 == 0 {
                try collection.build(from: RandomVectors(count: 600, dimension: 16, seed: UInt64(row)), replacing: true)
            }
            if row == 400 { try database.drop("a") }
            if row == 450 { _ = try database.createCollection("a", .quick(.l2, .float32)) }
            #expect(id == VectorID(row: row))
            #expect(vector == old[row])
            row += 1
        }
        #expect(row == 600)
        #expect(try database.check() == [])
    }
}
