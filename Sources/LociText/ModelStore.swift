// Loci, Apache License 2.0.

import LociFiles
import LociJSON

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The folder in which the models of a user lie, each in a folder of its name.
///
/// ```swift
/// let embedder = try ModelStore.standard.embedder("wordllama")
/// ```
public struct ModelStore: Sendable, Equatable {
    /// The name of the built-in model, which needs no files.
    public static let hashingName = "hashing"

    /// The most bytes of a model's name.
    public static let maximumNameBytes = 100

    /// Where the models lie.
    public let folder: String

    /// A store in a folder, which need not exist.
    public init(folder: String) {
        self.folder = folder
    }

    /// The user's store: `LOCI_MODELS`, else `loci/models` in `XDG_DATA_HOME`, else `~/.local/share/loci/models`
    /// (XDG Base Directory Specification).
    public static var standard: ModelStore {
        if let folder = variable("LOCI_MODELS") { return ModelStore(folder: folder) }
        // By the specification, a path that is not absolute does not count.
        if let data = variable("XDG_DATA_HOME"), data.hasPrefix("/") {
            return ModelStore(folder: "\(data)/loci/models")
        }
        return ModelStore(folder: "\(variable("HOME") ?? ".")/.local/share/loci/models")
    }

    private static func variable(_ name: String) -> String? {
        guard let text = getenv(name).map({ String(cString: $0) }), !text.isEmpty else { return nil }
        return text
    }

    /// What is installed.
    public struct Installed: Sendable, Equatable {
        /// The name that opens it.
        public let name: String
        /// Its folder.
        public let path: String
    }

    /// The models that are installed, by their names. What was only begun is left out.
    ///
    /// - Throws: `TextError.cannotRead`.
    /// - Complexity: O(models)
    public func models() throws(TextError) -> [Installed] {
        guard FileTree.kind(folder) != nil else { return [] }
        return try FileTree.names(folder)
            .filter { Self.isName($0) && FileTree.kind("\(folder)/\($0)") == .folder }
            .map { Installed(name: $0, path: "\(folder)/\($0)") }
    }

    /// Opens a model by its name.
    ///
    /// - Parameter name: `hashing`; or the path of a folder, which has a slash in it; or the name of an installed model.
    /// - Throws: `TextError`: `modelNotFound`, `badModelName`, `noModel`; what the models' own initializers throw.
    /// - Complexity: O(bytes of the model)
    public func embedder(_ name: String) throws(TextError) -> any Embedder {
        if name == Self.hashingName { return try HashingEmbedder() }
        if name.contains("/") || name == "." || name == ".." { return try Self.embedder(folder: name) }
        try Self.checkName(name)
        let path = "\(folder)/\(name)"
        guard FileTree.kind(path) == .folder else { throw .modelNotFound(name: name, folder: folder) }
        return try Self.embedder(folder: path)
    }

    /// Opens the model in a folder, of whatever kind it is.
    ///
    /// - Throws: `TextError`: `noModel`; what the models' own initializers throw.
    /// - Complexity: O(bytes of the model)
    public static func embedder(folder: String) throws(TextError) -> any Embedder {
        let files = try ModelFiles(folder: folder)
        switch try files.kind() {
        case .table: return try StaticEmbedder(files)
        case .bert: return try BertEmbedder(files, product: MatrixProducts.preferred)
        }
    }

    /// Takes a model out of a folder into the store: only the files that make it, and only if it can be opened.
    ///
    /// The model is made in a folder beside, and takes its name when it is whole. With it goes `loci-model.json`: its
    /// identifier, whose checksum `identifier` was opened with, and where it came from.
    ///
    /// - Parameters:
    ///   - name: What opens it later.
    ///   - source: A folder that holds the model, such as an unpacked wheel of Python.
    ///   - origin: Where it came from, for people to read.
    ///   - replaces: Whether a model of this name gives way.
    /// - Returns: What was installed.
    /// - Throws: `TextError`: `badModelName`, `modelExists`, `noModel`, `cannotRead`, `cannotWrite`; what the models' own
    ///   initializers throw.
    /// - Complexity: O(bytes of the model)
    @discardableResult
    public func install(
        _ name: String, from source: String, origin: String? = nil, replaces: Bool = false
    ) throws(TextError) -> EmbeddingModel {
        try Self.checkName(name)
        let path = "\(folder)/\(name)"
        guard replaces || FileTree.kind(path) == nil else { throw .modelExists(name: name, path: path) }
        let files = try ModelFiles(folder: source)
        try FileTree.makeFolder(folder)
        let temporary = try FileTree.makeTemporaryFolder(in: folder)
        defer { FileTree.remove(temporary) }
        let made = "\(temporary)/model"
        try FileTree.makeFolder(made)
        try Self.copy(files, to: made)
        let model = try Self.embedder(folder: made).model
        try Self.writeRecord(model, origin: origin ?? source, to: "\(made)/\(Self.recordName)")
        // A folder that holds something can not be replaced in one step.
        let isReplaced = FileTree.kind(path) != nil
        if isReplaced { try FileTree.rename(path, to: "\(temporary)/old") }
        do {
            try FileTree.rename(made, to: path)
        } catch {
            if isReplaced { try FileTree.rename("\(temporary)/old", to: path) }
            throw error
        }
        FileTree.syncFolder(folder)
        return model
    }

