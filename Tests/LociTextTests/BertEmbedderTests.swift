// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociText

@Suite struct BertEmbedderTests {
    private static let tiny = "\(Golden.folder)/tiny-bert"

    @Test func vectorsAreThoseOfTheLibraryOfPython() async throws {
        let golden = try Golden.read("tiny-bert.json")
        let embedder = try BertEmbedder(folder: Self.tiny)
        #expect(embedder.model.dimension == 20)
        #expect(embedder.model.maximumTokens == 32)
        let (distance, text) = golden.distance(to: try await embedder.embed(golden.texts))
        #expect(distance < 1e-5, "\(text.debugDescription)")
    }

    @Test func vectorsOfMiniLMAreThoseOfTheLibraryOfPython() async throws {
        guard let folder = InstalledModel.folder("minilm", variable: "LOCI_MINILM") else { return }
        var golden = try Golden.read("minilm.json")
        let embedder = try BertEmbedder(folder: folder)
        #expect(embedder.model.dimension == 384)
        #expect(embedder.model.maximumTokens == 256)
        let tokenizer = try ModelTokenizer.read(ModelFiles(folder: folder).tokenizer)
        #expect(tokenizer.tokens("Hello, world!", limit: 256) == [101, 7592, 1010, 2088, 999, 102])
        #if DEBUG
        // A text takes a second here.
        golden = golden.prefix(4)
        #endif
        let (distance, text) = golden.distance(to: try await embedder.embed(golden.texts))
        print("minilm: the largest distance from the golden file is \(distance), over \(golden.texts.count) texts")
        #expect(distance < 1e-4, "\(text.debugDescription)")
    }

    @Test func companyDoesNotChangeVectorsOfThePortableProduct() async throws {
        let embedder = try BertEmbedder(ModelFiles(folder: Self.tiny), product: PortableProduct())
        // More tokens than a batch has.
        let texts = (0..<60).map { "\($0) the committee met on Tuesday " + String(repeating: "and ", count: $0) }
        let together = try await embedder.embed(texts)
        #expect(together.count == 60)
        for index in [0, 17, 33, 59] {
            #expect(try await embedder.embed([texts[index]]) == [together[index]])
        }
    }

    @Test func endsOfLongTextsDoNotCount() async throws {
        let embedder = try BertEmbedder(ModelFiles(folder: Self.tiny), product: PortableProduct())
        let long = String(repeating: "word ", count: 100)
        let vectors = try await embedder.embed([long, long + "end"])
        #expect(vectors[0] == vectors[1])
    }

    /// A copy of the tiny model in which a file says something else.
    private func changed(_ name: String, _ change: (String) -> String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for file in ["config.json", "sentence_bert_config.json", "tokenizer.json"] {
            let text = try TestFile.text("\(Self.tiny)/\(file)")
            let changed = file == name ? change(text) : text
            #expect(file != name || changed != text)
            _ = try folder.write(file, text: changed)
        }
        _ = try folder.write("model.safetensors", TestFile.read("\(Self.tiny)/model.safetensors"))
        return folder
    }

    @Test func configurationsThatDoNotFitAreRefused() throws {
        let changes: [(String, String, String)] = [
            ("config.json", #""hidden_size": 20"#, #""hidden_size": 24"#),
            ("config.json", #""hidden_size": 20"#, #""hidden_size": -1"#),
            ("config.json", #""hidden_size": 20"#, #""hidden_size": 1e9"#),
            ("config.json", #""num_hidden_layers": 2"#, #""num_hidden_layers": 3"#),
            ("config.json", #""num_attention_heads": 4"#, #""num_attention_heads": 3"#),
            ("config.json", #""intermediate_size": 36"#, #""intermediate_size": 35"#),
            ("config.json", #""max_position_embeddings": 40"#, #""max_position_embeddings": 41"#),
            ("config.json", #""gelu""#, #""relu""#),
            ("config.json", #""model_type": "bert""#, #""model_type": "mpnet""#),
            ("sentence_bert_config.json", "32", "2"),
            ("tokenizer.json", #""[PAD]":0"#, #""[PAD]":999"#),
        ]
        for (file, old, new) in changes {
            let folder = try changed(file) { $0.replacing(old, with: new) }
            #expect(
                thrown { () throws(TextError) in try BertEmbedder(folder: folder.path) } != nil, "\(old) as \(new)")
        }
        let sound = try changed("config.json") { $0 + "\n" }
        #expect(thrown { () throws(TextError) in try BertEmbedder(folder: sound.path) } == nil)
    }

    @Test func otherPoolingsAreRefused() throws {
        let folder = try changed("config.json") { $0 + "\n" }
        try FileTree.makeFolder(folder.file("1_Pooling"))
        _ = try folder.write("1_Pooling/config.json", text: #"{"pooling_mode_cls_token": true}"#)
        guard case .unsupportedModel = thrown({ () throws(TextError) in try BertEmbedder(folder: folder.path) }) else {
            Issue.record("a model that takes the first token was opened")
            return
        }
    }

    @Test func otherModulesAreRefused() throws {
        let folder = try changed("config.json") { $0 + "\n" }
        _ = try folder.write("modules.json", text: #"[{"type": "sentence_transformers.models.Transformer"}]"#)
        #expect(thrown { () throws(TextError) in try BertEmbedder(folder: folder.path) } == nil)
        _ = try folder.write("modules.json", text: #"[{"type": "sentence_transformers.models.Dense"}]"#)
        guard case .unsupportedModel = thrown({ () throws(TextError) in try BertEmbedder(folder: folder.path) }) else {
            Issue.record("a model with another module was opened")
            return
        }
    }

    @Test func truncatedWeightsAreErrors() throws {
        let folder = try changed("config.json") { $0 + "\n" }
        let bytes = try TestFile.read("\(Self.tiny)/model.safetensors")
        for count in stride(from: 0, to: bytes.count, by: bytes.count / 37) {
            _ = try folder.write("model.safetensors", Array(bytes[..<count]))
            #expect(thrown { () throws(TextError) in try BertEmbedder(folder: folder.path) } != nil)
        }
    }

    @Test func cancelledTasksStop() async throws {
        let embedder = try BertEmbedder(folder: Self.tiny)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await embedder.embed(["a", "b"])
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}

extension Golden {
    /// The first texts.
    func prefix(_ count: Int) -> Golden {
        Golden(texts: Array(texts.prefix(count)), vectors: Array(vectors.prefix(count)), tokens: nil)
    }
}
