// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

/// Cosine collections that keep the lengths of their vectors.
@Suite struct LengthTests {
    private static func configuration(
        _ quantization: Quantization, _ originals: Originals = .none
    ) -> CollectionConfiguration {
        CollectionConfiguration(
            metric: .cosine, quantization: quantization, originals: originals, build: .quick, keepsLengths: true)
    }

    /// How far a component of a direction may be off, for directions whose components are all below 1.
    private static func bound(_ quantization: Quantization, dimension: Int) -> Float {
        switch quantization {
        case .float32: 1e-6
        case .float16: 1e-3
        case .lvq8, .lvq4x4: 0.02
        case .lvq4x8: 2e-3
        case .lvq4: 0.25
        case .binary: 1
        }
    }

    /// What a collection should hold.
    private struct Model {
        var vectors: [VectorID: [Float]] = [:]

        static func length(_ vector: [Float]) -> Float {
            Float(vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
        }

        /// That vectors come back, and that the lengths beside the codes are those of the first coding.
        func expect(_ collection: Loci.Collection, sourceLocation: SourceLocation = #_sourceLocation) throws {
            let quantization = try collection.configuration.quantization
            var found: [VectorID: [Float]] = [:]
            try collection.forEach { found[$0] = $1 }
            #expect(Set(found.keys) == Set(vectors.keys), sourceLocation: sourceLocation)
            let wrong = vectors.filter { id, vector in
                let length = Self.length(vector)
                let bound = LengthTests.bound(quantization, dimension: vector.count) * length
                return !zip(vector, found[id] ?? []).allSatisfy { ($0 - $1).magnitude <= bound }
            }
            #expect(wrong.isEmpty, "\(quantization)", sourceLocation: sourceLocation)
            try collection.withView { view in
                let (layout, codes) = (view.record.codeLayout, view.graph.codes)
                let drifted = try view.liveSlots.filter { slot in
                    let id = VectorID(bytes: try view.identifiers.identifier(at: slot))
                    let length = Self.length(vectors[id] ?? [])
                    return (layout.length(of: codes.record(slot)) - length).magnitude > 1e-6 * length
                }
                #expect(drifted.isEmpty, "\(quantization)", sourceLocation: sourceLocation)
            }
            #expect(try collection.check() == [], sourceLocation: sourceLocation)
        }
    }

    private static func vector(_ dimension: Int, _ generator: inout SeededGenerator) -> [Float] {
        if generator.below(20) == 0 { return [Float](repeating: 0, count: dimension) }
        let length = Float(sign: .plus, exponent: generator.below(40) - 20, significand: 1)
        return (0..<dimension).map { _ in (Float.random(in: -1...1, using: &generator) + 0.25) * length }
    }

    @Test func onlyCosineKeepsLengths() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        for metric in [Metric.l2, .ip] {
            let configuration = CollectionConfiguration(metric: metric, keepsLengths: true)
            let vectors = try RandomVectors(count: 3, dimension: 2)
            for error in [
                indexError { _ = try database.createCollection("a", configuration) },
                indexError { try database.write { _ = try $0.createCollection("a", configuration) } },
                indexError { _ = try database.buildCollection("a", configuration, from: vectors) },
            ] {
                guard case .parameter("keepsLengths", "true", let allowed)? = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                #expect(allowed.contains("\(metric)"))
            }
        }
        #expect(try database.collectionNames().isEmpty)
    }

    @Test func aVectorComesBackInItsLength() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        for quantization in Quantization.allCases {
            let collection = try database.createCollection("\(quantization)", Self.configuration(quantization))
            try database.write { transaction in
                let collection = try transaction.collection("\(quantization)")
                try collection.add("a", [3, 4])
                #expect(try collection.get("a") == [3, 4])
                try collection.add("zero", [0, 0])
                #expect(try collection.get("zero") == [0, 0])
            }
            let vector = try #require(try collection.get("a"))
            let signs = [Float(5), 5].map { $0 / Float(2).squareRoot() }
            let expected: [Float] = quantization == .binary ? signs : [3, 4]
            let bound: Float = quantization == .lvq4 ? 0.5 : 0.05
            #expect(zip(vector, expected).allSatisfy { ($0 - $1).magnitude < bound }, "\(quantization): \(vector)")
            if quantization == .float32 { #expect(zip(vector, [3, 4]).allSatisfy { ($0 - $1).magnitude < 1e-6 }) }
            #expect(try collection.get("zero") == [0, 0])
            #expect(try collection.vectors(of: "zero") == [[0, 0]])
            #expect(try collection.check() == [])
        }
    }

