// Loci, Apache License 2.0.

import LociJSON

/// Vectors of a sentence transformer of the size of MiniLM, computed here: slower than those of a table by two orders of magnitude,
/// and better, since the vector of a word depends on its neighbours.
///
/// A folder holds the model: `config.json`, `model.safetensors`, `tokenizer.json` or `vocab.txt`, and if it is there
/// `sentence_bert_config.json`. Tokens are made as the model's own tokenizer makes them; the vectors of a text's tokens are
/// averaged and brought to unit length.
///
/// Of a text longer than `model.maximumTokens` the beginning counts, as with the models' Python library. So does the vector of an
/// empty text, which is that of the model's own marks.
///
/// Matrix products are OpenBLAS's with the package trait `OpenBLAS`, which may make the last bits differ between machines, and
/// for a text between the batches it comes in. Without the trait, vectors are the same to the bit everywhere.
public struct BertEmbedder: Embedder {
    /// Tokens of a batch: enough for products of full speed, and some 30 MB for MiniLM.
    static let batchTokens = 1_024

    /// What makes the vectors.
    public let model: EmbeddingModel

    private let tokenizer: ModelTokenizer
    private let encoder: BertEncoder

    /// Opens the model in a folder.
    ///
    /// - Throws: `TextError`: `noModel`, `unsupportedModel`, `badConfiguration`; the errors of files, tensors and tokenizers.
    /// - Complexity: O(bytes of the files)
    public init(folder: String) throws(TextError) {
        try self.init(ModelFiles(folder: folder), product: MatrixProducts.preferred)
    }

    init(_ files: ModelFiles, product: any MatrixProduct) throws(TextError) {
        guard let configurationPath = files.configuration else {
            throw .noModel(path: files.folder, reason: "it has no config.json; a sentence transformer needs one")
        }
        let configuration = try BertConfiguration(path: configurationPath, sentencePath: files.sentenceConfiguration)
        try Self.checkPooling(files)
        let lowercases = try files.tokenizerConfiguration.map { path throws(TextError) in
            try JSONValue.read(path)[given: "do_lower_case"]?.boolean
        }
        tokenizer = try ModelTokenizer.read(files.tokenizer, lowercases: (lowercases ?? nil) ?? true)
        let weights = try BertWeights(SafetensorsFile(path: files.weights), configuration)
        guard Int(tokenizer.maximumToken) < weights.words.shape[0] else {
            throw .badTokenizer(
                path: files.tokenizer,
                reason:
                    "it has a token \(tokenizer.maximumToken), the weights have vectors of \(weights.words.shape[0])")
        }
        guard tokenizer.beginning.count + tokenizer.ending.count < configuration.maximumTokens else {
            throw .badTokenizer(path: files.tokenizer, reason: "its marks leave no room for a text")
        }
        encoder = BertEncoder(configuration: configuration, weights: weights, product: product)
        model = EmbeddingModel(
            identifier: "bert-\(configuration.hiddenSize)-v1#\(try files.checksum())",
            dimension: configuration.hiddenSize, maximumTokens: configuration.maximumTokens)
    }

    /// Refuses models that make a text's vector in another way than by the mean, or do something to it after that.
    private static func checkPooling(_ files: ModelFiles) throws(TextError) {
        if let path = files.modules {
            for module in try JSONValue.read(path).elements ?? [] {
                let type = module[given: "type"]?.text ?? ""
                guard ["Transformer", "Pooling", "Normalize"].contains(type.split(separator: ".").last) else {
                    throw .unsupportedModel(
                        path: path,
                        reason: "the model has a module of type \(type.debugDescription), which is not computed here")
                }
            }
        }
        guard let path = files.pooling else { return }
        let value = try JSONValue.read(path)
        guard value[given: "pooling_mode_mean_tokens"]?.boolean ?? true,
            value[given: "pooling_mode_cls_token"]?.boolean != true,
            value[given: "pooling_mode_max_tokens"]?.boolean != true
        else {
            throw .unsupportedModel(
                path: path,
                reason: "the model does not take the mean of the tokens' vectors, and only that is done here")
        }
    }

    /// The vectors of texts.
    ///
    /// - Throws: `TextError`: `textTooLong`, `vectorNotFinite`; `CancellationError`.
    /// - Complexity: O(tokens × weights); memory for one batch beside the vectors.
    public func embed(_ texts: [String]) async throws -> [[Float]] {
        try model.check(texts)
        var vectors: [[Float]] = []
        vectors.reserveCapacity(texts.count)
        var batch: [[Int32]] = []
        var batchCount = 0
        for text in texts {
            try Task.checkCancellation()
            let tokens = tokenizer.tokens(text, limit: encoder.configuration.maximumTokens)
            if batchCount + tokens.count > Self.batchTokens, !batch.isEmpty {
                try encode(batch, into: &vectors)
                batch.removeAll()
                batchCount = 0
                try Task.checkCancellation()
            }
            batch.append(tokens)
            batchCount += tokens.count
        }
        try encode(batch, into: &vectors)
        return vectors
    }

    private func encode(_ batch: [[Int32]], into vectors: inout [[Float]]) throws(TextError) {
        // A tokenizer without marks has no tokens for an empty text.
        let means = encoder.encode(batch.filter { !$0.isEmpty })
        var next = 0
        for tokens in batch {
            guard !tokens.isEmpty else {
                vectors.append(UnitVector.placeholder(dimension: model.dimension))
                continue
            }
            guard let vector = UnitVector.normalized(means[next]) else {
                throw .vectorNotFinite(model: model.identifier, index: vectors.count)
            }
            vectors.append(vector)
            next += 1
        }
    }
}
