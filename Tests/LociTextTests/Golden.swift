// Loci, Apache License 2.0.

import Foundation
import TestSupport

@testable import LociText

/// What Python's libraries make of texts (Golden/make.py).
struct Golden: Decodable {
    let texts: [String]
    /// In units of 1e-7.
    let vectors: [[Int]]
    let tokens: [[Int32]]?

    static let folder = "\(#filePath)".split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/Golden"

    static func read(_ name: String) throws -> Golden {
        try JSONDecoder().decode(Golden.self, from: Data(TestFile.read("\(folder)/\(name)")))
    }

    /// The largest distance between a number of ours and one of theirs, and the text that has it.
    func distance(to ours: [[Float]]) -> (distance: Float, text: String) {
        var worst: (distance: Float, text: String) = (ours.count == vectors.count ? 0 : .infinity, "")
        for (text, (left, right)) in zip(texts, zip(ours, vectors)) {
            guard left.count == right.count else { return (.infinity, text) }
            for (mine, other) in zip(left, right) {
                let distance = abs(mine - Float(Double(other) * 1e-7))
                // A number that is none must not pass.
                if !(distance <= worst.distance) { worst = (distance, text) }
            }
        }
        return worst
    }
}

/// Tokenizers as they lie in files, and the tokens that the library of Python gives.
struct GoldenTokenizers: Decodable {
    struct Entry: Decodable {
        let name: String
        let tokenizer: String
        let plain: [[Int32]]
        let marked: [[Int32]]
    }

    let texts: [String]
    let tokenizers: [Entry]

    static func read() throws -> GoldenTokenizers {
        try JSONDecoder().decode(
            GoldenTokenizers.self, from: Data(TestFile.read("\(Golden.folder)/tokenizers.json")))
    }

    /// The file of a tokenizer.
    func json(_ name: String) throws -> [UInt8] {
        guard let entry = tokenizers.first(where: { $0.name == name }) else {
            throw TestFailure("no tokenizer \(name)")
        }
        return Array(entry.tokenizer.utf8)
    }
}

/// Models that are too large for the tree.
enum InstalledModel {
    /// The folder of a model: what the environment says, or what the user has installed; nil, and a word about it, if neither.
    static func folder(_ name: String, variable: String, test: String = #function) -> String? {
        if let folder = TestSettings.text(variable) { return folder }
        let folder = "\(ModelStore.standard.folder)/\(name)"
        if FileTree.kind(folder) == .folder { return folder }
        print("\(test) is skipped: neither does \(variable) name a folder, nor is there one in \(folder)")
        return nil
    }
}

/// What a call throws.
func thrown<Value>(_ body: () throws(TextError) -> Value) -> TextError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error
    }
}
