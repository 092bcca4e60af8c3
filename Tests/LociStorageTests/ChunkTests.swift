// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociStorage

@Suite struct ChunkTests {
    private func open(_ folder: TemporaryFolder) throws -> Environment {
        try Environment.open(at: folder.database, mode: .create, options: .small(timeout: .seconds(60)))
    }

    private func append(
        _ bytes: [UInt8], to environment: Environment, from first: Int, geometry: ChunkGeometry, table: Table = .codes
    ) throws {
        try environment.write { (transaction) throws in
            var writer = try ChunkWriter.begin(
                transaction, table: table, collection: 3, geometry: geometry, from: UInt32(first))
            try writer.append(bytes.span.bytes, in: transaction)
            #expect(writer.nextRecord == UInt64(first + bytes.count / geometry.stride))
            try writer.finish(in: transaction)
        }
    }

    /// What is asked for ahead covers every record, and each page once.
    private func expectPagesCover(_ table: ChunkTable) {
        let ranges = table.pageRanges()
        let page = UInt(DatabaseSettings.pageBytes)
        for (range, next) in zip(ranges, ranges.dropFirst()) { #expect(range.upperBound < next.lowerBound) }
        #expect(ranges.allSatisfy { $0.lowerBound % page == 0 && $0.upperBound % page == 0 })
        for index in 0..<table.count {
            let start = UInt(bitPattern: table.record(at: UInt32(index)))
            let end = start + UInt(table.geometry.stride)
            guard ranges.contains(where: { $0.lowerBound <= start && end <= $0.upperBound }) else {
                Issue.record("record \(index) of \(table.count) is not read ahead")
                return
            }
        }
        let pages = ranges.reduce(0) { $0 + $1.count }
        #expect(table.readAhead() == pages)
        #expect(pages <= table.chunkCount * (table.geometry.pages + 1) * Int(page))
    }

    private func expect(_ model: [UInt8], in environment: Environment, geometry: ChunkGeometry) throws {
        let table = try ChunkTable(
            snapshot: try environment.snapshot(), table: .codes, collection: 3, geometry: geometry)
        let stride = geometry.stride
        #expect(table.count == model.count / stride)
        #expect(table.chunkCount == geometry.chunks(forRecords: table.count))
        expectPagesCover(table)
        for index in 0..<table.count {
            let bytes = UnsafeRawBufferPointer(start: table.record(at: UInt32(index)), count: stride)
            guard bytes.elementsEqual(model[index * stride..<(index + 1) * stride]) else {
                Issue.record("record \(index) of \(table.count), stride \(stride)")
                return
            }
        }
        #expect(try environment.read { try $0.verifyChecksums { Issue.record("\($0)") } } == table.chunkCount)
    }

    /// Random appends and truncations of arrays of random strides, against an array in memory.
    @Test func agreesWithArray() throws {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(25) {
            let folder = try TemporaryFolder()
            let environment = try open(folder)
            let stride = [1, 3, 64, 100, 448, 2000, 5000, 20_000].randomElement(using: &generator) ?? 64
            let geometry =
                try Bool.random(using: &generator)
                ? ChunkGeometry(stride: stride) : ChunkGeometry.adjacency(stride: stride)
            var model: [UInt8] = []
            for _ in 0..<5 {
                let length = model.count / stride
                let first = Bool.random(using: &generator) ? length : Int.random(in: 0...length, using: &generator)
                let count = Int.random(in: 0...geometry.recordsPerChunk * 2, using: &generator)
                let added = generator.bytes(count * stride)
                try append(added, to: environment, from: first, geometry: geometry)
                model.removeSubrange(first * stride..<model.count)
                model += added
                try expect(model, in: environment, geometry: geometry)
            }
        }
    }

    @Test func fullChunksAreAlignedAndTailsReadable() throws {
        let folder = try TemporaryFolder()
        let environment = try open(folder)
        let geometry = try ChunkGeometry(stride: 192)
        let count = geometry.recordsPerChunk * 2 + 3
        try append([UInt8](repeating: 0xFF, count: count * 192), to: environment, from: 0, geometry: geometry)
        try environment.read { (transaction) throws in
            let table = try ChunkTable(
                unsafelyBorrowing: transaction, table: .codes, collection: 3, geometry: geometry)
            for chunk in 0..<2 {
                let address = UInt(bitPattern: table.record(at: UInt32(chunk * geometry.recordsPerChunk)))
                #expect(address % 64 == 0)
            }
            for chunk: UInt32 in 0..<3 {
                let value = try transaction.value(of: Key(collection: 3, chunk: chunk), in: .codes) ?? []
                let records = chunk == 2 ? 3 : geometry.recordsPerChunk
                #expect(value.count == 48 + records * 192 + 64)
                #expect(value.suffix(64).allSatisfy { $0 == 0 })
            }
            #expect(
                storageError { try table.withRecord(at: UInt32(count)) { _ in } }
                    == .recordNumber(UInt64(count), limit: UInt64(count)))
            #expect(try table.withRecord(at: UInt32(count - 1)) { $0.copied } == [UInt8](repeating: 0xFF, count: 192))
        }
    }

