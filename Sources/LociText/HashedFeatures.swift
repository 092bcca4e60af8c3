// Loci, Apache License 2.0.

/// The words of a text and the parts of these, by their hashes.
struct HashedFeatures {
    /// What stands for one word, or for one run of characters.
    struct Feature: Equatable {
        let hash: UInt64
        /// How often it is in the text.
        var count: Int
        /// Characters of the longest word that it is part of, no more than `maximumLength`.
        var wordLength: Int
    }

    /// Characters of the runs that words are divided into.
    static let runLengths = 3...5
    /// Longer words count as words of this length: theirs are names, addresses and noise.
    static let maximumLength = 12
    /// Of a longer word the first characters count.
    static let maximumCharacters = 64

    private static let wordSeed: UInt64 = 0x776F_7264
    private static let runSeed: UInt64 = 0x7061_7274

    /// Each occurrence of a feature.
    private var occurrences: [Feature] = []

    /// Takes a text apart. Words are runs of letters, digits and combining marks.
    ///
    /// - Complexity: O(bytes)
    init(_ text: String) {
        var word: [Unicode.Scalar] = []
        for scalar in text.unicodeScalars {
            if Self.isOfWord(scalar) {
                if word.count < Self.maximumCharacters { TextNormalizer.appendLower(scalar, to: &word) }
            } else if !word.isEmpty {
                add(word)
                word.removeAll(keepingCapacity: true)
            }
        }
        if !word.isEmpty { add(word) }
    }

    /// The features in the order of their hashes: the order in which numbers are added is part of the result.
    ///
    /// - Complexity: O(n log n) of the occurrences, for which sorting is faster than a dictionary.
    var sorted: [Feature] {
        var features: [Feature] = []
        for occurrence in occurrences.sorted(by: { $0.hash < $1.hash }) {
            if let last = features.last, last.hash == occurrence.hash {
                features[features.count - 1].count += 1
                features[features.count - 1].wordLength = max(last.wordLength, occurrence.wordLength)
            } else {
                features.append(occurrence)
            }
        }
        return features
    }

    private mutating func add(_ word: [Unicode.Scalar]) {
        let length = min(word.count, Self.maximumLength)
        var whole = ByteHash(seed: Self.wordSeed)
        for scalar in word { Self.add(scalar, to: &whole) }
        occurrences.append(Feature(hash: whole.value, count: 1, wordLength: length))
        let marked = ["<"] + word + [">"]
        for start in marked.indices {
            var run = ByteHash(seed: Self.runSeed)
            for end in start..<min(start + Self.runLengths.upperBound, marked.count) {
                Self.add(marked[end], to: &run)
                if end - start + 1 >= Self.runLengths.lowerBound {
                    occurrences.append(Feature(hash: run.value, count: 1, wordLength: length))
                }
            }
        }
    }

    /// Three bytes hold any character.
    @inline(__always)
    private static func add(_ scalar: Unicode.Scalar, to hash: inout ByteHash) {
        hash.add(UInt8(truncatingIfNeeded: scalar.value))
        hash.add(UInt8(truncatingIfNeeded: scalar.value >> 8))
        hash.add(UInt8(truncatingIfNeeded: scalar.value >> 16))
    }

    private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: return true
        case ..<0x80: return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .nonspacingMark, .spacingMark, .enclosingMark:
            return true
        default: return false
        }
    }

    /// What a feature counts.
    ///
    /// The logarithm is summed here by its series, since the C library's differs from machine to machine in the last bits.
    static func weight(count: Int, wordLength: Int) -> Double {
        (1 + logarithm(count)) * Double(wordLength).squareRoot().squareRoot()
    }

    /// ln of a number of 1 or more: halved until it is below √2, whose logarithm is twice the series of the inverse hyperbolic
    /// tangent.
    static func logarithm(_ number: Int) -> Double {
        var value = Double(max(number, 1))
        var halvings = 0.0
        while value > 1.414_213_562_373_095_1 {
            value /= 2
            halvings += 1
        }
        let ratio = (value - 1) / (value + 1)
        let square = ratio * ratio
        var term = ratio
        var sum = 0.0
        for divisor in stride(from: 1.0, through: 21.0, by: 2.0) {
            sum += term / divisor
            term *= square
        }
        return halvings * 0.693_147_180_559_945_3 + 2 * sum
    }
}
