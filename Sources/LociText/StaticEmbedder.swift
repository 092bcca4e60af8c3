// Loci, Apache License 2.0.

/// Vectors that are means of the vectors of a text's tokens, out of a table: no network is run, and tens of thousands of short
/// texts take a second.
///
/// Two forms of tables are read. WordLlama's (dleemiller/wordllama) has a tensor `embedding.weight`; the mean is over all tokens.
/// Model2Vec's (MinishLab/model2vec) has `embeddings`, and may have `weights` of the tokens and a `mapping` from tokens to rows;
/// the tokens that the vocabulary lacks do not count. All vectors get unit length, whatever the model's `config.json` says, and
/// all tokens of a text count, where Model2Vec stops at 512 unless told otherwise.
///
/// The table stays in its file, of which the system reads the rows that are asked for.
public struct StaticEmbedder: Embedder {
    /// What makes the vectors.
    public let model: EmbeddingModel

    private let tokenizer: ModelTokenizer
    private let file: SafetensorsFile
    private let table: Tensor
    /// The row of each token; nil where they are the same.
    private let rows: [Int]?
    /// What each token's vector is multiplied by; nil where all count alike.
    private let factors: [Float]?
    /// The token that does not count.
    private let ignoredToken: Int32?

    /// Tokens whose vectors are summed in float, before the sum goes into one in double: a long text loses no digits.
    private static let partialCount = 256

    /// Opens the model in a folder: a table `*.safetensors` and `tokenizer.json`.
    ///
    /// - Throws: `TextError`: `noModel`; the errors of files, tensors and tokenizers.
    /// - Complexity: O(bytes of the files)
    public init(folder: String) throws(TextError) {
        try self.init(ModelFiles(folder: folder))
    }

    init(_ files: ModelFiles) throws(TextError) {
        tokenizer = try ModelTokenizer.read(files.tokenizer)
        file = try SafetensorsFile(path: files.weights)
        let isModel2Vec = file.tensors["embedding.weight"] == nil
        table = try file.tensor(isModel2Vec ? "embeddings" : "embedding.weight")
        try file.checkFloats(table, dimensions: 2)
        let tokenCount = Int(tokenizer.maximumToken) + 1
        rows = try Self.rows(file, table, tokenCount: tokenCount, files)
        factors = try Self.factors(file, tokenCount: tokenCount)
        ignoredToken = isModel2Vec ? tokenizer.unknownToken : nil
        guard rows != nil || tokenCount <= table.shape[0] else {
            throw .badTokenizer(
                path: files.tokenizer,
                reason: "it has a token \(tokenCount - 1), the table has rows for \(table.shape[0])")
        }
        model = EmbeddingModel(
            identifier: "static-\(table.shape[1])-v1#\(try files.checksum())", dimension: table.shape[1])
    }

    private static func rows(
        _ file: SafetensorsFile, _ table: Tensor, tokenCount: Int, _ files: ModelFiles
    ) throws(TextError) -> [Int]? {
        guard let tensor = file.tensors["mapping"] else { return nil }
        let rows = try file.integers(tensor)
        guard tensor.shape.count == 1, rows.count >= tokenCount else {
            throw .tensorShape(
                path: file.path, tensor: tensor.name, shape: tensor.shape, expected: "[\(tokenCount)] at least")
        }
        guard rows.allSatisfy({ $0 >= 0 && $0 < table.shape[0] }) else {
            throw .badTokenizer(
                path: file.path, reason: "the tensor mapping names rows that the table of \(table.shape[0]) lacks")
        }
        return rows
    }

    private static func factors(_ file: SafetensorsFile, tokenCount: Int) throws(TextError) -> [Float]? {
        guard let tensor = file.tensors["weights"] else { return nil }
        guard tensor.shape.count == 1, tensor.count >= tokenCount else {
            throw .tensorShape(
                path: file.path, tensor: tensor.name, shape: tensor.shape, expected: "[\(tokenCount)] at least")
        }
        return try file.floats(tensor)
    }

    /// The vectors of texts.
    ///
    /// - Throws: `TextError`: `textTooLong`, `vectorNotFinite`; `CancellationError`.
    /// - Complexity: O(bytes + tokens × dimension), and O(log) of the bytes of words that are very long.
    public func embed(_ texts: [String]) async throws -> [[Float]] {
        try model.check(texts)
        var vectors: [[Float]] = []
        vectors.reserveCapacity(texts.count)
        for (index, text) in texts.enumerated() {
            try Task.checkCancellation()
            guard let vector = vector(tokenizer.tokens(text)) else {
                throw TextError.vectorNotFinite(model: model.identifier, index: index)
            }
            vectors.append(vector)
        }
        return vectors
    }

    /// The vector of tokens; nil if the table has numbers that are infinite or none.
    func vector(_ tokens: [Int32]) -> [Float]? {
        var sums = [Double](repeating: 0, count: model.dimension)
        var partial = [Float](repeating: 0, count: model.dimension)
        var count = 0
        for token in tokens where token != ignoredToken {
            let index = Int(token)
            file.addRow(rows?[index] ?? index, of: table, times: factors?[index] ?? 1, to: &partial)
            count += 1
            if count % Self.partialCount == 0 { Self.move(&partial, into: &sums) }
        }
        Self.move(&partial, into: &sums)
        // The length is made 1, so the sum serves as the mean does.
        return UnitVector.normalized(sums)
    }

    private static func move(_ partial: inout [Float], into sums: inout [Double]) {
        for index in sums.indices {
            sums[index] += Double(partial[index])
            partial[index] = 0
        }
    }
}