    @Test func writerRefusesGapsAndParts() throws {
        let folder = try TemporaryFolder()
        let environment = try open(folder)
        let geometry = try ChunkGeometry(stride: 1000)
        try append([UInt8](repeating: 1, count: 2000), to: environment, from: 0, geometry: geometry)
        #expect(
            storageError { try append([], to: environment, from: 3, geometry: geometry) } == .recordNumber(3, limit: 3))
        let beyond = geometry.recordsPerChunk * 2
        guard case .recordNumber = storageError({ try append([], to: environment, from: beyond, geometry: geometry) })
        else {
            Issue.record("a gap was made")
            return
        }
        guard
            case .misuse = storageError({
                try append([UInt8](repeating: 1, count: 1500), to: environment, from: 2, geometry: geometry)
            })
        else {
            Issue.record("a part of a record was taken")
            return
        }
        guard case .misuse = storageError({ try append([], to: environment, from: 0, geometry: geometry, table: .ids) })
        else {
            Issue.record("a chunk was put into a table of other things")
            return
        }
        try expect([UInt8](repeating: 1, count: 2000), in: environment, geometry: geometry)
    }

    @Test func buffersChangeChunksInPlace() throws {
        let folder = try TemporaryFolder()
        let environment = try open(folder)
        let geometry = try ChunkGeometry.adjacency(stride: 192)
        var model = [UInt8](repeating: 5, count: 30 * 192)
        try append(model, to: environment, from: 0, geometry: geometry, table: .codes)
        let (chunk, place) = geometry.position(of: 25)
        #expect(chunk == 1 && place == 4)
        try environment.write { (transaction) throws in
            let buffer = try ChunkBuffer.load(
                transaction, table: .codes, collection: 3, chunk: chunk, geometry: geometry)
            try buffer.withRecord(at: place) { $0[7] = 99 }
            #expect(storageError { try buffer.withRecord(at: 9) { _ in } } == .recordNumber(9, limit: 9))
            #expect(storageError { try buffer.resize(to: 22) } == .recordNumber(22, limit: 22))
            try buffer.resize(to: 10)
            try buffer.store(in: transaction)
        }
        model[25 * 192 + 7] = 99
        model += [UInt8](repeating: 0, count: 192)
        try expect(model, in: environment, geometry: geometry)
    }

    /// Every single damaged byte of a chunk is found: by the view if it would mislead it, else by the checksum.
    @Test func everyDamagedByteIsFound() throws {
        let folder = try TemporaryFolder()
        let environment = try open(folder)
        let geometry = try ChunkGeometry(stride: 64)
        let records = geometry.recordsPerChunk
        try append([UInt8](repeating: 5, count: (records + 2) * 64), to: environment, from: 0, geometry: geometry)
        let key = Key(collection: 3, chunk: 1)
        let value = try environment.read { try $0.value(of: key, in: .codes) } ?? []
        #expect(value.count == 48 + 128 + 64)
        for offset in 0..<48 + 128 {
            var damaged = value
            damaged[offset] ^= 0x10
            try environment.write { try $0.put(damaged, for: key, in: .codes) }
            var faults: [ChunkFault] = []
            _ = try environment.read { try $0.verifyChecksums(of: 3) { faults.append($0) } }
            #expect(faults.count == 1 && faults.first?.chunk == 1 && faults.first?.table == .codes, "offset \(offset)")
            if offset < 20 {
                #expect(throws: StorageError.self, "offset \(offset)") {
                    try ChunkTable(snapshot: environment.snapshot(), table: .codes, collection: 3, geometry: geometry)
                }
            }
        }
    }

    @Test func missingAndMisplacedChunks() throws {
        let folder = try TemporaryFolder()
        let environment = try open(folder)
        let geometry = try ChunkGeometry(stride: 64)
        let bytes = [UInt8](repeating: 5, count: geometry.recordsPerChunk * 4 * 64)
        func expectFault(
            _ what: String, byCheckOnly: Bool = false, _ change: (borrowing WriteTransaction) throws -> Void
        ) throws {
            try append(bytes, to: environment, from: 0, geometry: geometry)
            try environment.write { try change($0) }
            var faults = 0
            _ = try environment.read { try $0.verifyChecksums { _ in faults += 1 } }
            #expect(faults > 0, "\(what)")
            let error = storageError {
                _ = try ChunkTable(snapshot: environment.snapshot(), table: .codes, collection: 3, geometry: geometry)
            }
            if case .corrupted = error {} else { #expect(byCheckOnly, "not found by the view: \(what)") }
            _ = try environment.write { try $0.delete(prefix: Key(collection: 3), in: .codes, limit: 100) }
        }
        try expectFault("first missing") { try $0.delete(Key(collection: 3, chunk: 0), in: .codes) }
        try expectFault("inner missing") { try $0.delete(Key(collection: 3, chunk: 2), in: .codes) }
        try expectFault("strange key") { try $0.put([1], for: try Key.named("x", collection: 3), in: .codes) }
        // A view does not read the headers of full chunks behind the first.
        try expectFault("swapped", byCheckOnly: true) { transaction in
            let other = try transaction.value(of: Key(collection: 3, chunk: 2), in: .codes) ?? []
            try transaction.put(other, for: Key(collection: 3, chunk: 1), in: .codes)
        }
        try expectFault("short") { transaction in
            let value = try transaction.value(of: Key(collection: 3, chunk: 1), in: .codes) ?? []
            try transaction.put(value.dropLast(65), for: Key(collection: 3, chunk: 1), in: .codes)
        }
        try expectFault("empty") { try $0.put([], for: Key(collection: 3, chunk: 1), in: .codes) }
        try expectFault("inner chunk not full") { transaction in
            let buffer = try ChunkBuffer.load(
                transaction, table: .codes, collection: 3, chunk: 1, geometry: geometry)
            try buffer.resize(to: 5)
            try buffer.store(in: transaction)
        }
    }

    @Test func flippedByteInTheFileIsFound() throws {
        let folder = try TemporaryFolder()
        let geometry = try ChunkGeometry(stride: 64)
        let pattern: [UInt8] = Array("this is the record to damage....".utf8)
        do {
            let environment = try open(folder)
            let filler = [UInt8](repeating: 1, count: geometry.recordsPerChunk * 3 * 64)
            try append(filler + pattern + pattern, to: environment, from: 0, geometry: geometry)
        }
        var file = try TestFile.read(folder.database)
        let places = file.indices.filter { file[$0...].starts(with: pattern) }
        #expect(!places.isEmpty)
        for place in places { file[place] ^= 0x40 }
        try TestFile.write(file, to: folder.database)
        let environment = try open(folder)
        var faults: [ChunkFault] = []
        _ = try environment.read { try $0.verifyChecksums { faults.append($0) } }
        #expect(faults == [ChunkFault(table: .codes, collection: 3, chunk: 3, what: "its checksum is wrong")])
        #expect(faults.first?.description == "table codes, collection 3, chunk 3: its checksum is wrong")
    }
}
