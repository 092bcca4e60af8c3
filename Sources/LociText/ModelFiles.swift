// Loci, Apache License 2.0.

/// The files of a model in a folder.
///
/// Found by their names, in the folder and those below it, so that an unpacked package of Python serves as it is: the wheel of
/// `wordllama` has its table in `weights` and its tokenizer in `tokenizers`.
struct ModelFiles: Sendable, Equatable {
    /// What kind of model the files make.
    enum Kind: String, Sendable {
        case bert
        case table = "static"
    }

    let folder: String
    /// `model.safetensors`, or the only file of this kind.
    let weights: String
    /// `tokenizer.json`, or `vocab.txt`, or the only file whose name ends with `tokenizer_config.json` and which has a model.
    let tokenizer: String
    let configuration: String?
    let sentenceConfiguration: String?
    let tokenizerConfiguration: String?
    let pooling: String?
    let modules: String?

    /// How deep folders are looked through, and how many files.
    private static let maximumDepth = 6
    private static let maximumCount = 20_000

    /// Finds the files.
    ///
    /// - Throws: `noModel`, `cannotRead`.
    init(folder: String) throws(TextError) {
        self.folder = folder
        let names = try FileTree.files(in: folder, depth: Self.maximumDepth, limit: Self.maximumCount)
        func path(_ name: String) -> String { "\(folder)/\(name)" }
        guard
            let weights = try Self.first(
                of: ["model.safetensors", "*.safetensors"], among: names, in: folder)
        else { throw .noModel(path: folder, reason: "it has no file of weights, *.safetensors") }
        self.weights = path(weights)
        // The models lie beside their weights, where a folder has both; `1_Pooling` has a config.json of its own.
        let base = weights.split(separator: "/").dropLast().map { "\($0)/" }.joined()
        func beside(_ name: String) -> String? { names.contains(base + name) ? path(base + name) : nil }
        if let beside = beside("tokenizer.json") ?? beside("vocab.txt") {
            tokenizer = beside
        } else if let found = try Self.first(
            of: ["tokenizer.json", "vocab.txt", "*_tokenizer_config.json"], among: names, in: folder)
        {
            tokenizer = path(found)
        } else {
            throw .noModel(path: folder, reason: "it has no tokenizer.json and no vocab.txt")
        }
        configuration = beside("config.json")
        sentenceConfiguration = beside("sentence_bert_config.json")
        tokenizerConfiguration = beside("tokenizer_config.json")
        pooling = beside("1_Pooling/config.json")
        modules = beside("modules.json")
    }

    /// The file of the first of some names that there is, `*` standing for any beginning.
    private static func first(
        of patterns: [String], among names: [String], in folder: String
    ) throws(TextError) -> String? {
        for pattern in patterns {
            let found = names.filter { name in
                pattern.hasPrefix("*")
                    ? name.hasSuffix(pattern.dropFirst()) : name == pattern || name.hasSuffix("/\(pattern)")
            }
            guard found.count <= 1 else {
                throw .noModel(
                    path: folder, reason: "it has \(found.count) files \(pattern), the files of one model are expected")
            }
            if let path = found.first { return path }
        }
        return nil
    }

    /// What the weights are, by the names of their tensors.
    ///
    /// - Throws: `noModel`; the errors of the file.
    func kind() throws(TextError) -> Kind {
        let tensors = try SafetensorsFile(path: weights).tensors
        if tensors["embedding.weight"] != nil || tensors["embeddings"] != nil { return .table }
        if tensors["embeddings.word_embeddings.weight"] != nil
            || tensors["bert.embeddings.word_embeddings.weight"] != nil
        {
            return .bert
        }
        throw .noModel(
            path: folder,
            reason: "the weights are neither a table of tokens (embedding.weight or embeddings) nor BERT's")
    }

    /// Tells models apart whose vectors differ: over the weights, the tokenizer, and the settings that change vectors.
    func checksum() throws(TextError) -> String {
        var checksum = ContentChecksum()
        for path in [weights, tokenizer, configuration, sentenceConfiguration, pooling] {
            if let path { checksum.add(try TextFileBytes.map(path)) }
        }
        return checksum.text
    }
}
