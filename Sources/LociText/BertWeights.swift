// Loci, Apache License 2.0.

/// The weights of a BERT model by the names of huggingface/transformers' `BertModel`.
///
/// What each text needs in full is read into memory and checked; the vectors of the vocabulary, half of a small model, stay in the
/// file, of which the system reads what is asked for.
struct BertWeights: Sendable {
    /// A map of vectors: a matrix, output by output, and what is added.
    struct Linear: Sendable {
        let matrix: MatrixSlice
        let bias: [Float]
    }

    /// The scale and the shift of a normalization.
    struct Normalization: Sendable {
        let scale: [Float]
        let shift: [Float]
    }

    struct Layer: Sendable {
        /// Queries, keys and values, one below the other, so that they are computed at once.
        let attention: Linear
        let attentionOutput: Linear
        let attentionNormalization: Normalization
        let intermediate: Linear
        let output: Linear
        let outputNormalization: Normalization
    }

    let file: SafetensorsFile
    let words: Tensor
    /// The vectors of the positions, each with that of the first type of token added: there is but one text.
    let positions: [Float]
    let normalization: Normalization
    let layers: [Layer]

    /// Reads and checks the weights.
    ///
    /// - Throws: `tensorMissing`, `tensorShape`, `tensorType`, `tensorNotFinite`.
    /// - Complexity: O(weights without the vocabulary's)
    init(_ file: SafetensorsFile, _ configuration: BertConfiguration) throws(TextError) {
        let isPrefixed = file.tensors["bert.embeddings.word_embeddings.weight"] != nil
        let reader = Reader(file: file, prefix: isPrefixed ? "bert." : "")
        let hidden = configuration.hiddenSize
        let inner = configuration.intermediateSize
        self.file = file
        words = try file.tensor(reader.prefix + "embeddings.word_embeddings.weight")
        try file.checkFloats(words, dimensions: 2)
        guard words.shape[1] == hidden else {
            throw .tensorShape(path: file.path, tensor: words.name, shape: words.shape, expected: "[…, \(hidden)]")
        }
        var positions = try reader.floats(
            "embeddings.position_embeddings.weight", [configuration.positionCount, hidden])
        let types = try reader.floats("embeddings.token_type_embeddings.weight", [nil, hidden])
        VectorMath.addRow(Array(types[..<hidden]), to: &positions, rows: configuration.positionCount)
        self.positions = positions
        normalization = try reader.normalization("embeddings.LayerNorm", hidden)
        var layers: [Layer] = []
        for index in 0..<configuration.layerCount {
            let name = "encoder.layer.\(index)."
            var matrix: [Float] = []
            var bias: [Float] = []
            for part in ["query", "key", "value"] {
                matrix += try reader.floats("\(name)attention.self.\(part).weight", [hidden, hidden])
                bias += try reader.floats("\(name)attention.self.\(part).bias", [hidden])
            }
            layers.append(
                Layer(
                    attention: Linear(matrix: MatrixSlice(matrix, rows: 3 * hidden, columns: hidden), bias: bias),
                    attentionOutput: try reader.linear("\(name)attention.output.dense", hidden, hidden),
                    attentionNormalization: try reader.normalization("\(name)attention.output.LayerNorm", hidden),
                    intermediate: try reader.linear("\(name)intermediate.dense", inner, hidden),
                    output: try reader.linear("\(name)output.dense", hidden, inner),
                    outputNormalization: try reader.normalization("\(name)output.LayerNorm", hidden)))
        }
        self.layers = layers
    }

    private struct Reader {
        let file: SafetensorsFile
        let prefix: String

        /// The elements of a tensor; nil in the shape stands for any length above 0.
        func floats(_ name: String, _ shape: [Int?]) throws(TextError) -> [Float] {
            let tensor = try file.tensor(prefix + name)
            let fits =
                tensor.shape.count == shape.count && zip(tensor.shape, shape).allSatisfy { $0 == $1 ?? max($0, 1) }
            guard fits else {
                throw .tensorShape(
                    path: file.path, tensor: tensor.name, shape: tensor.shape,
                    expected: "[" + shape.map { $0.map(String.init) ?? "…" }.joined(separator: ", ") + "]")
            }
            return try file.floats(tensor)
        }

        func linear(_ name: String, _ outputs: Int, _ inputs: Int) throws(TextError) -> Linear {
            let matrix = try floats(name + ".weight", [outputs, inputs])
            return Linear(
                matrix: MatrixSlice(matrix, rows: outputs, columns: inputs),
                bias: try floats(name + ".bias", [outputs]))
        }

        func normalization(_ name: String, _ size: Int) throws(TextError) -> Normalization {
            // Weights that were turned from TensorFlow's have the old names.
            let isOld = file.tensors["\(prefix)\(name).weight"] == nil && file.tensors["\(prefix)\(name).gamma"] != nil
            return Normalization(
                scale: try floats(name + (isOld ? ".gamma" : ".weight"), [size]),
                shift: try floats(name + (isOld ? ".beta" : ".bias"), [size]))
        }
    }
}
