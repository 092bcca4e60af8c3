// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON

/// A field and the kind of its index, as they are given: `year:number`, `gloss:text`, `gloss:text:english`.
struct IndexOption: CustomStringConvertible {
    let path: String
    let kind: FieldKind
    /// Of the words; of texts alone.
    let language: WordLanguage

    /// - Throws: `ValidationError`.
    init(parsing argument: String) throws {
        // A key in quotation marks may have a colon in it, so what follows the path is taken from the end.
        var parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        let last = String(parts.removeLast())
        if let kind = FieldKind(rawValue: last) {
            self.kind = kind
            language = .none
        } else if parts.last == "text" {
            parts.removeLast()
            guard let language = WordLanguage(name: last) else {
                throw ValidationError(
                    "no language is called '\(last)': \(WordLanguage.allCases.map(\.name).joined(separator: ", "))")
            }
            kind = .text
            self.language = language
        } else {
            throw ValidationError("give field:kind, with one of the kinds \(Self.kinds)")
        }
        path = parts.joined(separator: ":")
        guard !path.isEmpty else { throw ValidationError("give field:kind, with a field") }
    }

    var description: String {
        "\(path):\(kind.rawValue)" + (language == .none ? "" : ":\(language.name)")
    }

    /// The kinds, to be shown in help.
    static var kinds: String { FieldKind.allCases.map(\.rawValue).joined(separator: ", ") + ", text:LANGUAGE" }

    /// Makes the index.
    func create(in collection: WritableCollection) throws {
        if kind == .text {
            try collection.createIndex(path, words: WordAnalysis(language: language))
        } else {
            try collection.createIndex(path, kind)
        }
    }

    /// Whether an index is what this one would be.
    func isLike(_ index: FieldIndex) -> Bool {
        kind == index.kind && language == index.text?.analysis.language ?? .none
    }
}

extension FieldIndex {
    /// The index as it is given on the command line.
    var option: String {
        let language = text?.analysis.language ?? .none
        return "\(path):\(kind.rawValue)" + (language == .none ? "" : ":\(language.name)")
    }

    /// The kind, and the language of texts: `text, english`.
    var kindDescription: String {
        guard let text, text.analysis.language != .none else { return kind.rawValue }
        return "\(kind.rawValue), \(text.analysis.language.name)"
    }

    /// The members of a JSON object.
    var members: [(String, JSONValue)] {
        var members: [(String, JSONValue)] = [
            ("field", .string(path)), ("kind", .string(kind.rawValue)), ("rows", .integer(rows)),
        ]
        if let text {
            members += [
                ("language", .string(text.analysis.language.name)),
                ("keeps_diacritics", .boolean(text.analysis.keepsDiacritics)), ("documents", .integer(text.documents)),
                ("words", .integer(text.words)),
            ]
        }
        return members
    }
}
