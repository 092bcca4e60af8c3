// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

/// What a plan says that a collection will take, against what it takes.
@Suite struct SpaceEstimateTests {
    /// Within 1 % or two pages, kind by kind.
    private func expectNear(_ estimate: CollectionInfo.Bytes, _ info: CollectionInfo) {
        for (kind, value) in [
            ("codes", \CollectionInfo.Bytes.codes), ("residuals", \.residuals), ("adjacency", \.adjacency),
            ("originals", \.originals), ("sketches", \.sketches), ("entries", \.entries),
            ("identifiers", \.identifiers), ("settings", \.settings), ("total", \.total),
        ] {
            let (found, real) = (estimate[keyPath: value], info.bytes[keyPath: value])
            let allowed = max(real / 100, 2 * DatabaseSettings.pageBytes)
            #expect((found == 0) == (real == 0), "\(kind): \(found) for \(real)")
            #expect(abs(found - real) <= allowed, "\(kind): \(found) for \(real), \(info.quantization), \(info.count)")
        }
    }

    private func estimate(
        _ configuration: CollectionConfiguration, count: Int, dimension: Int, identifiers: [VectorID]?
    ) throws -> CollectionInfo.Bytes {
        var record = CollectionRecord(name: "a", configuration: configuration)
        record.dimension = dimension
        record.count = count
        let identifiers = try BuildIdentifiers(identifiers, count: count)
        record.storedIdentifierChunks = identifiers.storedChunks
        if count > CollectionLayout.scannedCount {
            record.addGraph(entryPoint: 0, growth: .typical, entries: .standard(dimension: dimension, count: count))
        }
        return try CollectionLayout(record).fileBytes(record, identifiers: identifiers)
    }

    /// The first has sketches and a table of entry points, the floats have neither, the rest a table alone.
    @Test(arguments: [
        (Quantization.lvq4x4, 270, 12, Originals.none), (.lvq4, 48, 16, .none),
        (.lvq4x8, 100, 24, .none), (.lvq4x4, 20, 32, .float16),
        (.lvq8, 7, 8, .none), (.float16, 300, 48, .float32), (.float32, 64, 64, .none),
    ])
    func ofACollectionWithAGraph(
        quantization: Quantization, dimension: Int, degree: Int, originals: Originals
    ) throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let configuration = CollectionConfiguration(
            quantization: quantization, originals: originals,
            build: BuildParameters(maximumDegree: degree, window: degree))
        let vectors = try RandomVectors(count: 2_600, dimension: dimension)
        let info = try database.buildCollection("a", configuration, from: vectors).info()
        #expect((info.bytes.sketches > 0) == (dimension == 270))
        #expect((info.bytes.entries > 0) == (quantization.firstLevelBits != nil))
        expectNear(try estimate(configuration, count: 2_600, dimension: dimension, identifiers: nil), info)
    }

    /// What is stored of identifiers that are their rows' numbers here and names there.
    @Test func ofIdentifiersThatArePartlyNumbers() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let vectors = try RandomVectors(count: 2_600, dimension: 3)
        let configuration = CollectionConfiguration(quantization: .float32)
        for named in [0..<2_600, 0..<0, 700..<701, 500..<1_600, 2_550..<2_600] {
            let identifiers = (0..<2_600).map { named.contains($0) ? VectorID("named \($0)") : VectorID(row: $0) }
            let info = try database.buildCollection(
                "a", configuration, from: vectors, identifiers: identifiers, replacing: true
            ).info()
            #expect((info.bytes.identifiers > 0) == !named.isEmpty)
            expectNear(try estimate(configuration, count: 2_600, dimension: 3, identifiers: identifiers), info)
        }
    }

    @Test(arguments: [2, 17, 600, 1_300])
    func ofACollectionThatIsScanned(count: Int) throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let vectors = try RandomVectors(count: count, dimension: 33)
        let identifiers = (0..<count).map { VectorID("of some length \($0 * 7_919)") }
        for quantization in Quantization.allCases {
            let configuration = CollectionConfiguration(
                metric: quantization == .binary ? .cosine : .l2, quantization: quantization,
                keepsLengths: quantization == .binary)
            let info = try database.buildCollection(
                "a", configuration, from: vectors, identifiers: identifiers, replacing: true
            ).info()
            expectNear(
                try estimate(configuration, count: count, dimension: 33, identifiers: identifiers), info)
        }
    }

    /// So many chunks that the pages of the tree show: identifiers within 2 %, as their lengths differ, lists within 0.2 %.
    @Test func ofManyVectors() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let count = 30_000
        let geometry = try ChunkGeometry.adjacency(stride: 480)
        let lease = try database.environment.beginBuild()
        let bytes = [UInt8](repeating: 1, count: 480 * count)
        try database.environment.write { transaction in
            var writer = try ChunkWriter.begin(
                transaction, table: .adjacency, collection: lease.collection, geometry: geometry, from: 0)
            try bytes.withUnsafeBytes { try writer.append($0.bytes, in: transaction) }
            try writer.finish(in: transaction)
        }
        let identifiers = try BuildIdentifiers((0..<count).map { VectorID("v\($0)") }, count: count)
        try identifiers.write(under: lease.collection, to: database.environment) {}
        try database.environment.read { transaction in
            let lists = try transaction.fileBytes(of: lease.collection, in: .adjacency)
            let estimate = geometry.fileBytes(records: count)
            #expect(abs(lists - estimate) <= lists / 500, "\(estimate) for \(lists)")
            let ids = try [Table.identifiers, .ids].reduce(0) {
                try $0 + transaction.fileBytes(of: lease.collection, in: $1)
            }
            let expected = identifiers.fileBytes
            #expect(abs(ids - expected) <= ids / 50, "\(expected) for \(ids)")
        }
        try lease.abandon()
    }
}