    /// Searches go by directions: lengths change nothing about them.
    @Test(arguments: Quantization.allCases) func searchesAreThoseOfACollectionWithoutLengths(
        quantization: Quantization
    ) throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        // Once some more than are scanned, and so many dimensions that there are sketches.
        let isLarge = quantization == .lvq4x8
        let vectors = try RandomVectors(count: isLarge ? 2_020 : 200, dimension: isLarge ? 260 : 20)
        let build = BuildParameters(maximumDegree: 8, window: 8)
        let plain = try database.buildCollection(
            "plain", CollectionConfiguration(metric: .cosine, quantization: quantization, build: build), from: vectors)
        let lengths = try database.buildCollection(
            "lengths",
            CollectionConfiguration(
                metric: .cosine, quantization: quantization, build: build, keepsLengths: true), from: vectors)
        for row in stride(from: 0, to: 200, by: 40) {
            for isExact in [false, true] {
                let found = try lengths.search(vectors[row], k: 10, window: 40, exact: isExact)
                let expected = try plain.search(vectors[row], k: 10, window: 40, exact: isExact)
                #expect(found.map(\.id) == expected.map(\.id))
                #expect(found.map(\.distance) == expected.map(\.distance))
            }
        }
        #expect(try database.check() == [])
    }

    @Test(arguments: Quantization.allCases) func zeroVectorsAreAtDistanceOne(quantization: Quantization) throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        var generator = SeededGenerator("zero vectors \(quantization)")
        let zero = [Float](repeating: 0, count: 24)
        for count in quantization == .lvq4x8 ? [40, 2_010] : [40] {
            let vectors = (0..<count).map { row in
                row % 20 == 0 ? zero : (0..<24).map { _ in Float.random(in: -3...3, using: &generator) }
            }
            let collection = try database.buildCollection(
                "\(count)", Self.configuration(quantization), from: VectorArray(vectors.flatMap(\.self), dimension: 24))
            #expect(try collection.get("20") == zero)
            #expect(try collection.check() == [])
            // A zero query is at distance 1 from everything; under `binary` it is a vector of no sign above 0.
            if quantization != .binary {
                let all = try collection.search(zero, k: 30, exact: true)
                #expect(all.count == 30 && all.allSatisfy { ($0.distance - 1).magnitude < 1e-6 })
                let near = try collection.search(vectors[1], k: count, exact: true)
                let bound: Float = quantization == .float32 ? 0 : quantization == .lvq4 ? 0.15 : 0.02
                for neighbor in near where vectors[Int("\(neighbor.id)") ?? 0] == zero {
                    #expect((neighbor.distance - 1).magnitude <= bound, "\(quantization)")
                }
            } else {
                let same = try collection.search(zero, k: 2, exact: true)
                #expect(same.map(\.distance) == [0, 0])
            }
            try collection.add("late", zero)
            #expect(try collection.get("late") == zero)
            #expect(try collection.check() == [])
        }
        let refusing = try database.createCollection("refusing", .quick(.cosine, quantization))
        #expect(indexError { try refusing.add("a", zero) } == .zeroVector(row: nil))
    }

    /// Any order of writes, through learning anew, moves of slots, optimizing, repair, backup and compacting.
    @Test(arguments: Quantization.allCases) func lengthsSurviveWhateverIsDone(quantization: Quantization) throws {
        var generator = SeededGenerator("lengths \(quantization)")
        for originals in [Originals.none, .float32] where originals == .none || quantization == .lvq4 {
            let folder = try TemporaryFolder()
            let database = try Database.open(folder.database)
            let collection = try database.createCollection("c", Self.configuration(quantization, originals))
            var model = Model()
            for round in 0..<TestSettings.iterations(12) {
                try database.write { transaction in
                    let collection = try transaction.collection("c")
                    for _ in 0..<generator.below(30) {
                        let id = VectorID("v\(generator.below(150))")
                        if generator.below(3) == 0 {
                            #expect(try collection.remove(id) == (model.vectors.removeValue(forKey: id) != nil))
                        } else {
                            let vector = Self.vector(9, &generator)
                            try collection.upsert(id, vector)
                            model.vectors[id] = vector
                            #expect(try collection.get(id) == vector)
                        }
                    }
                }
                if round % 4 == 3 { try collection.optimize() }
                try model.expect(collection)
            }
            for (name, copy) in [
                ("backup", { _ = try database.backup(to: folder.file("backup")) }),
                ("compact", { _ = try Database.compact(at: folder.file("backup")) }),
            ] as [(String, () throws -> Void)] {
                try copy()
                try model.expect(Database.open(folder.file("backup")).collection("c"))
                #expect(!name.isEmpty)
            }
        }
    }

    /// The same with a graph: insertion, slots that are used again, and what is written while it is optimized.
    @Test(arguments: [Quantization.lvq4x8, .binary]) func lengthsSurviveInAGraph(
        quantization: Quantization
    ) throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        var generator = SeededGenerator("lengths in a graph \(quantization)")
        var model = Model()
        for row in 0..<2_100 { model.vectors[VectorID(row: row)] = Self.vector(8, &generator) }
        let rows = try VectorArray(
            (0..<2_100).flatMap { model.vectors[VectorID(row: $0)] ?? [] }, dimension: 8)
        let collection = try database.buildCollection("c", Self.configuration(quantization), from: rows)
        try model.expect(collection)
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for row in 0..<60 {
                try collection.remove(VectorID(row: 3 * row))
                model.vectors[VectorID(row: 3 * row)] = nil
                let vector = Self.vector(8, &generator).map { $0 / 4 }
                try collection.upsert(VectorID(row: 7 * row + 1), vector)
                model.vectors[VectorID(row: 7 * row + 1)] = vector
            }
        }
        try model.expect(collection)
        let late: [Float] = (0..<8).map { Float($0) * 1e-3 }
        model.vectors["late"] = late
        try collection.optimize(
            observer: WriteInterruption {
                try collection.add("late", late)
                try collection.setProperties(Attributes(json: #"{"late":1}"#))
            })
        #expect(try collection.properties == Attributes(json: #"{"late":1}"#))
        try model.expect(collection)
    }

    /// The least and the largest of what is taken.
    @Test func lengthsOfAllMagnitudes() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        for quantization in [Quantization.float32, .lvq8, .binary] {
            let collection = try database.createCollection("\(quantization)", Self.configuration(quantization))
            let largest = [Float](repeating: VectorSpace.componentLimit, count: 64)
            let tiny = [Float](repeating: Float.leastNonzeroMagnitude, count: 64)
            try collection.add("largest", largest)
            try collection.add("tiny", tiny)
            for _ in 0..<2 {
                let found = try #require(try collection.get("largest"))
                #expect(found.allSatisfy { ($0 / VectorSpace.componentLimit - 1).magnitude < 0.02 }, "\(quantization)")
                let small = try #require(try collection.get("tiny"))
                #expect(small.allSatisfy { $0 >= 0 && $0 <= 16 * Float.leastNonzeroMagnitude })
                #expect(try collection.search(tiny, k: 2).allSatisfy { $0.distance < 0.01 })
                try collection.optimize()
            }
            #expect(try collection.check() == [])
        }
    }

    @Test(arguments: [(Quantization.lvq4x8, Originals.none), (.lvq4, .float32), (.binary, .none)])
    func repairKeepsLengths(_ kind: (quantization: Quantization, originals: Originals)) throws {
        let original = try DamagedCollection(
            kind.quantization, kind.originals, metric: .cosine, count: 2_150, keepsLengths: true)
        for table in try original.tables where [.adjacency, .originals, .identifiers].contains(table) {
            let damaged = try DamagedCollection(copying: original)
            try damaged.flip(0, in: table)
            let repair = try damaged.collection.repair(dropLost: true)
            #expect(repair.outcome == .repaired)
            #expect(try damaged.database.check() == [])
            let before = damaged.vectors.filter { id, _ in !repair.lost.contains { $0.id == id || $0.id == nil } }
            for (id, vector) in before {
                guard let found = try damaged.collection.get(id) else { continue }
                let length = Model.length(vector.components)
                let isReduced = repair.reduced.contains { $0.id == id }
                let bound: Float = isReduced ? 0.25 : 0
                #expect(zip(found, vector.components).allSatisfy { ($0 - $1).magnitude <= bound * length }, "\(table)")
            }
        }
    }

    @Test func lengthsThatCannotBeAreFound() throws {
        for (quantization, offset) in [(Quantization.lvq8, 12), (.binary, 2)] {
            let original = try DamagedCollection(quantization, metric: .cosine, count: 2_100, keepsLengths: true)
            let slot = try original.live(from: 9)
            for length in [Float.nan, -1, .infinity] {
                let damaged = try DamagedCollection(copying: original)
                try damaged.change(slot, in: .codes) {
                    $0.storeBytes(of: length.bitPattern.littleEndian, toByteOffset: offset, as: UInt32.self)
                }
                let faults = try damaged.database.check()
                #expect(faults.count == 1 && faults.allSatisfy { $0.what.contains("the length of the vector") })
                let repair = try damaged.collection.repair()
                #expect(repair.outcome == .refused && repair.lost.map(\.slot) == [Int(slot)])
            }
        }
    }
}

/// An observer that does something once, in the middle of the writing.
private final class WriteInterruption: BuildObserver, @unchecked Sendable {
    // Safe to share: a build reports its writing from one thread.
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
