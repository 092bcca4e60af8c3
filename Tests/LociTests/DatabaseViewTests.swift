// Loci, Apache License 2.0.

import Foundation
import LociIndex
import Synchronization
import TestSupport
import Testing

@testable import Loci

@Suite struct DatabaseViewTests {
    private func database(_ folder: TemporaryFolder) throws -> Database {
        let database = try Database.open(folder.database)
        try build("a", 30, in: database)
        try build("b", 20, in: database)
        return database
    }

    /// Vectors of as many identifiers, so that the one tells the other.
    private func build(_ name: String, _ count: Int, in database: Database) throws {
        _ = try database.buildCollection(
            name, .quick(.l2, .float32), from: try RandomVectors(count: count, dimension: 4, seed: UInt64(count)),
            identifiers: (0..<count).map { VectorID("\(count)/\($0)") }, replacing: true)
    }

    @Test func staysAtItsMoment() throws {
        let folder = try TemporaryFolder()
        let database = try database(folder)
        try database.read { view in
            let (a, b) = (try view.collection("a"), try view.collection("b"))
            // One is looked at before it changes, the other is not.
            #expect(try a.count == 30)
            try build("a", 50, in: database)
            try database.drop("b")
            try build("c", 10, in: database)
            for collection in [a, b] {
                let count = collection.name == "a" ? 30 : 20
                #expect(try collection.count == count)
                #expect(try collection.dimension == 4)
                #expect(try collection.info().count == count)
                #expect(try collection.check().isEmpty)
                let found = try collection.search([0, 0, 0, 0], k: 1000)
                #expect(Set(found.map(\.id)) == Set((0..<count).map { VectorID("\(count)/\($0)") }))
                for neighbor in found { #expect(try collection.get(neighbor.id)?.count == 4) }
                #expect(try collection.get(VectorID("50/0")) == nil)
                var vectors: [[Float]?] = []
                try collection.forEach(of: found.map(\.id)) { id, vector in
                    vectors.append(vector)
                    let again = try collection.get(id)
                    #expect(again == vector)
                }
                #expect(vectors.count == count)
                var seen = 0
                try collection.forEach { _, _ in seen += 1 }
                #expect(seen == count)
            }
            #expect(try view.collectionNames() == ["a", "b"])
            #expect(throws: LociError.collectionNotFound(name: "c", existing: ["a", "b"])) { try view.collection("c") }
            // A later view of the same database, meanwhile.
            let later = try database.read { try ($0.commit, $0.collectionNames(), $0.collection("a").count) }
            #expect(later.0 > view.commit && later.1 == ["a", "c"] && later.2 == 50)
            #expect(try database.collection("a").count == 50)
        }
        #expect(try database.read { try $0.collection("a").count } == 50)
    }

    @Test func doesNotWorkAfterItsEnd() throws {
        let folder = try TemporaryFolder()
        let database = try database(folder)
        let (view, collection) = try database.read { ($0, try $0.collection("a")) }
        #expect(throws: LociError.viewEnded) { try view.collectionNames() }
        #expect(throws: LociError.viewEnded) { try view.collection("a") }
        #expect(throws: LociError.viewEnded) { try collection.count }
        #expect(throws: LociError.viewEnded) { try collection.search([0, 0, 0, 0]) }
        #expect(throws: LociError.viewEnded) { try collection.get(VectorID("30/0")) }
        #expect(throws: LociError.viewEnded) { try collection.check() }
        // What the closure throws comes out, and ends it too.
        struct Own: Error {}
        #expect(throws: Own.self) { try database.read { _ in throw Own() } }
    }

    @Test func cannotBeChanged() throws {
        let folder = try TemporaryFolder()
        let database = try database(folder)
        try database.read { view in
            let collection = try view.collection("a")
            func isRefused(_ body: () throws -> Void) -> Bool {
                if case .notPermitted(let text) = thrown(body) as? LociError {
                    text.contains("of a view")
                } else {
                    false
                }
            }
            let vectors = try RandomVectors(count: 3, dimension: 4)
            #expect(isRefused { try collection.build(from: vectors, replacing: true) })
            #expect(isRefused { _ = try collection.tune(sample: 5) })
        }
        #expect(try database.collection("a").count == 30)
    }

    /// A writer replaces two collections in turn; whoever looks at both in one view sees them as some commit left them.
    @Test func everyViewIsOfOneCommit() throws {
        let folder = try TemporaryFolder()
        let databases = [try database(folder), try Database.open(folder.database)]
        let rounds = TestSettings.iterations(40)
        let isDone = Atomic<Bool>(false)
        let views = Atomic<Int>(0)
        let failures = Mutex<[String]>([])
        let finished = DispatchSemaphore(value: 0)
        let work: @Sendable (Int) -> Void = { worker in
            defer { finished.signal() }
            do {
                if worker == 0 {
                    defer { isDone.store(true, ordering: .relaxed) }
                    // a has 30 + r vectors and b 20 + r or one fewer.
                    for round in 1... {
                        if round > rounds, views.load(ordering: .relaxed) > 10 || !failures.withLock({ $0.isEmpty }) {
                            return
                        }
                        try build("a", 30 + round % 400, in: databases[0])
                        try build("b", 20 + round % 400, in: databases[0])
                    }
                }
                while !isDone.load(ordering: .relaxed) {
                    try databases[worker % 2].read { view in
                        let (a, b) = (try view.collection("a"), try view.collection("b"))
                        let counts = try (a.count, b.count)
                        let behind = counts.0 - 10 - counts.1
                        if behind != 0, behind != 1, behind != -399 {
                            failures.withLock { $0.append("a has \(counts.0) and b \(counts.1)") }
                        }
                        for (collection, count) in [(a, counts.0), (b, counts.1)] {
                            let found = try collection.search([0, 0, 0, 0], k: 1000)
                            let own = found.allSatisfy { $0.id.description.hasPrefix("\(count)/") }
                            let last = try collection.get(VectorID("\(count)/\(count - 1)"))
                            if found.count != count || !own || last == nil {
                                failures.withLock { $0.append("\(count) vectors, and \(found.count) found") }
                            }
                        }
                    }
                    views.add(1, ordering: .relaxed)
                }
            } catch {
                failures.withLock { $0.append("\(error)") }
                isDone.store(true, ordering: .relaxed)
            }
        }
        for worker in 0..<4 { Thread.detachNewThread { work(worker) } }
        for _ in 0..<4 { finished.wait() }
        #expect(failures.withLock { $0 } == [])
    }
}
