// Loci, Apache License 2.0.

import Loci
import LociProtocol
import TestSupport
import Testing

/// The commands that vector sets do not have.
@Suite struct OwnCommandTests {
    @Test func collectionsOfAnyKindAreMade() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            #expect(
                try client.call("LOCI.CREATE images METRIC l2 QUANTIZATION lvq4x8 DEGREE 24") == .simple("OK"))
            #expect(try client.call("LOCI.CREATE images").isError)
            #expect(try client.call("LOCI.CREATE other METRIC l3").string?.contains("cosine, l2, ip") == true)
            #expect(try client.call("LOCI.CREATE other DEGREE 2").isError)
            #expect(try client.call("VADD images VALUES 2 3 4 a") == .integer(1))
            #expect(try client.call("VADD images VALUES 2 3 5 b") == .integer(1))
            let found = try client.call("VSIM images VALUES 2 3 4 WITHSCORES").elements
            #expect(found.first == .text("a"))
            #expect(isNear(found.last, -1, within: 0.01), "a squared distance, with a minus")
            #expect(try client.call("LOCI.MREM images a b") == .integer(2))
            #expect(try client.call("EXISTS images") == .integer(1), "what was made on purpose stays")
        }
    }

    @Test func manyAreAddedAndSearchedAtOnce() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            let vectors: [[Float]] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
            func words(_ text: String) -> [[UInt8]] { text.split(separator: " ").map { Array($0.utf8) } }
            let all = blob(vectors.flatMap(\.self))
            #expect(
                try client.call(words("LOCI.MADD set 3 FP32") + [all] + words("a b c SETATTR {\"n\":1} {} {}"))
                    == .array([.integer(1), .integer(1), .integer(1)]))
            #expect(try client.call("VGETATTR set a") == .text("{\"n\":1}"))
            #expect(
                try client.call(words("LOCI.MSIM set 3 FP32") + [all] + words("COUNT 1"))
                    == .array([.array([.text("a")]), .array([.text("b")]), .array([.text("c")])]))
            // One that is refused keeps all from being added.
            let broken = blob([1, 1, 1, .nan, 0, 0])
            #expect(try client.call(words("LOCI.MADD set 2 FP32") + [broken] + words("d e")).isError)
            #expect(try client.call(words("LOCI.MADD new 2 FP32") + [broken] + words("d e")).isError)
            #expect(try client.call("VCARD set") == .integer(3))
            #expect(try client.call("EXISTS new") == .integer(0))
            #expect(try client.call("LOCI.MREM set a b nosuch") == .integer(2))
        }
    }

    @Test func wordsAndVectorsAreSearchedTogether() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            for (number, text) in ["night train", "train station", "sea at night"].enumerated() {
                _ = try client.call([
                    "VADD", "set", "VALUES", "2", "1", "\(number)", "e\(number)", "SETATTR", "{\"text\":\"\(text)\"}",
                ])
            }
            #expect(try client.call("LOCI.TEXT set night").isError)
            #expect(try client.call("LOCI.INDEX set ADD text text LANGUAGE english") == .simple("OK"))
            #expect(
                try client.call(["LOCI.TEXT", "set", "\"night train\""]) == .array([.text("e0")]))
            let both = try client.call("LOCI.HYBRID set VALUES 2 1 2 TEXT train COUNT 2 WITHSCORES")
            #expect(both.elements.count == 4)
            #expect(try client.call("LOCI.INDEXES set").elements.count == 1)
            #expect(try client.call("LOCI.INDEX set DROP text") == .simple("OK"))
        }
    }

    @Test func rangesAndPagesReachWhatTheyShould() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            for number in 0..<30 { _ = try client.call("VADD set VALUES 2 10 \(number) e\(number) NOQUANT") }
            let first = try client.call("VSIM set VALUES 2 10 0 COUNT 30").elements
            var pages: [Reply] = []
            for offset in stride(from: 0, to: 35, by: 7) {
                pages += try client.call("LOCI.PAGE set VALUES 2 10 0 OFFSET \(offset) COUNT 7").elements
            }
            #expect(pages == first)
            let near = try client.call("LOCI.RANGE set VALUES 2 10 0 MINSCORE 0.99 WITHSCORES").elements
            let scores = stride(from: 1, to: near.count, by: 2).compactMap { near[$0].string.flatMap(Double.init) }
            #expect((scores.min() ?? 0) >= 0.99)
            #expect(scores.count < 30)
        }
    }

    @Test func recallIsMeasuredAndTuned() async throws {
        try await TestServer.run { server in
            var generator = SeededGenerator("recallIsMeasuredAndTuned")
            let vectors = (0..<2_500).flatMap { _ in generator.normals(8) }
            _ = try server.database.buildCollection(
                "set", CollectionConfiguration(metric: .cosine, build: BuildParameters(maximumDegree: 16, window: 32)),
                from: VectorArray(vectors, dimension: 8))
            let client = try server.connect()
            func field(_ reply: Reply, _ name: String) -> Double? {
                reply.elements.firstIndex(of: .text(name)).flatMap { place in
                    switch reply.elements[place + 1] {
                    case .integer(let value): Double(value)
                    case let other: other.string.flatMap(Double.init)
                    }
                }
            }
            let measured = try client.call("LOCI.RECALL set SAMPLE 50 EF 100")
            #expect((field(measured, "recall") ?? 0) > 0.8)
            let tuned = try client.call("LOCI.TUNE set RECALL 0.9 SAMPLE 50")
            #expect((field(tuned, "recall") ?? 0) >= 0.9)
            #expect(try server.database.collection("set").info().tuning != nil)
            #expect(try client.call("LOCI.OPTIMIZE set") == .simple("OK"))
            #expect(try client.call("LOCI.CHECK") == .array([]))
            let explained = try client.call("LOCI.EXPLAIN set VALUES 8 1 2 3 4 5 6 7 8 EF 40")
            #expect((field(explained, "expanded") ?? 0) > 0)
            _ = try client.call("MULTI")
            #expect(
                try client.call("LOCI.OPTIMIZE set") == .error("ERR Command not allowed inside a transaction"))
        }
    }
}
