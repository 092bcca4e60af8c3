// Loci, Apache License 2.0.

/// The granularity of a memory unit.
public enum UnitKind: UInt8, Sendable, CaseIterable, CustomStringConvertible {
    /// What one said.
    case turn = 1
    /// All turns that belong together, as one text.
    case session = 2
    /// Some turns in a row.
    case block = 3
    /// What turns come down to.
    case summary = 4
    /// The words that matter in them.
    case keyword = 5
    /// A question that they answer, with the answer.
    case questionAnswer = 6

    /// The name, as it is written in files and on the command line.
    public var description: String {
        switch self {
        case .turn: "turn"
        case .session: "session"
        case .block: "block"
        case .summary: "summary"
        case .keyword: "keyword"
        case .questionAnswer: "qa"
        }
    }

    /// The kind of a name.
    public init?(name: String) {
        guard let kind = Self.allCases.first(where: { $0.description == name }) else { return nil }
        self = kind
    }

    /// The letter that identifiers begin with.
    var letter: UInt8 {
        switch self {
        case .turn: UInt8(ascii: "t")
        case .session: UInt8(ascii: "s")
        case .block: UInt8(ascii: "b")
        case .summary: UInt8(ascii: "m")
        case .keyword: UInt8(ascii: "k")
        case .questionAnswer: UInt8(ascii: "q")
        }
    }
}
