// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// What is searched for by its words, and how it is ranked.
struct WordOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Words, +words, -words and \"phrases\", of the field of an index of the kind text; docs/words.md tells more.",
            valueName: "query"))
    var text: String?

    @Option(
        help: ArgumentHelp("The field of --text; by default the only one that has such an index.", valueName: "field"))
    var field: String?

    @Option(
        help: ArgumentHelp(
            "How slowly more of the same word stop to matter, 0 to 100; by default \(BM25.standard.k1).",
            valueName: "K1"))
    var k1: Double?

    @Option(
        help: ArgumentHelp(
            "How much the length of a text counts, 0 to 1; by default \(BM25.standard.b).", valueName: "B"))
    var b: Double?

    /// - Throws: `WordsError.parameterOutOfRange`.
    var ranking: BM25 {
        get throws(WordsError) { try BM25(k1: k1 ?? BM25.standard.k1, b: b ?? BM25.standard.b) }
    }

    func validate() throws {
        if text == nil, field != nil || k1 != nil || b != nil {
            throw ValidationError("--field, --k1 and --b need --text")
        }
        do throws(WordsError) { _ = try ranking } catch { throw ValidationError(error.description) }
    }
}
