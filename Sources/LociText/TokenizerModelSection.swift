// Loci, Apache License 2.0.

import LociJSON

/// The member `model` of a `tokenizer.json`, as it was read: what it says of itself, the vocabulary, and where the merges are.
///
/// The order of the members is free, and merges can be numbered only when the whole vocabulary is there.
struct TokenizerModelSection {
    private var settings: [(String, JSONValue)] = []
    private var vocabulary = Vocabulary()
    private var hasVocabulary = false
    private var merges: ModelReader?

    /// Reads the object that comes next.
    ///
    /// - Throws: `badJSON`, `badTokenizer`.
    init(_ reader: inout ModelReader, path: String) throws(TextError) {
        try reader.enterObject()
        while try reader.nextMember() {
            switch reader.key {
            case "vocab" where !reader.isAtArray():
                guard !hasVocabulary else { throw .badTokenizer(path: path, reason: "there are two vocabularies") }
                hasVocabulary = true
                try reader.enterObject()
                while try reader.nextMember() {
                    let token = reader.keyBytes
                    let number = try reader.count()
                    if let fault = vocabulary.add(token, identifier: number) {
                        throw .badTokenizer(path: path, reason: fault)
                    }
                }
            case "vocab":
                // Unigram's, which is refused by its type.
                try reader.skip()
            case "merges":
                merges = reader
                try reader.skip()
            case let key:
                settings.append((key, try reader.value()))
            }
        }
    }

    /// The model.
    ///
    /// - Throws: `badTokenizer`, `unsupportedTokenizer`.
    func build(path: String) throws(TextError) -> ModelTokenizer.Model {
        let settings = JSONValue.object(settings)
        // Files of old do not say the type.
        let type = settings[given: "type"]?.text ?? (merges == nil ? "WordPiece" : "BPE")
        guard type == "BPE" || type == "WordPiece" else {
            throw .unsupportedTokenizer(path: path, part: "model", type: type)
        }
        guard hasVocabulary, vocabulary.count > 0 else {
            throw .badTokenizer(path: path, reason: "there is no vocabulary in it")
        }
        return type == "BPE" ? try bytePair(settings, path) : try wordPiece(settings, path)
    }

    private func wordPiece(_ settings: JSONValue, _ path: String) throws(TextError) -> ModelTokenizer.Model {
        let name = settings[given: "unk_token"]?.text ?? "[UNK]"
        guard let unknown = vocabulary.identifier(Array(name.utf8)) else {
            throw .badTokenizer(path: path, reason: "the vocabulary lacks the token \(name.debugDescription)")
        }
        let limit = settings[given: "max_input_chars_per_word"]?.integer ?? 100
        guard limit > 0 else {
            throw .badTokenizer(path: path, reason: "max_input_chars_per_word is \(limit), it must be above 0")
        }
        return .wordPiece(
            WordPieceModel(
                vocabulary: vocabulary, unknown: unknown,
                continuation: Array((settings[given: "continuing_subword_prefix"]?.text ?? "##").utf8),
                maximumCharacters: min(limit, 1_000)))
    }

    private func bytePair(_ settings: JSONValue, _ path: String) throws(TextError) -> ModelTokenizer.Model {
        for key in ["continuing_subword_prefix", "end_of_word_suffix"] where settings[key]?.text?.isEmpty == false {
            throw .unsupportedTokenizer(path: path, part: "model", type: "BPE with \(key)")
        }
        if let dropout = settings[given: "dropout"]?.number, dropout != 0 {
            throw .unsupportedTokenizer(path: path, part: "model", type: "BPE with dropout")
        }
        var unknown: Int32?
        if let name = settings[given: "unk_token"]?.text {
            unknown = vocabulary.identifier(Array(name.utf8))
            guard unknown != nil else {
                throw .badTokenizer(path: path, reason: "the vocabulary lacks the token \(name.debugDescription)")
            }
        }
        let (pairs, isDivisible) = try pairs(path)
        return .bytePair(
            BytePairModel(
                vocabulary: vocabulary, pairs: pairs, unknown: unknown,
                fusesUnknown: settings[given: "fuse_unk"]?.boolean ?? false,
                byteTokens: settings[given: "byte_fallback"]?.boolean ?? false ? byteTokens() : nil,
                ignoresMerges: settings[given: "ignore_merges"]?.boolean ?? false,
                wordMark: isDivisible ? Self.wordMark : nil))
    }

    /// What SentencePiece and those who follow it write for a space: `▁`.
    private static let wordMark: [UInt8] = [0xE2, 0x96, 0x81]

    private func byteTokens() -> [Int32?] {
        (0...255).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return vocabulary.identifier(Array("<0x\(digits.count < 2 ? "0" : "")\(digits)>".utf8))
        }
    }

    /// The merges, each a text `LEFT RIGHT` or an array of two, and whether none of them reaches over the beginning of a word.
    private func pairs(_ path: String) throws(TextError) -> (pairs: PairTable, isDivisible: Bool) {
        guard var reader = merges else { throw .badTokenizer(path: path, reason: "there are no merges in it") }
        var pairs = PairTable(capacity: vocabulary.count)
        var isDivisible = true
        var rank: Int32 = 0
        var left: [UInt8] = []
        var right: [UInt8] = []
        try reader.enterArray()
        while try reader.nextElement() {
            left.removeAll(keepingCapacity: true)
            right.removeAll(keepingCapacity: true)
            var isPair = true
            if reader.isAtArray() {
                try reader.enterArray()
                if try reader.nextElement() { try reader.appendString(to: &left) }
                if try reader.nextElement() { try reader.appendString(to: &right) }
                isPair = try !reader.nextElement()
            } else {
                try reader.appendString(to: &left)
                if let space = left.firstIndex(of: 0x20) {
                    right.append(contentsOf: left[(space + 1)...])
                    left.removeSubrange(space...)
                }
                isPair = !right.contains(0x20)
            }
            guard isPair, let leftToken = vocabulary.identifier(left), let rightToken = vocabulary.identifier(right),
                let token = vocabulary.identifier(left + right), rank < Int32(Vocabulary.maximumCount)
            else {
                throw .badTokenizer(
                    path: path,
                    reason: "merge \(rank), of \(Vocabulary.shown(left)) and \(Vocabulary.shown(right)), is not of the "
                        + "vocabulary")
            }
            pairs.add(leftToken, rightToken, PairTable.Merge(rank: rank, token: token))
            if right.starts(with: Self.wordMark), !left.suffix(Self.wordMark.count).elementsEqual(Self.wordMark) {
                isDivisible = false
            }
            rank += 1
        }
        return (pairs, isDivisible)
    }
}
