// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct RepairAttributesTests {
    typealias Lost = CollectionRepair.LostAttributes

    /// Puts an entry under a slot's key, whatever it is.
    private func put(_ entry: [UInt8], _ slot: UInt32, _ damaged: DamagedCollection) throws {
        try damaged.database.environment.write {
            try $0.put(entry, for: Key(collection: damaged.number, slot: slot), in: .attributes)
        }
    }

    private func text(_ text: String, _ slot: UInt32, _ damaged: DamagedCollection) throws {
        try damaged.database.environment.write {
            try $0.setAttributes(Array(text.utf8), of: slot, in: damaged.number)
        }
    }

    @Test(arguments: [Quantization.lvq4x8, .lvq8]) func whatIsDamagedIsLostAndTheRestKept(
        quantization: Quantization
    ) throws {
        let damaged = try DamagedCollection(quantization)
        let owners = damaged.attributes.keys.sorted {
            damaged.vectors[$0]?.slot ?? 0 < damaged.vectors[$1]?.slot ?? 0
        }
        let slots = owners.compactMap { damaged.vectors[$0]?.slot }
        try put([1, 2, 3, 4, 5, 6], UInt32(slots[4]), damaged)
        try text("[]", UInt32(slots[7]), damaged)
        try put([], UInt32(slots[9]), damaged)
        let records = try damaged.database.records()
        #expect(try damaged.database.check().count == 3)
        let refused = try damaged.collection.repair()
        let lost = [4, 7, 9].map { Lost(slot: slots[$0], id: owners[$0], reason: .damaged) }
        #expect(refused.outcome == .refused)
        #expect(refused.lostAttributes == lost)
        #expect(refused.lost == [] && refused.reduced == [] && refused.kept == damaged.vectors.count)
        #expect(try damaged.database.records() == records)
        let repair = try damaged.collection.repair(dropLost: true)
        #expect(repair.lostAttributes == lost)
        try damaged.expectRepaired(repair)
        #expect(try damaged.collection.info().attributesCount == damaged.attributes.count - 3)
    }

    /// Nothing is lost with attributes that are of no vector.
    @Test func whatBelongsToNoVectorIsRemoved() throws {
        let damaged = try DamagedCollection(.lvq4x8)
        let taken = Set(damaged.vectors.values.map(\.slot))
        let empty = try #require((0..<damaged.record.slots).first { !taken.contains($0) })
        try text("{}", UInt32(empty), damaged)
        try text("{}", UInt32(damaged.record.slots), damaged)
        try put([1], UInt32(damaged.record.slots + 1), damaged)
        try damaged.database.environment.write {
            try $0.put([1], for: Key(collection: damaged.number, identifier: [200]), in: .attributes)
        }
        #expect(try damaged.database.check().count == 4)
        let repair = try damaged.collection.repair()
        let slots = [empty, damaged.record.slots, damaged.record.slots + 1]
        #expect(repair.lostAttributes.allSatisfy { $0.reason == .vector && $0.id == nil })
        #expect(repair.lostAttributes.compactMap(\.slot) == slots)
        #expect(repair.lostAttributes.count == 4)
        try damaged.expectRepaired(repair)
        #expect(try damaged.collection.info().attributesCount == damaged.attributes.count)
    }

    /// They go with vectors that are lost, and are told of.
    @Test func theyGoWithTheirVectors() throws {
        let damaged = try DamagedCollection(.lvq8)
        try damaged.flip(1, in: .codes)
        let slots = try damaged.slots(ofChunk: 1, in: .codes)
        let lost = damaged.attributes.keys.compactMap { damaged.vectors[$0]?.slot }.filter { slots.contains($0) }
        let repair = try damaged.collection.repair(dropLost: true)
        #expect(!repair.lost.isEmpty)
        #expect(repair.lostAttributes == lost.sorted().map { Lost(slot: $0, id: nil, reason: .vector) })
        try damaged.expectRepaired(repair)
    }
}
