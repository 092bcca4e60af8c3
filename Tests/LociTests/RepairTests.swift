// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct RepairTests {
    @Test func whatIsSoundIsLeftAsItIs() throws {
        let damaged = try DamagedCollection(.lvq4x8)
        let records = try damaged.database.records()
        let repair = try damaged.database.repair()
        #expect(repair.isSound && repair.isComplete && repair.steps == [])
        #expect(repair.collections.map(\.outcome) == [.sound])
        #expect(repair.collections.map(\.kept) == [damaged.record.count])
        #expect(try damaged.database.records() == records)
    }

    enum Damage: CaseIterable { case flipped, deleted }

    /// Every array, with sketches (at 256 dimensions) and with originals; a chunk with a wrong checksum, and one that is gone.
    @Test(arguments: [(Quantization.lvq4x8, Originals.none, 256), (.lvq4x4, .float32, 16), (.float32, .none, 16)])
    func everyArray(_ kind: (quantization: Quantization, originals: Originals, dimension: Int)) throws {
        let original = try DamagedCollection(kind.quantization, kind.originals, dimension: kind.dimension)
        for damage in Damage.allCases {
            for table in try original.tables where table != .identifiers {
                let damaged = try DamagedCollection(copying: original)
                let chunk = try #require(
                    try damaged.chunks(in: table).dropFirst().first ?? damaged.chunks(in: table).first)
                let slots = try damaged.slots(ofChunk: chunk, in: table)
                let inChunk = damaged.vectors.values.map(\.slot).filter { slots.contains($0) }.sorted()
                switch damage {
                case .flipped: try damaged.flip(chunk, in: table)
                case .deleted: try damaged.delete(chunk, in: table)
                }
                let faults = try damaged.database.check()
                #expect(
                    faults.contains { $0.what.contains("table \(table)") && $0.what.contains("chunk \(chunk)") }
                        || damage == .deleted && faults.contains { $0.what.contains("table \(table)") }, "\(faults)")
                let records = try damaged.database.records()
                let refused = try damaged.collection.repair(threads: 1)
                #expect(refused.faults == faults)
                if table == .codes, kind.originals == .none {
                    #expect(refused.outcome == .refused)
                    #expect(try damaged.database.records() == records)
                    let repair = try damaged.collection.repair(dropLost: true, threads: 1)
                    #expect(repair.lost.map(\.slot) == inChunk)
                    #expect(repair.lost.allSatisfy { $0.reason == .vector && $0.id != nil })
                    #expect(repair.reduced == [] && repair.kept == damaged.record.count - inChunk.count)
                    try damaged.expectRepaired(repair)
                } else {
                    #expect(refused.lost == [] && refused.kept == damaged.record.count)
                    let loses = table == .originals || table == .residuals && kind.originals == .none
                    #expect(refused.reduced.map(\.slot) == (loses ? inChunk : []))
                    #expect(refused.reduced.allSatisfy { $0.loss == (table == .originals ? .original : .residual) })
                    try damaged.expectRepaired(refused)
                }
            }
        }
    }

    /// Chunks whose checksum is right, and whose content is not.
    @Test func contentsThatCannotBe() throws {
        let changes: [(Table, (DamagedCollection) throws -> Void)] = [
            (.codes, { try $0.change(try $0.live(from: 9), in: .codes) { Self.putNaN(in: $0) } }),
            (.sketches, { try $0.change(try $0.live(from: 9), in: .sketches) { Self.putNaN(in: $0) } }),
            (.entries, { try $0.change(0, in: .entries) { Self.putNaN(in: $0) } }),
            (
                .adjacency,
                { damaged in
                    let slot = try damaged.live(from: 9)
                    try damaged.change(slot, in: .adjacency) { $0.storeBytes(of: slot, as: UInt32.self) }
                }
            ),
            (
                .parents,
                { damaged in
                    let slot = try damaged.live(from: 9)
                    try damaged.change(slot, in: .parents) { $0.storeBytes(of: slot, as: UInt32.self) }
                }
            ),
            (
                .states,
                { damaged in
                    let slot = try damaged.live(from: 9)
                    try damaged.change(slot / 256, in: .states) { $0[Int(slot) % 256 / 4] |= 1 << UInt8(slot % 4 * 2) }
                }
            ),
        ]
        let original = try DamagedCollection(.lvq4, dimension: 256)
        for (table, change) in changes {
            let damaged = try DamagedCollection(copying: original)
            try change(damaged)
            #expect(try !damaged.database.check().isEmpty, "\(table)")
            let repair = try damaged.collection.repair(dropLost: true)
            #expect(repair.lost.map(\.reason) == (table == .codes ? [.vector] : []), "\(table)")
            try damaged.expectRepaired(repair)
        }
    }

    private static func putNaN(in record: UnsafeMutableRawBufferPointer) {
        for offset in 0..<4 { record[offset] = 0xFF }
    }

    @Test func originalsThatAreNoVectors() throws {
        let damaged = try DamagedCollection(.lvq8, .float32, metric: .cosine)
        let slot = try damaged.live(from: 9)
        try damaged.change(slot, in: .originals) { $0.initializeMemory(as: UInt8.self, repeating: 0) }
        #expect(try damaged.database.check().map(\.what).count { $0.hasPrefix("slot \(slot): the original") } == 1)
        let repair = try damaged.collection.repair()
        #expect(repair.reduced.map(\.loss) == [.original] && repair.lost == [])
        #expect(repair.kept == damaged.record.count && repair.outcome == .repaired)
        #expect(try damaged.database.check() == [])
    }

    @Test func bothOriginalsAndCodes() throws {
        let damaged = try DamagedCollection(.lvq4x8, .float32)
        for table in [Table.originals, .residuals] { try damaged.flip(0, in: table) }
        let common = try damaged.slots(ofChunk: 0, in: .originals).clamped(
            to: damaged.slots(ofChunk: 0, in: .residuals))
        let repair = try damaged.collection.repair()
        let live = damaged.vectors.values.count { common.contains($0.slot) }
        #expect(repair.reduced.count { $0.loss == .originalAndResidual } == live && live > 0)
        try damaged.expectRepaired(repair)
    }

    /// Names are found in `ids`; numbers are in no other place than the chunk, and are believed where it still says them.
    @Test func identifierChunks() throws {
        let original = try DamagedCollection(.lvq8)
        let flipped = try DamagedCollection(copying: original)
        // In the name of a slot.
        try flipped.flip(2, in: .identifiers, at: 48 + 4 * 513 + 700)
        let renamed = try flipped.collection.repair()
        #expect(renamed.lost == [])
        try flipped.expectRepaired(renamed)

        // Whatever is flipped in the chunk of numbers, the others prove themselves.
        let numbers = try DamagedCollection(copying: original)
        try numbers.flip(0, in: .identifiers, at: 48 + 4 * 513 + 700, by: 1)
        let proven = try numbers.collection.repair(dropLost: true)
        #expect(proven.lost.count <= 1 && proven.lost.allSatisfy { $0.reason == .identifier })
        try numbers.expectRepaired(proven)

        let deleted = try DamagedCollection(copying: original)
        try deleted.delete(0, in: .identifiers)
        let refused = try deleted.collection.repair()
        let numbered = deleted.vectors.filter { $0.value.slot < 512 && $0.key == VectorID(row: $0.value.slot) }
        #expect(refused.outcome == .refused && numbered.count > 300)
        #expect(refused.lost.map(\.slot) == numbered.values.map(\.slot).sorted())
        #expect(refused.lost.allSatisfy { $0.reason == .identifier && $0.id == nil })
        try deleted.expectRepaired(try deleted.collection.repair(dropLost: true))

        let named = try DamagedCollection(copying: original)
        try named.delete(3, in: .identifiers)
        let found = try named.collection.repair()
        #expect(found.lost == [])
        try named.expectRepaired(found)
    }

    @Test func identifiersThatAreNotEachOthersInverse() throws {
        let damaged = try DamagedCollection(.lvq8)
        let (name, other) = (VectorID("v1000"), VectorID("v1001"))
        let slot = try #require(damaged.vectors[name]?.slot)
        try damaged.database.environment.write { transaction in
            try transaction.delete(Key(collection: damaged.number, identifier: name.bytes), in: .ids)
            try transaction.put(
                [7, 0, 0, 0], for: Key(collection: damaged.number, identifier: other.bytes), in: .ids)
            try transaction.put(
                [7, 0, 0, 0], for: Key(collection: damaged.number, identifier: Array("x".utf8)), in: .ids)
            try transaction.put([7], for: Key(collection: damaged.number, identifier: Array("y".utf8)), in: .ids)
        }
        let repair = try damaged.collection.repair()
        #expect(repair.lost == [] && repair.straying == ["x", "y"])
        try damaged.expectRepaired(repair)

        // A second slot of the same name, which leads to the first.
        let twice = try DamagedCollection(.lvq8)
        try twice.database.environment.write { transaction in
            var chunk = try IdentifierChunk.load(transaction, collection: twice.number, chunk: 1, count: 0)
            try chunk.set(Array("v1002".utf8), at: slot - 512)
            try chunk.store(in: transaction, collection: twice.number, chunk: 1)
            try transaction.delete(Key(collection: twice.number, identifier: name.bytes), in: .ids)
        }
        let refused = try twice.collection.repair()
        #expect(refused.outcome == .refused)
        #expect(refused.lost == [.init(slot: slot, id: "v1002", reason: .duplicate)])
        #expect(try twice.collection.repair(dropLost: true).kept == twice.record.count - 1)
        #expect(try twice.database.check() == [])
    }

    /// Neither states nor identifiers tell which slots hold vectors.
    @Test func statesAndIdentifiers() throws {
        let damaged = try DamagedCollection(.lvq8)
        try damaged.flip(0, in: .states)
        let alone = try damaged.collection.repair()
        #expect(alone.lost == [])
        try damaged.expectRepaired(alone)

        let both = try DamagedCollection(.lvq8)
        try both.flip(0, in: .states)
        try both.delete(0, in: .identifiers)
        let refused = try both.collection.repair()
        #expect(refused.outcome == .refused && refused.lost.allSatisfy { $0.reason == .uncertain && $0.id == nil })
        try both.expectRepaired(try both.collection.repair(dropLost: true))
    }

    @Test func nothingIsLeft() throws {
        let damaged = try DamagedCollection(.float32)
        for chunk in try damaged.chunks(in: .codes) { try damaged.flip(chunk, in: .codes) }
        let repair = try damaged.collection.repair(dropLost: true)
        #expect(repair.kept == 0 && repair.lost.count == damaged.record.count)
        try damaged.expectRepaired(repair)
        #expect(try damaged.collection.count == 0)
        try damaged.collection.build(from: RandomVectors(count: 5, dimension: 3))
    }

    @Test func chunksOfAnEmptyCollection() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("e", .quick())
        try database.environment.write { try $0.put([1], for: Key(collection: 1, chunk: 0), in: .codes) }
        #expect(try database.check().count == 2)
        let repair = try collection.repair()
        #expect(repair.outcome == .repaired && repair.kept == 0 && repair.lost == [])
        #expect(try database.check() == [])
    }

    @Test func stoppedItChangesNothing() throws {
        let damaged = try DamagedCollection(.lvq8)
        try damaged.flip(0, in: .adjacency)
        var calls = 1
        while calls < 40 {
            #expect(throws: IndexError.cancelled) {
                try damaged.collection.repair(threads: 1, observer: StoppingObserver(atCall: calls))
            }
            #expect(try damaged.collection.count == damaged.record.count)
            #expect(try damaged.database.environment.markedCollections() == [])
            #expect(try !damaged.database.check().isEmpty)
            calls += 13
        }
    }

    /// An observer that does something once, while the new collection is written.
    private final class Meanwhile: BuildObserver, @unchecked Sendable {
        private let body: () throws -> Void
        private var isDone = false
        let isCancelled = false

        init(_ body: @escaping () throws -> Void) { self.body = body }

        func progress(stage: BuildStage, done: Int, total: Int) {
            guard stage == .writing, !isDone else { return }
            isDone = true
            do { try body() } catch { Issue.record("\(error)") }
        }
    }

    @Test func changesMeanwhileAreNotLost() throws {
        let damaged = try DamagedCollection(.float32)
        // A fault that no write comes across.
        try damaged.database.environment.write { transaction in
            try transaction.put([7], for: Key(collection: damaged.number, identifier: Array("y".utf8)), in: .ids)
        }
        let late = [Float](repeating: 3, count: 16)
        let error = lociError {
            _ = try damaged.collection.repair(
                threads: 1,
                observer: Meanwhile {
                    try damaged.database.write { try $0.collection("c").add("late", late) }
                })
        }
        guard case .busy(let text) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(text.contains("repair it again"))
        #expect(try damaged.collection.get("late") == late)
        #expect(try damaged.collection.repair().outcome == .repaired)
        #expect(try damaged.collection.get("late") == late)
        #expect(try damaged.database.check() == [])
    }

    @Test func severalAtRandom() throws {
        var generator = SeededGenerator()
        let kinds: [(Quantization, Originals)] = [
            (.lvq4x8, .none), (.lvq8, .float32), (.float16, .none), (.lvq4x4, .float32),
        ]
        for round in 0..<TestSettings.iterations(8) {
            let (quantization, originals) = kinds[round % kinds.count]
            let damaged = try DamagedCollection(quantization, originals, seed: generator.next())
            let tables = try damaged.tables
            var done: [String] = []
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let table = try #require(tables.randomElement(using: &generator))
                guard let chunk = try damaged.chunks(in: table).randomElement(using: &generator) else { continue }
                if Int.random(in: 0..<3, using: &generator) == 0 {
                    try damaged.delete(chunk, in: table)
                    done.append("delete \(table) \(chunk)")
                } else {
                    let place = Int.random(in: 0..<(table == .identifiers ? 600 : 48 + 60), using: &generator)
                    try damaged.flip(chunk, in: table, at: place, by: .random(in: 1...255, using: &generator))
                    done.append("flip \(table) \(chunk) at \(place)")
                }
            }
            if Bool.random(using: &generator), let id = damaged.vectors.keys.sorted().randomElement(using: &generator) {
                try damaged.database.environment.write { transaction in
                    _ = try transaction.delete(Key(collection: damaged.number, identifier: id.bytes), in: .ids)
                }
                done.append("delete id \(id)")
            }
            if try damaged.database.check().isEmpty { continue }
            let first = try damaged.collection.repair(threads: 1)
            #expect((first.outcome == .refused) == !first.lost.isEmpty, "\(done)")
            let repair = first.outcome == .refused ? try damaged.collection.repair(dropLost: true, threads: 1) : first
            #expect(repair.lost == first.lost && repair.reduced == first.reduced, "\(done)")
            try damaged.expectRepaired(repair)
        }
    }
}
