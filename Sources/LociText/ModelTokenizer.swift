// Loci, Apache License 2.0.

/// Makes the numbers of tokens out of texts, as the tokenizer that a model was trained with does.
///
/// The steps, in the order of huggingface/tokenizers: added tokens are cut out of the raw text; what is between them is
/// normalized; added tokens that stand for normalized text are cut out of that; what is between is divided into pieces; and the
/// pieces are divided into tokens of the vocabulary.
struct ModelTokenizer: Sendable {
    enum Model: Sendable {
        case bytePair(BytePairModel)
        case wordPiece(WordPieceModel)
    }

    let rawTokens: AddedTokens
    let normalizedTokens: AddedTokens
    let normalizer: TextNormalizer?
    let preTokenizer: PreTokenizer?
    let model: Model
    /// What a model that wants it gets before the tokens of a text, such as `[CLS]`.
    let beginning: [Int32]
    /// What a model that wants it gets after them, such as `[SEP]`.
    let ending: [Int32]
    /// The highest number of a token.
    let maximumToken: Int32

    /// The token of what the vocabulary lacks.
    var unknownToken: Int32? {
        switch model {
        case .bytePair(let model): model.unknown
        case .wordPiece(let model): model.unknown
        }
    }

    /// The tokens of a text, without a beginning and an ending.
    ///
    /// - Complexity: O(n log n) of the bytes at worst.
    func tokens(_ text: String) -> [Int32] {
        let bytes = Array(text.utf8)
        var tokens: [Int32] = []
        for part in rawTokens.divide(bytes) {
            if let token = part.token {
                tokens.append(token)
                continue
            }
            let isFirst = part.range.lowerBound == 0
            let whole = part.range == 0..<bytes.count ? bytes : Array(bytes[part.range])
            append(normalizer?.normalize(whole) ?? whole, isFirst: isFirst, to: &tokens)
        }
        return tokens
    }

    /// The tokens of a text with the model's beginning and ending, in all no more than a limit: the text's last ones go.
    func tokens(_ text: String, limit: Int) -> [Int32] {
        let room = max(limit - beginning.count - ending.count, 0)
        return beginning + tokens(text).prefix(room) + ending
    }

    private func append(_ normalized: [UInt8], isFirst: Bool, to tokens: inout [Int32]) {
        for part in normalizedTokens.divide(normalized) {
            if let token = part.token {
                tokens.append(token)
                continue
            }
            let whole = part.range == 0..<normalized.count ? normalized : Array(normalized[part.range])
            guard let preTokenizer else {
                append(whole, 0..<whole.count, to: &tokens)
                continue
            }
            let (text, pieces) = preTokenizer.divide(whole, isFirst: isFirst && part.range.lowerBound == 0)
            for piece in pieces { append(text, piece, to: &tokens) }
        }
    }

    private func append(_ text: [UInt8], _ piece: Range<Int>, to tokens: inout [Int32]) {
        guard !piece.isEmpty else { return }
        switch model {
        case .bytePair(let model): model.append(text, piece, to: &tokens)
        case .wordPiece(let model): model.append(text, piece, to: &tokens)
        }
    }
}
