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

    private func churned(_ folder: TemporaryFolder, ids: [VectorID]?, _ quantization: Quantization) throws -> Collection
    {
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

    /// Attributes follow their identifiers into the new order, and so does what is done to them meanwhile, with vectors or
    /// alone.
    @Test(arguments: [Quantization.lvq4x8, .lvq4]) func attributesFollow(quantization: Quantization) throws {
        let folder = try TemporaryFolder()
        let ids = (0..<2_600).map { VectorID("row \($0)") }
        let collection = try churned(folder, ids: ids, quantization)
        let database = collection.database
        let all = try contents(collection).keys.sorted()
        var expected: [VectorID: Attributes] = [:]
        func attributes(_ number: Int) throws -> Attributes { try Attributes(["number": .number(Double(number))]) }
        for (place, id) in all.enumerated() where place % 3 != 0 { expected[id] = try attributes(place) }
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for (id, attributes) in expected { #expect(try collection.setAttributes(id, attributes)) }
        }
        let vector = [Float](repeating: 9, count: 24)
        try collection.optimize(
            threads: 2,
            observer: Interruption {
                try database.write { transaction in
                    let collection = try transaction.collection("c")
                    // By place: 0 had none, 1 and 2 had some.
                    try collection.setAttributes(all[0], attributes(-1))
                    try collection.setAttributes(all[1], attributes(-2))
                    try collection.setAttributes(all[2], nil)
                    try collection.upsert(all[3], vector, attributes: attributes(-3))
                    try collection.upsert(all[4], vector)
                    try collection.upsert(all[5], vector)
                    try collection.setAttributes(all[5], nil)
                    try collection.remove(all[7])
                    try collection.add("late", vector, attributes: attributes(-4))
                }
            })
        expected[all[0]] = try attributes(-1)
        expected[all[1]] = try attributes(-2)
        expected[all[2]] = nil
        expected[all[3]] = try attributes(-3)
        expected[all[5]] = nil
        expected[all[7]] = nil
        expected["late"] = try attributes(-4)
        for id in all + ["late"] { #expect(try collection.attributes(of: id) == expected[id]) }
        #expect(try collection.info().attributesCount == expected.count)
        #expect(try collection.check() == [])
        let found = try collection.withView { view in
            try view.liveSlots.allSatisfy { try view.identifiers.identifier(at: $0) != all[7].bytes }
        }
        #expect(found)
    }

    /// What is only said of a vector is a change, too.
    @Test func attributesAloneAreCarriedOver() throws {
        let folder = try TemporaryFolder()
        let collection = try churned(folder, ids: nil, .lvq4x8)
        let attributes = try Attributes(["a": 1])
        try collection.optimize(
            threads: 1,
            observer: Interruption { try collection.setAttributes(VectorID(row: 1), attributes) })
        #expect(try collection.attributes(of: VectorID(row: 1)) == attributes)
        #expect(try collection.info().attributesCount == 1)
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
