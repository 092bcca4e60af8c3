// Loci, Apache License 2.0.

import LociWords

/// The language of words as this program can use it.
enum UsableLanguage {
    /// The language, or none where this program was built without the trait for stems: then words are found as they are written.
    static func of(_ language: WordLanguage) throws(WordsError) -> WordLanguage {
        do throws(WordsError) {
            _ = try WordAnalyser(WordAnalysis(language: language))
            return language
        } catch .stemmingNotBuilt {
            return .none
        } catch {
            throw error
        }
    }
}
