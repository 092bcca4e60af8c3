// Loci, Apache License 2.0.

import LociAttributes
import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct CollectionRecordTests {
    /// Where the mean begins: all before it is at the same places in every record.
    private static let fixed = 124

    private var sample: CollectionRecord {
        var record = CollectionRecord(
            name: "ab",
            configuration: CollectionConfiguration(
                metric: .cosine, quantization: .lvq4x8, originals: .float16,
                build: BuildParameters(maximumDegree: 40, window: 100, alpha: 1.5, seed: 0x0102_0304_0506_0708)))
        record.dimension = 2
        record.setFilled(count: 3)
        record.nextNumber = 0x0102_0304_0506
        record.revision = 7
        record.removedSinceRefresh = 1
        record.scale = 512
        record.mean = [0.5, -0.25]
        record.entryPoint = 2
        record.hasGraph = true
        record.growth = DistanceGrowth(units: 0x1234)
        record.storedIdentifierChunks = 1
        return record
    }

    @Test func moreIdentifierChunksThanSlotsFillAreRefused() throws {
        var record = sample
        for chunks in [0, 1] {
            record.storedIdentifierChunks = chunks
            #expect(try CollectionRecord(decoding: record.encoded, path: "") == record)
        }
        record.storedIdentifierChunks = 2
        #expect(throws: StorageError.self) { try CollectionRecord(decoding: record.encoded, path: "") }
    }

    /// The bytes of `sample`, but for the checksum.
    private static let golden: [UInt8] = [
        0x07, 0x00, 0x03, 0x06, 0x01, 0x03, 0x28, 0x00,  // version, kinds, flags, degree
        0x02, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00,  // dimension, vectors
        0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01,  // seed
        0x00, 0x00, 0x00, 0x44, 0x00, 0x00, 0xC0, 0x3F,  // scale 512, alpha 1.5
        0x64, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00,  // window, entry point
        0x20, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00,  // strides
        0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // bytes of the name, zero, checksum
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // zero
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x34, 0x12,  // entries, directions, growth
        0x01, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00,  // identifier chunks, slots
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // free slots, sweep
        0x03, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00,  // learned from, refreshed at
        0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // removed since, zero
        0x06, 0x05, 0x04, 0x03, 0x02, 0x01, 0x00, 0x00,  // next number
        0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // revision
        0x00, 0x00, 0x00, 0x00,  // bytes of the properties
        0x00, 0x00, 0x00, 0x3F, 0x00, 0x00, 0x80, 0xBE,  // mean
        0x61, 0x62,  // name
    ]

    @Test func goldenBytes() throws {
        var golden = Self.golden
        Self.seal(&golden)
        #expect(sample.encoded == golden)
        #expect(try CollectionRecord(decoding: golden, path: "") == sample)
        #expect(CollectionRecord.fixedBytes == Self.fixed)
        #expect(CollectionRecord(name: "", configuration: CollectionConfiguration()).encoded.count == Self.fixed)

        var withEntries = sample
        withEntries.entries = EntryTableLayout(dimension: 2, directions: 8, entries: 0x1230)
        golden.replaceSubrange(64..<70, with: [0x30, 0x12, 0, 0, 8, 0])
        Self.seal(&golden)
        #expect(withEntries.encoded == golden)
        #expect(try CollectionRecord(decoding: golden, path: "") == withEntries)
    }

    @Test func slotsWithoutAVectorAreAFlag() throws {
        var record = sample
        record.slots = 9
        record.freeSlots = 4
        record.sweepPosition = 8
        record.removedSinceRefresh = 5
        #expect(record.encoded[5] == sample.encoded[5] | 8)
        #expect(try CollectionRecord(decoding: record.encoded, path: "") == record)
        for change: (inout CollectionRecord) -> Void in [
            { $0.freeSlots = 7 }, { $0.sweepPosition = 9 }, { $0.slots = 2 },
            {
                $0.hasGraph = false
                $0.growth = nil
            },
        ] {
            var wrong = record
            change(&wrong)
            #expect(throws: StorageError.self) { try CollectionRecord(decoding: wrong.encoded, path: "") }
        }
    }

    @Test func sketchesAreAFlag() throws {
        var record = sketched
        let with = record.encoded
        record.hasSketches = false
        var without = record.encoded
        #expect(with[5] == 7 && without[5] == 3)
        without[5] = 7
        Self.seal(&without)
        #expect(without == with)
        #expect(try CollectionRecord(decoding: with, path: "") == sketched)
    }

    /// A record of so many dimensions that there are sketches.
    private var sketched: CollectionRecord {
        var record = sample
        record.dimension = 256
        record.mean = [Float](repeating: 0.5, count: 256)
        record.hasSketches = true
        record.entries = EntryTableLayout(dimension: 256, directions: 32, entries: 16)
        return record
    }

    private var tuned: CollectionRecord {
        var record = sample
        record.tuning = SearchTuning(
            k: 10, window: 20,
            measured: [
                SearchTuning.Point(window: 20, millionths: 950_000),
                SearchTuning.Point(window: 10, millionths: 900_001),
            ])
        return record
    }

    @Test func goldenBytesOfATunedCollection() throws {
        var golden = Self.golden
        golden.replaceSubrange(50..<52, with: [0x02, 0x00])  // points
        golden.replaceSubrange(56..<64, with: [0x14, 0x00, 0x00, 0x00, 0x0A, 0x00, 0x00, 0x00])  // tuned window, k
        golden += [
            0x0A, 0x00, 0x00, 0x00, 0xA1, 0xBB, 0x0D, 0x00,  // window 10, recall 0.900001
            0x14, 0x00, 0x00, 0x00, 0xF0, 0x7E, 0x0E, 0x00,  // window 20, recall 0.95
        ]
        Self.seal(&golden)
        #expect(tuned.encoded == golden)
        #expect(try CollectionRecord(decoding: golden, path: "") == tuned)
        #expect(tuned.tuning?.window(reaching: 0.95) == 20)
    }

    /// With lengths, properties and binary codes: what version 6 knew nothing of.
    private var described: CollectionRecord {
        var record = tuned
        record.configuration.quantization = .binary
        record.configuration.keepsLengths = true
        record.mean = []
        record.scale = 1
        record.properties = try? Attributes(json: #"{"a":[1]}"#)
        return record
    }

    @Test func goldenBytesOfWhatCameWithVersion7() throws {
        var golden = described.encoded
        #expect(golden[3] == 7 && golden[5] == 18 && golden[120..<124] == [9, 0, 0, 0])
        // The bits of two dimensions, and the length.
        #expect(golden[40..<48] == [16, 0, 0, 0, 0, 0, 0, 0])
        #expect(String(decoding: golden[124..<126], as: UTF8.self) == "ab")
        #expect(golden.count == 126 + 16 + 9 && String(decoding: golden.suffix(9), as: UTF8.self) == #"{"a":[1]}"#)
        #expect(try CollectionRecord(decoding: golden, path: "") == described)
        golden[golden.count - 1] = UInt8(ascii: "]")
        Self.seal(&golden)
        #expect(throws: StorageError.self) { try CollectionRecord(decoding: golden, path: "") }
    }

    /// As a program wrote it that knew no version 7: the same but for four bytes.
    @Test(arguments: [5, 6] as [UInt8]) func olderVersionsAreRead(version: UInt8) throws {
        for record in [sample, tuned, sketched] {
            var old = record.encoded
            old[0] = version
            old.removeSubrange(120..<124)
            Self.seal(&old)
            let read = try CollectionRecord(decoding: old, path: "")
            #expect(read == record && read.encoded == record.encoded)
            #expect(read.properties == nil && !read.configuration.keepsLengths)
            for length in 0..<old.count {
                #expect(throws: StorageError.self) {
                    try CollectionRecord(decoding: Array(old.prefix(length)), path: "")
                }
            }
            // What came later is no part of it.
            var wrong = old
            wrong[5] |= 16
            Self.seal(&wrong)
            #expect(throws: StorageError.self) { try CollectionRecord(decoding: wrong, path: "") }
        }
        var binary = described
        binary.configuration.keepsLengths = false
        binary.properties = nil
        var old = binary.encoded
        old[0] = version
        old.removeSubrange(120..<124)
        Self.seal(&old)
        #expect(throws: StorageError.self) { try CollectionRecord(decoding: old, path: "") }
    }

    @Test func laterVersionsAreRefused() throws {
        var later = sample.encoded
        later[0] = 8
        Self.seal(&later)
        #expect(throws: StorageError.formatVersion(path: "p", found: 8, supported: 7)) {
            try CollectionRecord(decoding: later, path: "p")
        }
    }

    @Test func whatNoCollectionIsMadeWithIsRefused() throws {
        for change: (inout CollectionRecord) -> Void in [
            { $0.configuration.metric = .l2 },
            { $0.properties = try? Attributes(["a": .string(String(repeating: "a", count: 4_096))]) },
        ] {
            var wrong = described
            change(&wrong)
            #expect(throws: StorageError.self) { try CollectionRecord(decoding: wrong.encoded, path: "") }
        }
    }

    /// Puts the checksum right.
    private static func seal(_ bytes: inout [UInt8]) {
        bytes.replaceSubrange(52..<56, with: [0, 0, 0, 0])
        let checksum = bytes.withUnsafeBytes { Checksum.crc32($0) }
        bytes.replaceSubrange(52..<56, with: (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) })
    }

    @Test func roundTrip() throws {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(100) {
            let metric = Metric.allCases.randomElement(using: &generator) ?? .l2
            let degree = Int.random(in: 4...512, using: &generator)
            let alpha: Float? =
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: nil
                case 1: 1
                default: metric == .ip ? 0.5 : 1.25
                }
            let quantization = Quantization.allCases.filter { $0.takes(metric) }.randomElement(using: &generator)
            var record = CollectionRecord(
                name: String(
                    (0..<Int.random(in: 1...60, using: &generator)).map { _ in
                        "aé日😀 ".randomElement(using: &generator) ?? "a"
                    }),
                configuration: CollectionConfiguration(
                    metric: metric,
                    quantization: quantization ?? .standard,
                    originals: Originals.allCases.randomElement(using: &generator) ?? .none,
                    build: BuildParameters(
                        maximumDegree: degree, window: Int.random(in: degree...10_000, using: &generator), alpha: alpha,
                        seed: generator.next()), keepsLengths: metric == .cosine && Bool.random(using: &generator)))
            if Bool.random(using: &generator) {
                record.properties = try Attributes(["number": .number(Double(generator.next() >> 12))])
            }
            if Bool.random(using: &generator) {
                record.dimension = [1, 2, 199, 200, 783, 65_536].randomElement(using: &generator) ?? 1
                record.setFilled(count: Int.random(in: 1...Int(Int32.max), using: &generator))
                record.entryPoint = UInt32(Int.random(in: 0..<record.count, using: &generator))
                record.hasGraph = Bool.random(using: &generator)
                if record.hasGraph, Bool.random(using: &generator) {
                    record.growth = DistanceGrowth(units: .random(in: 1...UInt16.max, using: &generator))
                }
                record.hasSketches =
                    record.hasGraph && record.codeLayout.sketches != nil && Bool.random(using: &generator)
                if record.hasGraph, Bool.random(using: &generator) {
                    let measured = (1...Int.random(in: 1...40, using: &generator)).map { window in
                        SearchTuning.Point(
                            window: window, millionths: Int.random(in: 0...1_000_000, using: &generator))
                    }
                    record.tuning = SearchTuning(k: 10, window: measured[0].window, measured: measured)
                }
                if record.quantization.firstLevelBits != nil {
                    record.scale = Float(
                        sign: .plus, exponent: Int.random(in: -120...120, using: &generator), significand: 1)
                    record.mean = (0..<record.dimension).map { Float($0) - 0.5 }
                    if record.hasGraph, Bool.random(using: &generator) {
                        // A table of more directions than these would be larger than a record can be.
                        let most = record.dimension > 1_000 ? 1 : 4
                        record.entries = EntryTableLayout(
                            dimension: record.dimension, directions: 8 * Int.random(in: 1...most, using: &generator),
                            entries: 16 * Int.random(in: 1...256, using: &generator))
                    }
                }
            }
            let read = try CollectionRecord(decoding: record.encoded, path: "")
            #expect(read == record)
            #expect(read.encoded == record.encoded)
        }
    }

    @Test func everyFlippedBitIsRefused() throws {
        for good in [sample.encoded, tuned.encoded, sketched.encoded, described.encoded] {
            expectEveryFlippedBitIsRefused(good)
        }
    }

    private func expectEveryFlippedBitIsRefused(_ good: [UInt8]) {
        for bit in 0..<good.count * 8 {
            var bytes = good
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            switch thrown({ _ = try CollectionRecord(decoding: bytes, path: "p") }) as? StorageError {
            case .corrupted: break
            default: Issue.record("bit \(bit) was not missed")
            }
        }
        for length in 0..<good.count {
            #expect(thrown { _ = try CollectionRecord(decoding: Array(good.prefix(length)), path: "p") } != nil)
        }
        #expect(thrown { _ = try CollectionRecord(decoding: good + [0], path: "p") } != nil)
    }

    /// Records whose checksum is right and whose content no build writes: of a hostile file, or of a bug.
    @Test func contradictionsAreRefused() throws {
        func isRefused(_ offset: Int, _ bytes: [UInt8], of record: CollectionRecord? = nil) -> Bool {
            var all = (record ?? sample).encoded
            all.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            Self.seal(&all)
            guard case .corrupted = thrown({ _ = try CollectionRecord(decoding: all, path: "") }) as? StorageError
            else {
                return false
            }
            return true
        }
        #expect(!isRefused(0, []))
        let whole: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        #expect(isRefused(2, [0]) && isRefused(2, [4]))
        #expect(isRefused(3, [8]) && isRefused(3, [1]) && isRefused(3, [7]))
        #expect(isRefused(4, [3]))
        #expect(isRefused(5, [2]) && isRefused(5, [7]) && isRefused(5, [11]))
        #expect(isRefused(5, [5], of: sketched) && isRefused(5, [1], of: sketched) && !isRefused(5, [3], of: sketched))
        #expect(isRefused(6, [3, 0]) && isRefused(6, [1, 2]))
        #expect(isRefused(8, [0, 0, 0, 0]) && isRefused(8, [1, 0, 1, 0]) && isRefused(8, whole))
        #expect(isRefused(12, [0, 0, 0, 0x80]) && isRefused(12, [0, 0, 0, 0]))
        for scale in [Float.nan, .infinity, 0, -1, 3] {
            #expect(isRefused(24, (0..<4).map { UInt8(truncatingIfNeeded: scale.bitPattern >> (8 * $0)) }))
        }
        #expect(isRefused(28, [0, 0, 0x80, 0x7F]))
        #expect(isRefused(32, whole) && isRefused(32, [0, 0, 0, 0]))
        #expect(isRefused(40, [0x40]) && isRefused(44, [8]))
        #expect(isRefused(48, [1, 0]) && isRefused(48, [0xFF, 0xFF]))
        #expect(isRefused(Self.fixed, [0, 0, 0x80, 0x7F]))
        // A tuning of no points, of other windows, and of points that do not rise.
        #expect(isRefused(50, [1]) && isRefused(56, [64]) && isRefused(60, [10]))
        #expect(isRefused(50, [0], of: tuned) && isRefused(50, [1], of: tuned) && isRefused(50, [0xFF], of: tuned))
        #expect(isRefused(56, [11], of: tuned) && isRefused(60, [0], of: tuned) && isRefused(60, whole, of: tuned))
        let points = Self.fixed + 4 * sample.mean.count + 2
        #expect(
            isRefused(points, [20], of: tuned) && isRefused(points, [0], of: tuned)
                && isRefused(points + 4, [0xF0, 0x7E, 0x0E], of: tuned))
        #expect(isRefused(points + 12, [0x41, 0x42, 0x0F], of: tuned))
        // A table of entry points of impossible numbers, of directions without entries, and where there is no graph.
        #expect(!isRefused(64, [16], of: sketched))
        for entries: [UInt8] in [[15], [8], [1, 0, 1, 0], [16, 0, 1, 0], whole] {
            #expect(isRefused(64, entries, of: sketched), "\(entries)")
        }
        for directions: [UInt8] in [[0], [4], [33], [136], [255, 255]] {
            #expect(isRefused(68, directions, of: sketched), "\(directions)")
        }
        #expect(isRefused(64, [0], of: sketched) && isRefused(68, [8]))
        // One that no chunk can hold.
        #expect(isRefused(64, [0, 0, 1, 0, 128], of: sketched))
        let empty = CollectionRecord(name: "a", configuration: CollectionConfiguration(quantization: .float32))
        #expect(isRefused(8, whole, of: empty) && isRefused(64, [16, 0, 0, 0, 8], of: empty))
    }
}
