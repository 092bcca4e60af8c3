// Loci, Apache License 2.0.

/// Divides words into the longest pieces that a vocabulary has, from the left (Schuster, Nakajima, ICASSP 2012; BERT's
/// `WordPiece`).
struct WordPieceModel: Sendable {
    let vocabulary: Vocabulary
    /// The token of a word that can not be divided.
    let unknown: Int32
    /// What pieces other than a word's first begin with, in the vocabulary.
    let continuation: [UInt8]
    /// The most characters of a word that is divided.
    let maximumCharacters: Int

    /// Appends the tokens of one word.
    ///
    /// - Complexity: O(characters² of the word), of which there are at most `maximumCharacters`.
    func append(_ text: [UInt8], _ word: Range<Int>, to tokens: inout [Int32]) {
        var ends: [Int] = []
        var offset = word.lowerBound
        while offset < word.upperBound {
            offset = min(offset + ScalarText.length(first: text[offset]), word.upperBound)
            ends.append(offset)
            guard ends.count <= maximumCharacters else {
                tokens.append(unknown)
                return
            }
        }
        let before = tokens.count
        var start = word.lowerBound
        var next = 0
        while start < word.upperBound {
            guard let (token, end) = longest(text, from: start, ends: ends[next...], isFirst: start == word.lowerBound)
            else {
                tokens.removeSubrange(before...)
                tokens.append(unknown)
                return
            }
            tokens.append(token)
            start = ends[end]
            next = end + 1
        }
    }

    /// The longest token from an offset on, and which of the ends is its own.
    private func longest(
        _ text: [UInt8], from start: Int, ends: ArraySlice<Int>, isFirst: Bool
    ) -> (token: Int32, end: Int)? {
        let beginning = isFirst ? [] : continuation
        var hash = Vocabulary.hash(beginning)
        var hashes: [ByteHash] = []
        var hashed = start
        for end in ends {
            guard beginning.count + end - start <= vocabulary.maximumLength else { break }
            while hashed < end {
                hash.add(text[hashed])
                hashed += 1
            }
            hashes.append(hash)
        }
        for index in hashes.indices.reversed() {
            let end = ends.startIndex + index
            let token =
                isFirst
                ? vocabulary.identifier(hashes[index], text, start..<ends[end])
                : vocabulary.identifier(
                    hashes[index], beginning + text[start..<ends[end]], 0..<beginning.count + ends[end] - start)
            if let token { return (token, end) }
        }
        return nil
    }
}
