// Loci, Apache License 2.0.

import LociJSON

/// The shape of a BERT model, by its `config.json`, and how many tokens it reads.
struct BertConfiguration: Sendable, Equatable {
    /// The most numbers of a token's vector, layers, and tokens of a text: bounds of memory, well above every model of this kind.
    static let maximumHiddenSize = 8_192
    static let maximumIntermediateSize = 65_536
    static let maximumLayers = 128
    static let maximumPositions = 8_192

    let hiddenSize: Int
    let layerCount: Int
    let headCount: Int
    let intermediateSize: Int
    let normalizationEpsilon: Float
    /// The most tokens of a text, the marks at its beginning and end included.
    let maximumTokens: Int
    /// Positions that the weights know.
    let positionCount: Int

    /// Numbers of a token's vector that a head sees.
    var headSize: Int { hiddenSize / headCount }

    /// Reads the configuration of a model.
    ///
    /// - Parameters:
    ///   - path: `config.json`.
    ///   - sentencePath: `sentence_bert_config.json`, which says how many tokens of a text the model was trained to read, if
    ///     there is one.
    /// - Throws: `cannotRead`, `badJSON`, `badConfiguration`, `unsupportedModel`.
    init(path: String, sentencePath: String?) throws(TextError) {
        let value = try JSONValue.read(path)
        if let type = value[given: "model_type"]?.text, type != "bert" {
            throw .unsupportedModel(
                path: path, reason: "the model is of type \(type.debugDescription), only bert is run here")
        }
        let activation = value[given: "hidden_act"]?.text ?? "gelu"
        guard activation == "gelu" else {
            throw .unsupportedModel(
                path: path, reason: "hidden_act is \(activation.debugDescription), only gelu is computed here")
        }
        let positions = value[given: "position_embedding_type"]?.text ?? "absolute"
        guard positions == "absolute" else {
            throw .unsupportedModel(
                path: path,
                reason: "position_embedding_type is \(positions.debugDescription), only absolute is computed here")
        }
        func size(_ key: String, limit: Int) throws(TextError) -> Int {
            guard let size = value[key]?.integer, size > 0, size <= limit else {
                throw .badConfiguration(path: path, key: key, reason: "must be a whole number of 1 to \(limit)")
            }
            return size
        }
        hiddenSize = try size("hidden_size", limit: Self.maximumHiddenSize)
        layerCount = try size("num_hidden_layers", limit: Self.maximumLayers)
        headCount = try size("num_attention_heads", limit: Self.maximumHiddenSize)
        intermediateSize = try size("intermediate_size", limit: Self.maximumIntermediateSize)
        positionCount = try size("max_position_embeddings", limit: Self.maximumPositions)
        guard hiddenSize % headCount == 0 else {
            throw .badConfiguration(
                path: path, key: "num_attention_heads", reason: "is \(headCount), which does not divide \(hiddenSize)")
        }
        let epsilon = value[given: "layer_norm_eps"]?.number ?? 1e-12
        guard epsilon >= 0, epsilon < 1 else {
            throw .badConfiguration(path: path, key: "layer_norm_eps", reason: "is \(epsilon), allowed is 0 to 1")
        }
        normalizationEpsilon = Float(epsilon)
        var limit = positionCount
        if let sentencePath, let length = try JSONValue.read(sentencePath)[given: "max_seq_length"] {
            guard let length = length.integer, length > 2 else {
                throw .badConfiguration(path: sentencePath, key: "max_seq_length", reason: "must be above 2")
            }
            limit = min(limit, length)
        }
        maximumTokens = limit
    }
}
