// Loci, Apache License 2.0.

import LociAttributes
import LociWords

/// What a namespace says of itself.
struct NamespaceSettings: Equatable {
    /// The version of all records of a namespace.
    static let currentVersion = 1

    /// The model whose vectors it has.
    var model: String
    var dimension: Int
    /// The language of its words.
    let language: WordLanguage
    /// How often the vectors were made anew by another model: part of the names of the collections.
    var generation = 0
    /// The number of the next session.
    var nextSession: UInt32 = 1
    /// How many units do not count any more, or will not after some time: while there are none, no recall need leave any out.
    var hidden = 0
    /// How many links there are between units.
    var edges = 0

    var encoded: [UInt8] {
        get throws {
            try Attributes([
                "version": .number(Double(Self.currentVersion)), "model": .string(model),
                "dimension": .number(Double(dimension)), "language": .number(Double(language.rawValue)),
                "nextSession": .number(Double(nextSession)),
                "generation": .number(Double(generation)), "hidden": .number(Double(hidden)),
                "edges": .number(Double(edges)),
            ]).utf8
        }
    }

    init(model: String, dimension: Int, language: WordLanguage) {
        (self.model, self.dimension, self.language) = (model, dimension, language)
    }

    /// - Throws: `MemoryError.corrupt`.
    init(decoding bytes: [UInt8]) throws {
        guard let attributes = try? Attributes(validating: bytes), case .number(let version)? = attributes["version"],
            case .string(let model)? = attributes["model"], case .number(let dimension)? = attributes["dimension"],
            case .number(let nextSession)? = attributes["nextSession"],
            case .number(let hidden)? = attributes["hidden"],
            case .number(let edges)? = attributes["edges"],
            case .number(let generation)? = attributes["generation"],
            case .number(let code)? = attributes["language"],
            let language = UInt8(exactly: code).flatMap({ WordLanguage(rawValue: $0) }),
            let next = UInt32(exactly: nextSession), let dimension = Int(exactly: dimension),
            let hidden = Int(exactly: hidden), let edges = Int(exactly: edges),
            let generation = Int(exactly: generation)
        else { throw MemoryError.corrupt("the settings of the namespace cannot be read") }
        guard Int(exactly: version) == Self.currentVersion else {
            throw MemoryError.corrupt(
                "the namespace is of version \(version), and this program knows \(Self.currentVersion); use a newer one"
            )
        }
        self.init(model: model, dimension: dimension, language: language)
        (self.nextSession, self.hidden, self.edges, self.generation) = (next, hidden, edges, generation)
    }
}
