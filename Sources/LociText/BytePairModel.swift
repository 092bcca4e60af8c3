// Loci, Apache License 2.0.

/// Puts characters together to tokens by a ranked list of pairs: byte-pair encoding (Sennrich, Haddow, Birch, ACL 2016), with
/// the bytes of characters that the vocabulary lacks (Kudo, Richardson, EMNLP 2018).
struct BytePairModel: Sendable {
    let vocabulary: Vocabulary
    let pairs: PairTable
    /// The token of a character that the vocabulary lacks, if there is one.
    let unknown: Int32?
    /// Whether many such characters in a row become one token.
    let fusesUnknown: Bool
    /// The tokens of the 256 bytes, or nil where the bytes of characters are not tokens.
    let byteTokens: [Int32?]?
    /// Whether a piece that is a token as a whole is not divided.
    let ignoresMerges: Bool
    /// The character before which a piece can be divided without another result, since no pair has it at the beginning of its right
    /// part and another at the end of its left one; nil if there is none.
    let wordMark: [UInt8]?

    /// Up to how many symbols the best pair is sought by looking at all of them; a queue costs more there.
    static let scannedSymbols = 48

    /// Appends the tokens of one piece.
    ///
    /// - Parameter scanned: As `scannedSymbols`.
    /// - Complexity: O(n log n) of the characters.
    func append(
        _ text: [UInt8], _ piece: Range<Int>, to tokens: inout [Int32], scanned: Int = BytePairModel.scannedSymbols
    ) {
        if ignoresMerges {
            var hash = ByteHash()
            for byte in text[piece] { hash.add(byte) }
            if let token = vocabulary.identifier(hash, text, piece) {
                tokens.append(token)
                return
            }
        }
        var symbols: [Int32] = []
        var ranks: [Int32] = []
        guard let wordMark else {
            appendSymbols(text, piece, to: &symbols)
            merge(&symbols, &ranks, scanned)
            tokens.append(contentsOf: symbols)
            return
        }
        var start = piece.lowerBound
        while start < piece.upperBound {
            let end = wordEnd(text, from: start, to: piece.upperBound, wordMark)
            symbols.removeAll(keepingCapacity: true)
            appendSymbols(text, start..<end, to: &symbols)
            merge(&symbols, &ranks, scanned)
            tokens.append(contentsOf: symbols)
            start = end
        }
    }

    /// Where the next mark is that comes after another character.
    private func wordEnd(_ text: [UInt8], from start: Int, to end: Int, _ mark: [UInt8]) -> Int {
        var offset = start
        var isAfterOther = false
        while offset < end {
            if text[offset] == mark[0], ScalarText.hasBytes(mark, in: text, at: offset) {
                if isAfterOther { return offset }
                offset += mark.count
            } else {
                isAfterOther = true
                offset += ScalarText.length(first: text[offset])
            }
        }
        return end
    }

    /// Appends the tokens of single characters.
    private func appendSymbols(_ text: [UInt8], _ piece: Range<Int>, to symbols: inout [Int32]) {
        var hasUnknown = false
        var offset = piece.lowerBound
        while offset < piece.upperBound {
            let end = min(offset + ScalarText.length(first: text[offset]), piece.upperBound)
            var hash = ByteHash()
            for byte in text[offset..<end] { hash.add(byte) }
            if let token = vocabulary.identifier(hash, text, offset..<end) {
                if hasUnknown, let unknown { symbols.append(unknown) }
                hasUnknown = false
                symbols.append(token)
            } else if let bytes = bytes(text[offset..<end]) {
                symbols.append(contentsOf: bytes)
            } else if let unknown {
                if hasUnknown, !fusesUnknown { symbols.append(unknown) }
                hasUnknown = true
            }
            offset = end
        }
        if hasUnknown, let unknown { symbols.append(unknown) }
    }

    private func bytes(_ character: ArraySlice<UInt8>) -> [Int32]? {
        guard let byteTokens else { return nil }
        var tokens: [Int32] = []
        for byte in character {
            guard let token = byteTokens[Int(byte)] else { return nil }
            tokens.append(token)
        }
        return tokens
    }

    private func merge(_ symbols: inout [Int32], _ ranks: inout [Int32], _ scanned: Int) {
        if symbols.count <= scanned {
            mergeScanning(&symbols, &ranks)
        } else {
            BytePairQueue.merge(&symbols, pairs)
        }
    }

    /// Merges the pair of the lowest rank, of these the leftmost, until there is none.
    private func mergeScanning(_ symbols: inout [Int32], _ ranks: inout [Int32]) {
        let none = Int32.max
        ranks.removeAll(keepingCapacity: true)
        var index = 0
        while index + 1 < symbols.count {
            ranks.append(pairs.merge(symbols[index], symbols[index + 1])?.rank ?? none)
            index += 1
        }
        while true {
            var best = none
            var place = 0
            for index in ranks.indices where ranks[index] < best {
                best = ranks[index]
                place = index
            }
            guard best < none, let merge = pairs.merge(symbols[place], symbols[place + 1]) else { return }
            symbols[place] = merge.token
            symbols.remove(at: place + 1)
            ranks.remove(at: place)
            if place > 0 { ranks[place - 1] = pairs.merge(symbols[place - 1], symbols[place])?.rank ?? none }
            if place < ranks.count { ranks[place] = pairs.merge(symbols[place], symbols[place + 1])?.rank ?? none }
        }
    }
}
