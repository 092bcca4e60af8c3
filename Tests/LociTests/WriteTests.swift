// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct WriteTests {
    /// A graph, and a few small collections beside it.
    private func database(_ folder: TemporaryFolder) throws -> Database {
        let database = try Database.open(folder.database)
        _ = try database.buildCollection("large", .quick(), from: try RandomVectors(count: 2_300, dimension: 16))
        _ = try database.createCollection("small", .quick())
        return database
    }

    private let vector = [Float](repeating: 0.5, count: 16)

    /// After a commit, the view is at hand, made from the one before, and the same as one that is collected anew.
    @Test func theNextViewIsAtHand() throws {
        let folder = try TemporaryFolder()
        let database = try database(folder)
        _ = try database.buildCollection("still", .quick(), from: try RandomVectors(count: 700, dimension: 16))
        let large = try database.collection("large")
        let still = try database.collection("still")
        _ = try (large.count, still.count)
        for round in 0..<5 {
            try database.write { transaction in
                let large = try transaction.collection("large")
                try large.upsert(VectorID("a \(round)"), vector)
                try large.remove(VectorID(row: 10 * round))
                try transaction.collection("small").upsert(VectorID("b \(round)"), vector)
            }
            let commit = try database.environment.lastTransactionID
            // One that was changed, and one that was not.
            for name in ["large", "still"] {
                let (published, fresh) = try database.environment.read { transaction in
                    #expect(transaction.transactionID == commit)
                    let number = try Catalogue.existing(name, in: transaction)
                    let record = try Catalogue.record(number: number, path: "", in: transaction)
                    return (
                        try database.collection(name).withView { $0 },
                        try CollectionView(number: number, record: record, in: transaction)
                    )
                }
                #expect(published.record == fresh.record && published.commit == commit)
                for (mine, other) in zip(published.arrays.all, fresh.arrays.all) {
                    #expect(mine.count == other.count)
                    for index in 0..<UInt32(mine.count) { #expect(mine.record(at: index) == other.record(at: index)) }
                }
                for slot in 0..<UInt32(fresh.record.slots) {
                    #expect(try published.identifiers.identifier(at: slot) == fresh.identifiers.identifier(at: slot))
                }
            }
            #expect(try large.search(vector, k: 1).first?.distance ?? 1 < 0.01)
        }
    }

    /// Whoever has the file open in this process shares what writes leave at hand.
    @Test func openingTwiceSharesViews() throws {
        let folder = try TemporaryFolder()
        let database = try database(folder)
        let again = try Database.open(folder.database)
        #expect(again.views === database.views)
        try again.collection("large").upsert("a", vector)
        #expect(try database.collection("large").search(vector, k: 1).first?.id == "a")
        let other = try Database.open(folder.file("other.loci"))
        #expect(other.views !== database.views)
    }

    /// While a transaction is open, searches see the last commit, and none of what it did.
    @Test func searchesMeanwhileSeeTheLastCommit() throws {
        let folder = try TemporaryFolder()
        let database = try database(folder)
        let large = try database.collection("large")
        try database.write { transaction in
            let changed = try transaction.collection("large")
            for row in 0..<100 { try changed.remove(VectorID(row: row)) }
            try changed.add("new", vector)
            #expect(changed.count == 2_201)
            #expect(try large.count == 2_300)
            #expect(try large.get(VectorID(row: 0)) != nil)
            #expect(try large.get("new") == nil)
            #expect(try large.search(vector, k: 3000, exact: true).count == 2_300)
            #expect(try database.read { try $0.collection("large").count } == 2_300)
        }
        #expect(try large.count == 2_201)
        #expect(try large.search(vector, k: 1).first?.id == "new")
    }

    /// A search goes by the commit that a write is based on until another process has gone on past the write's own.
    @Test func searchesLeaveABaseThatIsNotTheLastCommit() throws {
        let folder = try TemporaryFolder()
        let database = try database(folder)
        let environment = database.environment
        let cache = ViewCache()
        let base = try environment.snapshot()
        cache.beginWriting(base: base)
        func seen() throws -> [Int] {
            [
                try cache.withView(of: "large", in: environment) { $0.commit },
                try cache.withFound(
                    of: "large", in: environment, { $1.transactionID },
                    { view, found in
                        #expect(view.commit == found)
                        return found
                    }),
            ]
        }
        #expect(try seen() == [base.transactionID, base.transactionID])
        // The write's own commit, of which the cache is not told yet.
        try database.collection("large").upsert("a", vector)
        #expect(try environment.lastTransactionID == base.transactionID + 1)
        #expect(try seen() == [base.transactionID, base.transactionID])
        // One that came after it, as of another process.
        try database.collection("large").upsert("b", vector)
        #expect(try seen() == [base.transactionID + 2, base.transactionID + 2])
    }

    /// Equal vectors, of which there are more than any list has places: each is found a place in the tree, in few steps.
    @Test func equalVectorsAreNeighbours() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("equal", .quick())
        var added = 0
        for count in [900, 1, 1, 300] {
            try database.write { transaction in
                let collection = try transaction.collection("equal")
                for _ in 0..<count {
                    try collection.add(VectorID(row: added), vector)
                    added += 1
                }
            }
        }
        #expect(try database.check() == [])
        #expect(try collection.search(vector, k: 50).count == 50)
        try database.write { transaction in
            let collection = try transaction.collection("equal")
            for row in 0..<added where row % 3 != 0 { try collection.remove(VectorID(row: row)) }
        }
        #expect(try database.check() == [])
        #expect(try collection.search(vector, k: 1_000).count == collection.count)
    }

    @Test func whatFailsChangesNothing() throws {
        let folder = try TemporaryFolder()
        let database = try database(folder)
        let before = try database.environment.lastTransactionID
        struct GivenUp: Error {}
        #expect(throws: GivenUp.self) {
            try database.write { transaction in
                try transaction.collection("large").remove("1")
                try transaction.createCollection("third").add("x", [1, 2])
                try transaction.drop("small")
                throw GivenUp()
            }
        }
        #expect(try database.environment.lastTransactionID == before)
        #expect(try database.collectionNames() == ["large", "small"])
        #expect(try database.collection("large").count == 2_300)
        // What a row lacks is said with the row, and the transaction can go on without it.
        try database.write { transaction in
            let small = try transaction.collection("small")
            try small.add("sound", vector)
            let wrong = try VectorArray([1, 2, .nan, 3], dimension: 2)
            #expect(throws: IndexError.dimensionMismatch(found: 2, expected: 16)) { try small.add(from: wrong) }
            #expect(throws: IndexError.notFinite(row: nil, component: 15)) {
                try small.add("nan", [Float](repeating: 0, count: 15) + [.nan])
            }
            #expect(throws: LociError.identifierExists(name: "small", id: "sound")) { try small.add("sound", vector) }
            #expect(throws: LociError.identifierLength(row: nil, bytes: 0, limit: 480)) { try small.add("", vector) }
        }
        #expect(try database.collection("small").count == 1)
        #expect(try database.check() == [])
    }

    @Test func afterItsEndATransactionIsOfNoUse() throws {
        let folder = try TemporaryFolder()
        let database = try database(folder)
        let (transaction, small) = try database.write { ($0, try $0.collection("small")) }
        #expect(throws: LociError.transactionEnded) { try small.add("a", vector) }
        #expect(throws: LociError.transactionEnded) { try small.remove("a") }
        #expect(throws: LociError.transactionEnded) { try small.get("a") }
        #expect(throws: LociError.transactionEnded) { try transaction.collection("large") }
        #expect(throws: LociError.transactionEnded) { try transaction.createCollection("late") }
    }

    /// Codes reach 64 times as far as the vectors that the space was learned from.
    @Test func vectorsBeyondReachAreRefused() throws {
        let folder = try TemporaryFolder()
        let database = try database(folder)
        let far = [Float](repeating: 1_000, count: 16)
        guard case .tooFar = indexError({ try database.collection("large").add("far", far) }) else {
            Issue.record("it was added")
            return
        }
        // Without a graph, all is coded anew for it.
        let small = try database.collection("small")
        for place in 0..<20 { try small.add(VectorID(row: place), vector.map { $0 + Float(place) }) }
        try small.add("far", far)
        #expect(try small.search(far, k: 1).first?.id == "far")
        #expect(try database.check() == [])
    }

    /// Numbers of vectors without identifiers follow on whatever number there is.
    @Test func numbersFollowOn() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick())
        let two = try RandomVectors(count: 2, dimension: 3)
        func add() throws { try database.write { _ = try $0.collection("c").add(from: two) } }
        try add()
        try collection.add("17", [1, 2, 3])
        try collection.remove("0")
        try add()
        try collection.remove("19")
        try add()
        var ids: Set<VectorID> = []
        try collection.forEach { id, _ in ids.insert(id) }
        #expect(ids == ["1", "17", "18", "20", "21"])
    }

    /// The same changes make the same bytes on any number of threads.
    @Test func threadsChangeNothing() throws {
        let files = try [1, 2, 3].map { threads in
            let folder = try TemporaryFolder()
            do {
                let database = try database(folder)
                let vectors = try RandomVectors(count: 700, dimension: 16, seed: 9)
                try database.write(threads: threads) { transaction in
                    let large = try transaction.collection("large")
                    for row in 0..<300 { try large.remove(VectorID(row: 3 * row)) }
                    try large.add(from: vectors)
                }
                _ = try database.backup(to: folder.file("copy.loci"))
            }
            return try TestFile.read(folder.file("copy.loci"))
        }
        #expect(files[0] == files[1] && files[1] == files[2])
    }
}