    /// Removes an installed model.
    ///
    /// - Throws: `TextError`: `badModelName`, `modelNotFound`, `cannotWrite`.
    public func remove(_ name: String) throws(TextError) {
        try Self.checkName(name)
        let path = "\(folder)/\(name)"
        guard FileTree.kind(path) == .folder else { throw .modelNotFound(name: name, folder: folder) }
        let temporary = try FileTree.makeTemporaryFolder(in: folder)
        defer { FileTree.remove(temporary) }
        try FileTree.rename(path, to: "\(temporary)/old")
        FileTree.syncFolder(folder)
    }

    /// The file that says what was installed.
    static let recordName = "loci-model.json"

    /// Checks a model that was installed against the checksum of that day.
    ///
    /// - Returns: Whether the files are what they were; nil if no checksum was written down.
    /// - Throws: `TextError`: `badModelName`, `modelNotFound`; the errors of files.
    public func isIntact(_ name: String) throws(TextError) -> Bool? {
        try Self.checkName(name)
        let path = "\(folder)/\(name)"
        guard FileTree.kind(path) == .folder else { throw .modelNotFound(name: name, folder: folder) }
        guard FileTree.kind("\(path)/\(Self.recordName)") == .file,
            let identifier = try JSONValue.read("\(path)/\(Self.recordName)")[given: "model"]?.text,
            let mark = identifier.lastIndex(of: "#")
        else { return nil }
        return try ModelFiles(folder: path).checksum() == identifier[identifier.index(after: mark)...]
    }

    private static func copy(_ files: ModelFiles, to folder: String) throws(TextError) {
        try FileTree.copy(files.weights, to: "\(folder)/model.safetensors")
        let tokenizer = files.tokenizer.hasSuffix(".txt") ? "vocab.txt" : "tokenizer.json"
        try FileTree.copy(files.tokenizer, to: "\(folder)/\(tokenizer)")
        for (path, name) in [
            (files.configuration, "config.json"), (files.sentenceConfiguration, "sentence_bert_config.json"),
            (files.tokenizerConfiguration, "tokenizer_config.json"), (files.modules, "modules.json"),
        ] {
            if let path { try FileTree.copy(path, to: "\(folder)/\(name)") }
        }
        if let pooling = files.pooling {
            try FileTree.makeFolder("\(folder)/1_Pooling")
            try FileTree.copy(pooling, to: "\(folder)/1_Pooling/config.json")
            FileTree.syncFolder("\(folder)/1_Pooling")
        }
        FileTree.syncFolder(folder)
    }

    private static func writeRecord(
        _ model: EmbeddingModel, origin: String, to path: String
    ) throws(TextError) {
        do {
            try TextFile.write(
                """
                {
                  "model": \(JSONValue.string(model.identifier).line),
                  "dimension": \(model.dimension),
                  "origin": \(JSONValue.string(origin).line)
                }

                """, to: path)
        } catch {
            throw .cannotWrite(path: path, reason: "\(error)")
        }
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= maximumNameBytes else { return false }
        func isLetterOrDigit(_ byte: UInt8) -> Bool {
            byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") || byte &- UInt8(ascii: "0") < 10
        }
        return isLetterOrDigit(first)
            && name.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
    }

    /// A name must not lead out of the store, nor hide, nor be the built-in model's.
    static func checkName(_ name: String) throws(TextError) {
        guard isName(name), name != hashingName else { throw .badModelName(name: name) }
    }
}
