// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociStorage

@Suite struct AttributesTests {
    /// The layout that docs/file-format.md tells.
    @Test func bytesAreAsDocumented() {
        let entry = AttributesEntry.encoded(Array("{}".utf8), collection: 1, slot: 2)
        #expect(AttributesEntry.headerBytes == 4)
        #expect(entry.count == AttributesEntry.headerBytes + 2)
        // zlib's checksum of 01000000 02000000 7B7D.
        #expect(entry == [0xFF, 0x0F, 0xFF, 0xA3, 0x7B, 0x7D])
    }

    @Test func keepsWhatItWasGivenBySlot() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
        var generator = SeededGenerator()
        var model: [UInt32: [UInt8]] = [:]
        for _ in 0..<20 {
            try environment.write { (transaction) throws in
                for _ in 0..<30 {
                    let slot = UInt32.random(in: 0..<200, using: &generator)
                    let text = [nil, 2, 100, 5_000].randomElement(using: &generator)?.map { generator.bytes($0) }
                    try transaction.setAttributes(text, of: slot, in: 3)
                    model[slot] = text
                    #expect(try transaction.attributes(of: slot, in: 3) == text)
                }
            }
            try environment.read { (transaction) throws in
                var found: [UInt32: [UInt8]] = [:]
                var slots: [UInt32] = []
                try transaction.forEachAttributes(in: 3) {
                    slots.append($0)
                    found[$0] = $1.copied
                } fault: {
                    Issue.record("\($0)")
                }
                #expect(found == model)
                #expect(slots == model.keys.sorted())
                #expect(try transaction.attributesCount(in: 3) == model.count)
                #expect(try transaction.attributesCount(in: 2) == 0)
            }
        }
    }

    @Test func appendsBetweenCollections() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
        try environment.write { (transaction) throws in
            for collection: UInt32 in [5, 3, 4] {
                for slot: UInt32 in 0..<300 {
                    try transaction.appendAttributes([UInt8(slot & 0xFF)], of: slot, in: collection)
                }
            }
        }
        for collection: UInt32 in 3...5 {
            #expect(try environment.read { try $0.attributesCount(in: collection) } == 300)
            #expect(try environment.read { try $0.attributes(of: 299, in: collection) } == [43])
        }
    }

    /// What was written to another place, or changed, is noticed.
    @Test func damageIsTold() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
        let entry = AttributesEntry.encoded([1, 2, 3], collection: 1, slot: 0)
        var flipped = entry
        flipped[5] ^= 4
        let entries = [entry, entry, flipped, [], [1, 2, 3]]
        try environment.write { (transaction) throws in
            for (slot, entry) in entries.enumerated() {
                try transaction.put(entry, for: Key(collection: 1, slot: UInt32(slot)), in: .attributes)
            }
            try transaction.put(entry, for: Key(collection: 2, slot: 0), in: .attributes)
            try transaction.put(entry, for: Key(collection: 1, identifier: [0]), in: .attributes)
        }
        var faults: [AttributesFault] = []
        var sound: [UInt32] = []
        try environment.read { (transaction) throws in
            for collection: UInt32 in [1, 2] {
                try transaction.forEachAttributes(in: collection) { slot, _ in
                    sound.append(slot)
                } fault: {
                    faults.append($0)
                }
            }
        }
        #expect(sound == [0])
        #expect(
            faults == [
                AttributesFault(slot: nil, what: .key(bytes: 5)), AttributesFault(slot: 1, what: .checksum),
                AttributesFault(slot: 2, what: .checksum), AttributesFault(slot: 3, what: .length(0)),
                AttributesFault(slot: 4, what: .length(3)), AttributesFault(slot: 0, what: .checksum),
            ])
        #expect(
            storageError { _ = try environment.read { try $0.attributes(of: 2, in: 1) } }
                == .corrupted(what: "table attributes, slot 2: its checksum is wrong", location: "collection 1"))
        guard
            case .corrupted = storageError({
                _ = try environment.read { try $0.slotsWithOtherAttributes(of: 1, in: $0) }
            })
        else {
            Issue.record("a key that is no slot's was taken")
            return
        }
    }

    @Test func changesSinceACommitAreFound() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
        var generator = SeededGenerator()
        for _ in 0..<20 {
            let before = try environment.snapshot()
            var changed: Set<UInt32> = []
            try environment.write { (transaction) throws in
                for _ in 0..<15 {
                    let slot = UInt32.random(in: 0..<60, using: &generator)
                    let old = try before.withTransaction { try $0.attributes(of: slot, in: 3) }
                    // Sometimes what it was: written again elsewhere.
                    let new =
                        [old, nil, generator.bytes(40), generator.bytes(3_000)].randomElement(using: &generator) ?? nil
                    try transaction.setAttributes(new, of: slot, in: 3)
                    if new == old { changed.remove(slot) } else { changed.insert(slot) }
                    // Others make no difference.
                    try transaction.setAttributes([1], of: slot, in: UInt32.random(in: 1...2, using: &generator) * 2)
                }
            }
            let found = try environment.read { later in
                try before.withTransaction { try $0.slotsWithOtherAttributes(of: 3, in: later) }
            }
            #expect(found == changed)
        }
    }
}
