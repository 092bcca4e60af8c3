// Loci, Apache License 2.0.

import LociJSON

/// Reads the small parts of a `tokenizer.json`: what is not its vocabulary. A type that is not known is an error, since leaving a
/// step out would give other tokens.
struct TokenizerParts {
    /// Steps of a sequence within sequences.
    private static let maximumSteps = 64

    /// The file, for messages.
    let path: String

    private func fault(_ reason: String) -> TextError {
        .badTokenizer(path: path, reason: reason)
    }

    private func type(_ value: JSONValue, _ part: String) throws(TextError) -> String {
        guard let type = value[given: "type"]?.text else { throw fault("the \(part) does not say its type") }
        return type
    }

    // MARK: Normalizers

    func normalizer(_ value: JSONValue) throws(TextError) -> TextNormalizer {
        switch try type(value, "normalizer") {
        case "Sequence":
            guard let elements = value[given: "normalizers"]?.elements, elements.count <= Self.maximumSteps else {
                throw fault("the sequence of normalizers has no sense")
            }
            var steps: [TextNormalizer] = []
            for element in elements { steps.append(try normalizer(element)) }
            return .sequence(steps)
        case "BertNormalizer":
            let lowercases = value[given: "lowercase"]?.boolean ?? true
            return .bert(
                BertNormalizer(
                    cleansText: value[given: "clean_text"]?.boolean ?? true,
                    separatesIdeographs: value[given: "handle_chinese_chars"]?.boolean ?? true,
                    // Not set: as the case goes, so do the accents.
                    stripsAccents: value[given: "strip_accents"]?.boolean ?? lowercases, lowercases: lowercases))
        case "Prepend":
            guard let text = value[given: "prepend"]?.text else { throw fault("the normalizer Prepend lacks its text") }
            return .prepend(Array(text.utf8))
        case "Replace":
            guard let replacement = value[given: "content"]?.text else {
                throw fault("the normalizer Replace lacks its content")
            }
            guard let pattern = value[given: "pattern"]?[given: "String"]?.text else {
                throw .unsupportedTokenizer(path: path, part: "normalizer", type: "Replace with a regular expression")
            }
            return .replace(Array(pattern.utf8), with: Array(replacement.utf8))
        case "Lowercase": return .lowercase
        case "NFD": return .decompose
        case "NFC": return .compose
        case "StripAccents": return .stripAccents
        case let type: throw .unsupportedTokenizer(path: path, part: "normalizer", type: type)
        }
    }

    // MARK: Pre-tokenizers

    func preTokenizer(_ value: JSONValue) throws(TextError) -> PreTokenizer {
        switch try type(value, "pre-tokenizer") {
        case "BertPreTokenizer": return .bert
        case "WhitespaceSplit": return .blanks
        case "Metaspace":
            guard let mark = value[given: "replacement"]?.text, !mark.isEmpty else {
                throw fault("the pre-tokenizer Metaspace lacks its replacement")
            }
            let prepends: PreTokenizer.Prepending
            switch value[given: "prepend_scheme"]?.text {
            case "always": prepends = .always
            case "first": prepends = .first
            case "never": prepends = .never
            // Files of before 2023 have this instead.
            case nil: prepends = value[given: "add_prefix_space"]?.boolean ?? true ? .always : .never
            case let scheme?: throw fault("the prepend_scheme \(scheme.debugDescription) is not known")
            }
            return .metaspace(
                mark: Array(mark.utf8), prepends: prepends, splits: value[given: "split"]?.boolean ?? true)
        case let type: throw .unsupportedTokenizer(path: path, part: "pre-tokenizer", type: type)
        }
    }

    // MARK: Post-processors

    /// What comes before and after a text's tokens.
    func template(_ value: JSONValue) throws(TextError) -> (beginning: [Int32], ending: [Int32]) {
        switch try type(value, "post-processor") {
        case "TemplateProcessing":
            var parts: [[Int32]] = [[], []]
            var isAfter = false
            for element in value[given: "single"]?.elements ?? [] {
                if element[given: "Sequence"] != nil {
                    guard !isAfter else { throw fault("the template has the text twice") }
                    isAfter = true
                } else if let name = element[given: "SpecialToken"]?[given: "id"]?.text {
                    guard let numbers = value[given: "special_tokens"]?[name]?[given: "ids"]?.elements else {
                        throw fault("the template does not say what \(name.debugDescription) is")
                    }
                    for number in numbers { parts[isAfter ? 1 : 0].append(try token(number)) }
                } else {
                    throw fault("the template has a part without sense")
                }
            }
            guard isAfter else { throw fault("the template lacks the text") }
            return (parts[0], parts[1])
        case "BertProcessing", "RobertaProcessing":
            guard let ending = value[given: "sep"]?.elements?.last, let beginning = value[given: "cls"]?.elements?.last
            else {
                throw fault("the post-processor lacks cls or sep")
            }
            return ([try token(beginning)], [try token(ending)])
        // Moves offsets only, and changes no token.
        case "ByteLevel": return ([], [])
        case let type: throw .unsupportedTokenizer(path: path, part: "post-processor", type: type)
        }
    }

    private func token(_ value: JSONValue) throws(TextError) -> Int32 {
        guard let number = value.integer, number >= 0, number < Vocabulary.maximumCount else {
            throw fault("a special token has no number")
        }
        return Int32(number)
    }
}
