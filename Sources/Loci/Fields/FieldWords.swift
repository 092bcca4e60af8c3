// Loci, Apache License 2.0.

import LociAttributes
import LociWords

/// Makes words of a field of texts. Not to be used by two threads at a time.
final class FieldWords {
    private let analysis: WordAnalysis
    private let reader: FieldTextReader
    /// Made when a text is met: who only drops the index need not have the language.
    private var analyser: WordAnalyser?

    /// - Returns: `nil` for a field of another kind.
    init?(_ field: IndexedField) throws {
        guard let analysis = field.analysis else { return nil }
        self.analysis = analysis
        reader = try FieldTextReader(field.path)
    }

    /// The texts that attributes have in the field.
    func texts(of attributes: RawSpan) -> [String] { reader.texts(of: attributes) }

    /// The words of texts.
    /// - Throws: `WordsError`.
    func words(of texts: [String]) throws(WordsError) -> DocumentWords {
        if texts.isEmpty { return .none }
        if analyser == nil { analyser = try WordAnalyser(analysis) }
        return try analyser?.words(of: texts) ?? .none
    }
}
