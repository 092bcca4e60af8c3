// Loci, Apache License 2.0.

import LociJSON

extension ModelTokenizer {
    /// Reads a tokenizer: `tokenizer.json` of huggingface/tokenizers, or `vocab.txt` of BERT, which has a token on each line.
    ///
    /// - Parameter lowercases: Whether a BERT model that comes with `vocab.txt` is without case.
    /// - Throws: `cannotRead`, `fileTooLarge`, `badJSON`, `badTokenizer`, `unsupportedTokenizer`.
    /// - Complexity: O(bytes)
    static func read(_ path: String, lowercases: Bool = true) throws(TextError) -> ModelTokenizer {
        if path.hasSuffix(".txt") { return try readVocabulary(path, lowercases: lowercases) }
        var reader = try ModelReader(path: path)
        var sections: [(String, JSONValue)] = []
        var model: TokenizerModelSection?
        try reader.enterObject()
        while try reader.nextMember() {
            if reader.key == "model" {
                model = try TokenizerModelSection(&reader, path: path)
            } else {
                let key = reader.key
                sections.append((key, try reader.value()))
            }
        }
        try reader.finish()
        guard let model else { throw .badTokenizer(path: path, reason: "there is no model in it") }
        return try build(.object(sections), try model.build(path: path), path: path)
    }

    private static func build(
        _ sections: JSONValue, _ model: Model, path: String
    ) throws(TextError) -> ModelTokenizer {
        let parts = TokenizerParts(path: path)
        let normalizer = try sections[given: "normalizer"].map { value throws(TextError) in try parts.normalizer(value)
        }
        var raw: [AddedToken] = []
        var normalized: [AddedToken] = []
        for value in sections[given: "added_tokens"]?.elements ?? [] {
            guard let content = value[given: "content"]?.text, let identifier = value[given: "id"]?.integer,
                identifier >= 0,
                identifier < Vocabulary.maximumCount
            else { throw .badTokenizer(path: path, reason: "an added token lacks its content or its number") }
            let isNormalized = value[given: "normalized"]?.boolean ?? false
            let bytes = Array(content.utf8)
            let token = AddedToken(
                content: isNormalized ? normalizer?.normalize(bytes) ?? bytes : bytes, identifier: Int32(identifier),
                isSingleWord: value[given: "single_word"]?.boolean ?? false,
                takesBlanksBefore: value[given: "lstrip"]?.boolean ?? false,
                takesBlanksAfter: value[given: "rstrip"]?.boolean ?? false)
            if isNormalized { normalized.append(token) } else { raw.append(token) }
        }
        let (beginning, ending) =
            try sections[given: "post_processor"]
            .map { value throws(TextError) in try parts.template(value) } ?? ([], [])
        let tokens = (raw + normalized).map(\.identifier) + beginning + ending
        return ModelTokenizer(
            rawTokens: AddedTokens(raw), normalizedTokens: AddedTokens(normalized), normalizer: normalizer,
            preTokenizer: try sections[given: "pre_tokenizer"].map { value throws(TextError) in
                try parts.preTokenizer(value)
            },
            model: model, beginning: beginning, ending: ending,
            maximumToken: max(model.maximumToken, tokens.max() ?? 0))
    }

    /// Reads a list of tokens, numbered by their lines from 0.
    private static func readVocabulary(_ path: String, lowercases: Bool) throws(TextError) -> ModelTokenizer {
        let bytes = try TextFileBytes.read(path)
        var vocabulary = Vocabulary()
        var start = 0
        var line = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            var token = Array(bytes[start..<end])
            if token.last == UInt8(ascii: "\r") { token.removeLast() }
            if let fault = vocabulary.add(token, identifier: line) { throw .badTokenizer(path: path, reason: fault) }
            line += 1
            start = end + 1
        }
        var special: [AddedToken] = []
        var numbers: [String: Int32] = [:]
        for name in ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] {
            guard let number = vocabulary.identifier(Array(name.utf8)) else { continue }
            numbers[name] = number
            special.append(AddedToken(content: Array(name.utf8), identifier: number))
        }
        guard let unknown = numbers["[UNK]"], let beginning = numbers["[CLS]"], let ending = numbers["[SEP]"] else {
            throw .badTokenizer(path: path, reason: "it lacks one of the tokens [UNK], [CLS] and [SEP]")
        }
        let model = WordPieceModel(
            vocabulary: vocabulary, unknown: unknown, continuation: Array("##".utf8), maximumCharacters: 100)
        return ModelTokenizer(
            rawTokens: AddedTokens(special), normalizedTokens: AddedTokens([]),
            normalizer: .bert(BertNormalizer(stripsAccents: lowercases, lowercases: lowercases)), preTokenizer: .bert,
            model: .wordPiece(model), beginning: [beginning], ending: [ending],
            maximumToken: vocabulary.maximumIdentifier)
    }
}

extension ModelTokenizer.Model {
    var maximumToken: Int32 {
        switch self {
        case .bytePair(let model): model.vocabulary.maximumIdentifier
        case .wordPiece(let model): model.vocabulary.maximumIdentifier
        }
    }
}