extension WriteTests {
    /// The table of entry points names slots from all over; those at the end are cut off when they are free.
    @Test func slotsThatAreCutOffAreNoEntries() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let vectors = try RandomVectors(count: 2_300, dimension: 16)
        let collection = try database.buildCollection("c", .quick(), from: vectors)
        var slots = 2_300
        // A few at a time from the end, so that nothing else is reason to learn the entries anew.
        for last in stride(from: 2_300, to: 2_100, by: -20) {
            try database.write { transaction in
                for row in last - 20..<last { try transaction.collection("c").remove(VectorID(row: row)) }
            }
            #expect(try collection.check() == [])
            _ = try collection.search(vectors[last - 1], k: 5)
            slots = min(slots, try collection.withView { $0.record.slots })
        }
        #expect(slots < 2_300)
        // Down to fewer than there is a table for, and up again.
        try database.write { transaction in
            for row in 0..<2_000 { try transaction.collection("c").remove(VectorID(row: row)) }
        }
        #expect(try collection.check() == [])
        #expect(try collection.search(vectors[2_050], k: 1).first?.id == VectorID(row: 2_050))
        try database.write { transaction in
            _ = try transaction.collection("c").add(from: vectors)
        }
        #expect(try collection.withView { $0.record.entries != nil })
        #expect(try collection.check() == [])
    }

    /// A change that could not be made whole is not stored, though the closure goes on.
    @Test func whatWasNotMadeWholeIsNotStored() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let vectors = try RandomVectors(count: 2_300, dimension: 16)
        _ = try database.buildCollection("c", .quick(), from: vectors)
        // A neighbour that does not exist, under a right checksum.
        try database.environment.write { transaction in
            let geometry = try ChunkGeometry.adjacency(stride: 64)
            let base = try ChunkTable(
                unsafelyBorrowing: transaction, table: .adjacency, collection: 1, geometry: geometry)
            let editor = ChunkEditor(of: base, in: .adjacency, collection: 1)
            for slot in 0..<UInt32(base.count) {
                try editor.edit(slot).storeBytes(of: UInt32(9_999).littleEndian, as: UInt32.self)
            }
            try editor.store(in: transaction)
        }
        let before = try database.environment.lastTransactionID
        let failure = lociError {
            try database.write { transaction in
                let collection = try transaction.collection("c")
                try collection.add("a", vectors[0])
                #expect(indexError { try collection.edit.store() } != nil)
                // The failure was caught; the commit fails all the same.
            }
        }
        guard case .corrupt? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(try database.environment.lastTransactionID == before)
    }
}
