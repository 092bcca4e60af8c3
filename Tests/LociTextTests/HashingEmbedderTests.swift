// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociText

@Suite struct HashingEmbedderTests {
    private func cosine(_ left: [Float], _ right: [Float]) -> Float {
        zip(left, right).map { $0 * $1 }.reduce(0, +)
    }

    @Test func vectorsNeverChange() async throws {
        let embedder = try HashingEmbedder(dimension: 16)
        #expect(embedder.model.identifier == "hashing-16-v1")
        let vectors = try await embedder.embed(["Hello, wörld 123", "日本語"])
        // Another vector of the same text is another model: its identifier must change with this.
        let bits = vectors.map { $0.map(\.bitPattern) }
        #expect(bits == Self.known)
    }

    private static let known: [[UInt32]] = [
        [
            1_036_636_093, 3_197_194_069, 3_197_194_069, 1_044_231_884, 1_035_050_460, 1_045_024_701, 3_200_896_957,
            1_045_817_517, 0, 1_039_807_357, 1_056_323_380, 3_184_119_741, 1_043_439_068, 1_045_024_701, 1_050_106_829,
            1_052_620_492,
        ],
        [
            0, 3_195_100_143, 0, 0, 0, 0, 1_056_005_103, 1_060_439_283, 3_195_100_143, 3_195_100_143, 3_195_100_143,
            3_195_100_143, 0, 0, 0, 0,
        ],
    ]

    @Test func likeTextsAreClose() async throws {
        let embedder = try HashingEmbedder()
        let vectors = try await embedder.embed([
            "When did Melanie paint a sunrise?", "Melanie: I painted that sunrise last year!",
            "The committee adjourned without a decision.",
        ])
        for vector in vectors {
            #expect(vector.count == 384)
            #expect(abs(cosine(vector, vector) - 1) < 1e-5)
        }
        #expect(cosine(vectors[0], vectors[1]) > 0.3)
        #expect(abs(cosine(vectors[0], vectors[2])) < 0.2)
    }

    @Test func caseAndMarksBetweenWordsDoNotCount() async throws {
        let vectors = try await HashingEmbedder().embed(["Two words", "two, WORDS!", "words two"])
        #expect(vectors[0] == vectors[1])
        #expect(vectors[0] == vectors[2])
    }

    @Test func textsWithoutWordsGetThePlaceholder() async throws {
        let embedder = try HashingEmbedder()
        let placeholder = UnitVector.placeholder(dimension: 384)
        #expect(try await embedder.embed(["", " \n", "…!", "\u{0}\u{7}"]).allSatisfy { $0 == placeholder })
        #expect(abs(cosine(placeholder, placeholder) - 1) < 1e-5)
        #expect(try await embedder.embed([]).isEmpty)
    }

    @Test func settingsAndTextsOutOfRangeAreRefused() async throws {
        for dimension in [0, -1, 15, 16_385] {
            #expect(thrown { () throws(TextError) in try HashingEmbedder(dimension: dimension) } != nil)
        }
        let embedder = try HashingEmbedder()
        let limit = embedder.model.maximumTextBytes
        await #expect(throws: TextError.textTooLong(index: 0, bytes: limit + 1, limit: limit)) {
            try await embedder.embed([String(repeating: "x", count: limit + 1)])
        }
    }

    @Test func anyTextHasAVectorOfUnitLength() async throws {
        var generator = SeededGenerator()
        let embedder = try HashingEmbedder(dimension: 48)
        for _ in 0..<TestSettings.iterations(200) {
            var text = ""
            for _ in 0..<generator.below(40) {
                let limit = [0x80, 0x800, 0x10000, 0x110000][generator.below(4)]
                if let scalar = Unicode.Scalar(UInt32(generator.below(limit))) { text.unicodeScalars.append(scalar) }
            }
            let vector = try await embedder.embed([text])[0]
            #expect(vector.count == 48)
            #expect(abs(cosine(vector, vector) - 1) < 1e-5)
        }
    }

    @Test func logarithmsAreThoseOfTheDefinition() {
        for (number, known) in [
            (1, 0), (2, 0.693_147_180_559_945_3), (3, 1.098_612_288_668_109_8), (10, 2.302_585_092_994_046),
            (1_000_000, 13.815_510_557_964_274),
        ] {
            #expect(abs(HashedFeatures.logarithm(number) - known) < 1e-12)
        }
    }
}
