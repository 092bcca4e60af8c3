// Loci, Apache License 2.0.

import LociAttributes

/// Turns of a session that a derived unit is made of.
struct DerivedSource {
    /// The most bytes of the texts of a part: some 15,000 tokens, which models can read at once.
    private static let maximumBytes = 65_536

    let turns: [MemoryUnit]

    /// Tells whether the turns, or what they say, have changed: the hash of their identifiers and texts, which the derived unit keeps.
    var fingerprint: String { String(Self.hash(of: turns), radix: 16) }

    private static func hash(of turns: [MemoryUnit]) -> UInt64 {
        var bytes: [UInt8] = []
        for turn in turns {
            bytes += turn.id.bytes
            bytes += Array(turn.spokenText.utf8) + [0]
        }
        return TextHash.hash(bytes)
    }

    /// When they happened: the time of the first that has one.
    var time: Double? { turns.lazy.compactMap(\.time).first }

    /// When what is made of them is forgotten: as soon as one of them is.
    var expires: Double? { turns.compactMap(\.expires).min() }

    /// Turns in parts of up to so many, each of up to 64 KiB, but of one turn at least.
    static func parts(of turns: [MemoryUnit], count: Int) -> [DerivedSource] {
        var parts: [DerivedSource] = []
        var (part, bytes): ([MemoryUnit], Int) = ([], 0)
        for turn in turns {
            let size = turn.spokenText.utf8.count + 1
            if !part.isEmpty, part.count == count || bytes + size > maximumBytes {
                parts.append(DerivedSource(turns: part))
                (part, bytes) = ([], 0)
            }
            part.append(turn)
            bytes += size
        }
        if !part.isEmpty { parts.append(DerivedSource(turns: part)) }
        return parts
    }
}

/// The key of a derived unit: `derived/<kind>/<session number>/<n>`.
///
/// Of questions there are several for a part: those of part p have the numbers from 100 · (p − 1) + 1 on.
struct DerivedKey {
    static let questionsPerPart = 100

    let kind: UnitKind
    let session: UInt32

    private var prefix: String { "derived/\(kind)/\(session)/" }

    func key(_ number: Int) -> String { prefix + "\(number)" }

    /// The number of a key; nil if it is none of these.
    func number(_ key: String) -> Int? {
        guard key.hasPrefix(prefix), let number = Int(key.dropFirst(prefix.count)), self.key(number) == key else {
            return nil
        }
        return number
    }

    /// The numbers that belong to a part, which is counted from 0.
    func numbers(ofPart part: Int) -> ClosedRange<Int> {
        let each = kind == .questionAnswer ? Self.questionsPerPart : 1
        return part * each + 1...(part + 1) * each
    }
}

extension MemoryUnit {
    /// Where a derived unit keeps the fingerprint of what it was made of.
    static let sourceField = "source"

    /// The fingerprint of what it was made of; nil if it does not say so.
    var source: String? {
        if case .string(let source)? = metadata?[Self.sourceField] { source } else { nil }
    }
}
