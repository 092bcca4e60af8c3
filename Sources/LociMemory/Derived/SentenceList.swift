// Loci, Apache License 2.0.

import LociWords

/// The sentences of turns, with the words that tell what they are about.
struct SentenceList {
    struct Sentence {
        /// As it is read: with who said it.
        let text: String
        /// The number of each different term, rising, and how often the sentence has it.
        let terms: [(term: Int, count: Double)]
        /// How many content words it has.
        let length: Int
    }

    private(set) var sentences: [Sentence] = []
    /// In how many sentences each term is.
    private(set) var frequencies: [Int] = []

    /// - Throws: `WordsError`.
    init(_ turns: [MemoryUnit], _ analyser: borrowing WordAnalyser) throws {
        var numbers: [[UInt8]: Int] = [:]
        for turn in turns {
            for sentence in Self.split(turn.text) {
                let words = try ContentWords(sentence, analyser).words
                var counts: [Int: Double] = [:]
                for word in words {
                    let number = numbers[word.term] ?? frequencies.count
                    if number == frequencies.count {
                        numbers[word.term] = number
                        frequencies.append(0)
                    }
                    counts[number, default: 0] += 1
                }
                for number in counts.keys { frequencies[number] += 1 }
                sentences.append(
                    Sentence(
                        text: turn.speaker.map { "\($0): \(sentence)" } ?? sentence,
                        terms: counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, length: words.count))
            }
        }
    }

    /// The sentences of a text: they end with a line, or with marks and a blank behind them, so that 3.14 and example.org stay whole.
    static func split(_ text: String) -> [String] {
        var sentences: [String] = []
        var (sentence, isEnding) = ("", false)
        func add(_ sentence: String) {
            let words = sentence.split(whereSeparator: \.isWhitespace)
            if !words.isEmpty { sentences.append(words.joined(separator: " ")) }
        }
        for character in text {
            if character.isNewline || (isEnding && character.isWhitespace) {
                add(sentence)
                (sentence, isEnding) = ("", false)
                continue
            }
            // Quotation marks and brackets close with the sentence.
            let closes = isEnding && (character == "\"" || character == "”" || character == ")" || character == "»")
            isEnding = closes || ".!?…。！？".contains(character)
            sentence.append(character)
        }
        add(sentence)
        return sentences
    }
}

extension WordAnalyser {
    /// An analyser of a language, or of none where this program was built without stems or the language is not installed.
    static func usable(_ language: WordLanguage) throws(WordsError) -> WordAnalyser {
        do {
            return try WordAnalyser(WordAnalysis(language: language))
        } catch {
            return try WordAnalyser(WordAnalysis(language: .none))
        }
    }
}
