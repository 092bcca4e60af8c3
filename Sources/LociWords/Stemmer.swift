// Loci, Apache License 2.0.

#if Stemming
import CStemmer

/// Cuts words down to their stems with libstemmer, which holds the algorithms of the Snowball project (M. F. Porter,
/// "Snowball: a language for stemming algorithms", 2001).
///
/// One thread at a time: libstemmer keeps the last stem in the object.
struct Stemmer: ~Copyable {
    private let handle: OpaquePointer

    /// - Throws: `languageNotInstalled`.
    init(_ language: WordLanguage) throws(WordsError) {
        guard language != .none, let handle = sb_stemmer_new(language.name, "UTF_8") else {
            throw .languageNotInstalled(language: language)
        }
        self.handle = handle
    }

    deinit { sb_stemmer_delete(handle) }

    /// Puts the stem of a word, which is in lower case and composed (NFC), in its place.
    ///
    /// - Throws: `stemmingFailed`.
    borrowing func stem(_ word: inout [UInt8]) throws(WordsError) {
        let count = word.count
        // The limit of tokens is far below that of the library's lengths, which are of 32 bits.
        guard let stem = sb_stemmer_stem(handle, word, Int32(clamping: count)) else {
            throw .stemmingFailed(bytes: count)
        }
        let length = max(0, Int(sb_stemmer_length(handle)))
        word.removeAll(keepingCapacity: true)
        word.append(contentsOf: UnsafeBufferPointer(start: stem, count: length))
    }
}
#else
/// Built without stems: there is no language to make one of.
struct Stemmer: ~Copyable {
    /// - Throws: `stemmingNotBuilt`, always.
    init(_ language: WordLanguage) throws(WordsError) {
        throw .stemmingNotBuilt(language: language)
    }

    /// Never called, since there is no value.
    borrowing func stem(_ word: inout [UInt8]) throws(WordsError) {}
}
#endif
