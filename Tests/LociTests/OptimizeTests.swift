// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct OptimizeTests {
    /// What a collection holds: identifiers and vectors.
    private func contents(_ collection: Collection) throws -> [VectorID: [Float]] {
        var contents: [VectorID: [Float]] = [:]
        try collection.forEach { contents[$0] = $1 }
        return contents
    }

    private func churned(_ folder: TemporaryFolder, ids: [VectorID]?, _ quantization: Quantization) throws -> Collection {
        let database = try Database.open(folder.database)
        let vectors = try RandomVectors(count: 2_600, dimension: 24)
        let collection = try database.buildCollection(
            "c", .quick(.l2, quantization, quantization == .lvq4 ? .none : .float32), from: vectors, identifiers: ids)
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for row in stride(from: 0, to: 2_600, by: 3) {
                try collection.remove(ids?[row] ?? VectorID(row: row))
            }
            for row in 0..<300 { try collection.upsert(VectorID("new \(row)"), vectors[row].map { $0 + 4 }) }
        }
        return collection
    }

    @Test(arguments: [Quantization.lvq4x8, .lvq4, .float32])
    func keepsWhatThereIsAndGivesUpTheRest(quantization: Quantization) throws {
        let folder = try TemporaryFolder()
        let ids = (0..<2_600).map { VectorID("row \($0)") }
        let collection = try churned(folder, ids: ids, quantization)
        let before = try contents(collection)
        #expect(try collection.withView { $0.record.slots > $0.record.count })
        try collection.optimize(threads: 2)
        let after = try contents(collection)
        #expect(Set(after.keys) == Set(before.keys))
        for (id, vector) in before {
            let again = try #require(after[id])
            // Codes of one level are kept but for what the rotation rounds: less than a tenth of half a step.
            #expect(zip(vector, again).allSatisfy { abs($0 - $1) <= (quantization == .lvq4 ? 0.02 : 0) })
        }
        #expect(try collection.withView { $0.record.slots == $0.record.count })
        #expect(try collection.check() == [])
        #expect(try collection.database.environment.markedCollections().isEmpty)
    }

    /// Whatever the identifiers, as long as they are the numbers of the rows nothing is stored of them.
    @Test func numbersStayInTheirOrder() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let vectors = try RandomVectors(count: 2_500, dimension: 8)
        let collection = try database.buildCollection("c", .quick(), from: vectors)
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for row in 0..<500 { try collection.upsert(VectorID(row: row), vectors[row]) }
        }
        #expect(try collection.info().bytes.identifiers > 0)
        try collection.optimize()
        #expect(try collection.info().bytes.identifiers == 0)
        let found = try collection.search(vectors[7], k: 1)
        #expect(found.first?.id == VectorID(row: 7))
        #expect(try collection.check() == [])
    }

    /// An observer that does something once, in the middle of the work.
    private final class Interruption: BuildObserver, @unchecked Sendable {
        let body: () throws -> Void
        var isDone = false
        private(set) var isCancelled = false
        let cancels: Bool

        init(cancels: Bool = false, _ body: @escaping () throws -> Void) {
            self.body = body
            self.cancels = cancels
        }

        func progress(stage: BuildStage, done: Int, total: Int) {
            guard stage == .writing, !isDone else { return }
            isDone = true
            do { try body() } catch { Issue.record("\(error)") }
            isCancelled = cancels
        }
    }

    @Test func whatIsWrittenMeanwhileIsCarriedOver() throws {
        let folder = try TemporaryFolder()
        let collection = try churned(folder, ids: nil, .lvq4x8)
        let database = collection.database
        let replacement = [Float](repeating: 9, count: 24)
        try collection.optimize(
            threads: 1,
            observer: Interruption {
                try database.write { transaction in
                    let collection = try transaction.collection("c")
                    try collection.add("late", replacement)
                    try collection.upsert(VectorID(row: 1), replacement)
                    for row in [2, 4, 5] { try collection.remove(VectorID(row: row)) }
                }
            })
        #expect(try collection.get("late") == replacement)
        #expect(try collection.get(VectorID(row: 1)) == replacement)
        for row in [2, 4, 5] { #expect(try collection.get(VectorID(row: row)) == nil) }
        #expect(try collection.get(VectorID(row: 7)) != nil)
        #expect(try Set(collection.search(replacement, k: 2).map(\.id)) == ["late", VectorID(row: 1)])
        #expect(try collection.check() == [])
    }

    @Test func stoppedItChangesNothing() throws {
        let folder = try TemporaryFolder()
        let collection = try churned(folder, ids: nil, .lvq4x8)
        let before = try contents(collection)
        let record = try collection.withView { $0.record }
        #expect(throws: IndexError.cancelled) { try collection.optimize(observer: Interruption(cancels: true) {}) }
        #expect(try contents(collection) == before)
        #expect(try collection.withView { $0.record } == record)
        #expect(try collection.database.environment.markedCollections().isEmpty)
    }

    @Test func droppedMeanwhileItIsNotBroughtBack() throws {
        let folder = try TemporaryFolder()
        let collection = try churned(folder, ids: nil, .lvq4x8)
        let database = collection.database
        guard
            case .busy = lociError({
                try collection.optimize(threads: 1, observer: Interruption { try database.drop("c") })
            })
        else {
            Issue.record("it was optimized")
            return
        }
        #expect(try database.collectionNames().isEmpty)
    }
}
