// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociText

@Suite struct StaticEmbedderTests {
    @Test(arguments: ["tiny-wordllama", "tiny-model2vec"])
    func vectorsAreThoseOfTheLibraryOfPython(_ name: String) async throws {
        let golden = try Golden.read("\(name).json")
        let embedder = try StaticEmbedder(folder: "\(Golden.folder)/\(name)")
        #expect(embedder.model.dimension == 8)
        #expect(golden.texts.count > 38)
        let (distance, text) = golden.distance(to: try await embedder.embed(golden.texts))
        #expect(distance < 1e-5, "\(text.debugDescription)")
    }

    @Test func vectorsOfWordLlamaAreThoseOfTheLibraryOfPython() async throws {
        guard let folder = InstalledModel.folder("wordllama", variable: "LOCI_WORDLLAMA") else { return }
        let golden = try Golden.read("wordllama.json")
        let embedder = try StaticEmbedder(folder: folder)
        #expect(embedder.model.dimension == 256)
        let tokenizer = try ModelTokenizer.read(ModelFiles(folder: folder).tokenizer)
        for (text, tokens) in zip(golden.texts, golden.tokens ?? []) {
            #expect(tokenizer.tokens(text) == tokens, "\(text.debugDescription)")
        }
        let (distance, text) = golden.distance(to: try await embedder.embed(golden.texts))
        print("wordllama: the largest distance from the golden file is \(distance)")
        #expect(distance < 1e-5, "\(text.debugDescription)")
    }

    @Test func textsWithoutTokensGetThePlaceholder() async throws {
        let embedder = try StaticEmbedder(folder: "\(Golden.folder)/tiny-model2vec")
        let placeholder = UnitVector.placeholder(dimension: 8)
        // Of the last, the vocabulary knows nothing.
        #expect(try await embedder.embed(["", " ", "\u{10FFFF}"]) == [placeholder, placeholder, placeholder])
    }

    @Test func companyDoesNotChangeVectors() async throws {
        let embedder = try StaticEmbedder(folder: "\(Golden.folder)/tiny-wordllama")
        let texts = try Golden.read("tiny-wordllama.json").texts
        let together = try await embedder.embed(texts)
        for (text, vector) in zip(texts, together) { #expect(try await embedder.embed([text]) == [vector]) }
    }

    @Test func longTextsAreRefused() async throws {
        let embedder = try StaticEmbedder(folder: "\(Golden.folder)/tiny-wordllama")
        let limit = embedder.model.maximumTextBytes
        await #expect(throws: TextError.textTooLong(index: 1, bytes: limit + 1, limit: limit)) {
            try await embedder.embed(["short", String(repeating: "x", count: limit + 1)])
        }
    }

    /// A folder with a tokenizer of four tokens, and a table.
    private func folder(_ tensors: [(name: String, shape: [Int], values: [Float])]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        _ = try folder.write(
            "tokenizer.json",
            text:
                #"{"pre_tokenizer":{"type":"WhitespaceSplit"},"model":{"type":"WordPiece","vocab":{"[UNK]":0,"a":1,"b":2,"c":3}}}"#
        )
        _ = try folder.write("model.safetensors", SafetensorsWriter.bytes(tensors))
        return folder
    }

    @Test func meansAreTaken() async throws {
        let folder = try folder([("embedding.weight", [4, 2], [9, 9, 1, 0, 0, 1, 0, -1])])
        let embedder = try StaticEmbedder(folder: folder.path)
        let half = Float(0.5).squareRoot()
        // Opposite vectors cancel each other out.
        let expected = [[1, 0], [half, half], UnitVector.placeholder(dimension: 2)]
        for (found, expected) in zip(try await embedder.embed(["a", "b a", "b c"]), expected) {
            for (left, right) in zip(found, expected) { #expect(abs(left - right) < 1e-7) }
        }
    }

    @Test func modelsOfAnotherShapeAreRefused() throws {
        let cases: [(String, [(name: String, shape: [Int], values: [Float])])] = [
            ("too few rows", [("embedding.weight", [3, 2], [0, 0, 0, 0, 0, 0])]),
            ("no matrix", [("embedding.weight", [8], [0, 0, 0, 0, 0, 0, 0, 0])]),
            ("no columns", [("embedding.weight", [4, 0], [])]),
            ("another name", [("weight", [4, 2], [0, 0, 0, 0, 0, 0, 0, 0])]),
            ("too few weights", [("embeddings", [4, 1], [0, 0, 0, 0]), ("weights", [3], [1, 1, 1])]),
            ("a mapping of floats", [("embeddings", [4, 1], [0, 0, 0, 0]), ("mapping", [4], [1, 1, 1, 1])]),
        ]
        for (name, tensors) in cases {
            let folder = try folder(tensors)
            #expect(thrown { () throws(TextError) in try StaticEmbedder(folder: folder.path) } != nil, "\(name)")
        }
    }

    @Test func numbersThatAreNoneAreErrors() async throws {
        let folder = try folder([("embedding.weight", [4, 2], [0, 0, 1, 0, 0, .nan, 0, -1])])
        let embedder = try StaticEmbedder(folder: folder.path)
        #expect(try await embedder.embed(["a"]).count == 1)
        await #expect(throws: TextError.vectorNotFinite(model: embedder.model.identifier, index: 1)) {
            try await embedder.embed(["a", "b"])
        }
    }

    @Test func identifiersFollowTheContent() throws {
        let values: [Float] = [9, 9, 1, 0, 0, 1, 0, -1]
        var others = values
        others[7] = -1.0000001
        let folders = try [values, values, others].map { try folder([("embedding.weight", [4, 2], $0)]) }
        let identifiers = try folders.map { try StaticEmbedder(folder: $0.path).model.identifier }
        #expect(identifiers[0] == identifiers[1])
        #expect(identifiers[0] != identifiers[2])
        #expect(identifiers[0].hasPrefix("static-2-v1#"))
    }
}
