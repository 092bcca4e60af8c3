// Loci, Apache License 2.0.

import LociJSON
import TestSupport
import Testing

@testable import LociText

@Suite struct TokenizerTests {
    @Test func tokensAreThoseOfTheLibraryOfPython() throws {
        let golden = try GoldenTokenizers.read()
        let folder = try TemporaryFolder()
        #expect(golden.tokenizers.count == 4)
        for entry in golden.tokenizers {
            let tokenizer = try ModelTokenizer.read(folder.write("\(entry.name).json", text: entry.tokenizer))
            for (index, text) in golden.texts.enumerated() {
                #expect(tokenizer.tokens(text) == entry.plain[index], "\(entry.name): \(text.debugDescription)")
                #expect(
                    tokenizer.tokens(text, limit: .max) == entry.marked[index],
                    "\(entry.name): \(text.debugDescription)")
            }
        }
    }

    @Test func textsAreCutBeforeTheEndingMark() throws {
        let folder = try TemporaryFolder()
        let tokenizer = try ModelTokenizer.read(
            folder.write("tokenizer.json", GoldenTokenizers.read().json("bert-uncased")))
        let all = tokenizer.tokens("one two three four five six", limit: .max)
        let cut = tokenizer.tokens("one two three four five six", limit: 6)
        #expect(cut.count == 6)
        #expect(Array(cut.prefix(5)) == Array(all.prefix(5)))
        #expect(cut.last == all.last)
    }

    @Test func vocabularyOfLinesGivesTheTokensOfTheJSONFile() throws {
        let golden = try GoldenTokenizers.read()
        let folder = try TemporaryFolder()
        let path = try folder.write("tokenizer.json", golden.json("bert-uncased"))
        let whole = try ModelTokenizer.read(path)
        let model = try #require(try JSONValue.read(path)[given: "model"]?["vocab"])
        guard case .object(let members) = model else { throw TestFailure("no vocabulary") }
        let lines = members.sorted { $0.1.integer ?? 0 < $1.1.integer ?? 0 }.map(\.0)
        for separator in ["\n", "\r\n"] {
            let tokenizer = try ModelTokenizer.read(
                folder.write("vocab.txt", text: lines.joined(separator: separator) + separator))
            for text in golden.texts {
                #expect(tokenizer.tokens(text, limit: .max) == whole.tokens(text, limit: .max), "\(text)")
            }
        }
        let short = try folder.write("vocab.txt", text: "[UNK]\nword\n")
        #expect(thrown { () throws(TextError) in try ModelTokenizer.read(short) }?.isBadTokenizer == true)
    }

    @Test func partsThatAreNotReadAreNamed() throws {
        let folder = try TemporaryFolder()
        func error(_ json: String) throws -> TextError? {
            let path = try folder.write("tokenizer.json", text: json)
            return thrown { () throws(TextError) in try ModelTokenizer.read(path) }
        }
        let path = folder.file("tokenizer.json")
        #expect(
            try error(#"{"model": {"type": "Unigram", "vocab": [["a", 0.0]], "unk_id": 0}}"#)
                == .unsupportedTokenizer(path: path, part: "model", type: "Unigram"))
        let model = #""model": {"type": "WordPiece", "vocab": {"[UNK]": 0, "a": 1}, "unk_token": "[UNK]"}"#
        #expect(try error("{\(model)}") == nil)
        #expect(
            try error(#"{"pre_tokenizer": {"type": "ByteLevel"}, \#(model)}"#)
                == .unsupportedTokenizer(path: path, part: "pre-tokenizer", type: "ByteLevel"))
        #expect(
            try error(#"{"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}]}, \#(model)}"#)
                == .unsupportedTokenizer(path: path, part: "normalizer", type: "NFKC"))
        #expect(
            try error(#"{"normalizer": {"type": "Replace", "pattern": {"Regex": "a"}, "content": ""}, \#(model)}"#)?
                .isUnsupportedTokenizer == true)
        #expect(
            try error(#"{"post_processor": {"type": "Sequence"}, \#(model)}"#)
                == .unsupportedTokenizer(path: path, part: "post-processor", type: "Sequence"))
    }

    @Test func contradictionsAreRefused() throws {
        let folder = try TemporaryFolder()
        let texts = [
            "{}",
            #"{"model": {"type": "BPE"}}"#,
            #"{"model": {"type": "BPE", "vocab": {}, "merges": []}}"#,
            #"{"model": {"type": "BPE", "vocab": {"a": 0}}}"#,
            #"{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]}}"#,
            #"{"model": {"type": "BPE", "vocab": {"a": 0, "aa": 1}, "merges": ["a"]}}"#,
            #"{"model": {"type": "BPE", "vocab": {"a": 0, "aa": 1}, "merges": [["a", "a", "a"]]}}"#,
            #"{"model": {"type": "BPE", "vocab": {"a": 0, "a": 1}, "merges": []}}"#,
            #"{"model": {"type": "BPE", "vocab": {"a": 99999999}, "merges": []}}"#,
            #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "unk_token": "u"}}"#,
            #"{"model": {"type": "WordPiece", "vocab": {"a": 0}}}"#,
            #"{"model": {"type": "WordPiece", "vocab": {"[UNK]": 0}, "max_input_chars_per_word": 0}}"#,
            #"{"added_tokens": [{"id": -1, "content": "x"}], "model": {"type": "WordPiece", "vocab": {"[UNK]": 0}}}"#,
        ]
        for text in texts {
            let path = try folder.write("tokenizer.json", text: text)
            #expect(thrown { () throws(TextError) in try ModelTokenizer.read(path) }?.isBadTokenizer == true, "\(text)")
        }
        let missing = folder.file("none.json")
        #expect(
            thrown { () throws(TextError) in try ModelTokenizer.read(missing) }
                == .cannotRead(path: missing, reason: "there is no such file"))
    }

    @Test func damagedFilesAreErrorsOrTokenizers() throws {
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        let golden = try GoldenTokenizers.read()
        // Short, so that much of it is structure.
        let bytes = Array(
            #"{"added_tokens":[{"id":1,"content":"<s>"}],"normalizer":{"type":"Prepend","prepend":"▁"},"model":{"type":"BPE","unk_token":"u","byte_fallback":true,"vocab":{"u":0,"<s>":1,"a":2,"b":3,"ab":4},"merges":["a b"]}}"#
                .utf8)
        for round in 0..<TestSettings.iterations(600) {
            var damaged = bytes
            if round < bytes.count {
                damaged.removeSubrange(round...)
            } else {
                for _ in 0...generator.below(3) {
                    damaged[generator.below(damaged.count)] = UInt8(truncatingIfNeeded: generator.next())
                }
            }
            let path = try folder.write("tokenizer.json", damaged)
            if let tokenizer = try? ModelTokenizer.read(path) {
                let text = golden.texts[generator.below(golden.texts.count)]
                #expect(tokenizer.tokens(text).allSatisfy { $0 >= 0 && $0 <= tokenizer.maximumToken })
            }
        }
    }
}

extension TextError {
    var isBadTokenizer: Bool {
        if case .badTokenizer = self { return true }
        return false
    }

    var isUnsupportedTokenizer: Bool {
        if case .unsupportedTokenizer = self { return true }
        return false
    }
}
