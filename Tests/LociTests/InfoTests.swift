// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci

@Suite struct InfoTests {
    /// The disk that a collection may take, for lvq4x8 at 784 dimensions, degree 32, without identifiers.
    ///
    ///     first level    16 header + 784 / 2     408 bytes
    ///     second level   784                     784
    ///     adjacency      32 · 4                  128
    ///                                          1,320 bytes a vector, of which 1.15 × may be used
    @Test func bytesOfTheUsualCollection() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let vectors = try RandomVectors(count: 3_000, dimension: 784)
        let configuration = CollectionConfiguration(build: BuildParameters(maximumDegree: 32, window: 32))
        let collection = try database.buildCollection("a", configuration, from: vectors)
        let info = try collection.info()
        #expect(info.quantization == .lvq4x8)
        #expect(info.hasGraph)
        #expect(info.bytesPerVector >= 1_320)
        #expect(info.bytesPerVector <= 1.15 * 1_320)
        #expect(info.bytesPerVector == Double(info.bytes.total) / 3_000)
        let bytes = info.bytes
        #expect(
            bytes.total
                == bytes.codes + bytes.residuals + bytes.adjacency + bytes.originals + bytes.identifiers
                + bytes.settings)
        #expect(bytes.codes >= 3_000 * 408 && bytes.residuals >= 3_000 * 784 && bytes.adjacency >= 3_000 * 128)
        #expect(bytes.originals == 0 && bytes.identifiers == 0)
        let all = try database.info()
        #expect(all.collections == [info])
        #expect(all.path.hasSuffix("/test.loci"))
        #expect(Double(bytes.total) <= Double(all.bytes))
        #expect(Double(bytes.total) >= 0.9 * Double(all.bytes), "\(bytes.total) of \(all.bytes)")
        #expect(try TestFile.read(folder.database).count >= all.bytes)
    }

    @Test func bytesByKind() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let vectors = try RandomVectors(count: 2_100, dimension: 64)
        for (name, originals) in [("none", Originals.none), ("half", .float16), ("full", .float32)] {
            _ = try database.buildCollection(
                name, .quick(.l2, .lvq8, originals), from: vectors,
                identifiers: name == "full" ? (0..<2_100).map { VectorID("v\($0)") } : nil)
        }
        let info = try database.info()
        #expect(info.collections.map(\.name) == ["full", "half", "none"])
        let originals = info.collections.map { Double($0.bytes.originals) / 2_100 }
        #expect((256...280).contains(originals[0]) && (128...140).contains(originals[1]) && originals[2] == 0)
        // Text both ways, an offset and a slot, where identifiers were given.
        let identifiers = info.collections.map { $0.bytes.identifiers / 2_100 }
        #expect((17...60).contains(identifiers[0]) && identifiers[1...] == [0, 0])
        for collection in info.collections {
            #expect(collection.bytes.residuals == 0)
            #expect(collection.bytes.codes >= 2_100 * 80)
            #expect(collection.bytes.adjacency >= 2_100 * 64)
            #expect(collection.bytes.settings > 0)
        }
        #expect(info.collections.reduce(0) { $0 + $1.bytes.total } <= info.bytes)
    }
}
