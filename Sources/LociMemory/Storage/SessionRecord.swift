// Loci, Apache License 2.0.

import LociAttributes

/// What a namespace knows of one of its sessions.
struct SessionRecord: Equatable {
    /// The caller's name.
    let name: String
    /// How many units of each kind it ever had, by the kind's name.
    var counts: [UnitKind: UInt32] = [:]
    /// How many of its turns are part of its text, and the last part of that.
    var textTurns: UInt32 = 0
    var textPart: UInt32 = 0
    /// The first and the last time of a turn.
    var (first, last): (Double?, Double?)

    init(name: String) { self.name = name }

    /// The next place of a unit of a kind, which is taken by this.
    mutating func take(_ kind: UnitKind) -> UInt32 {
        let ordinal = counts[kind, default: 0] + 1
        counts[kind] = ordinal
        return ordinal
    }

    /// Counts the time of a turn.
    mutating func note(_ time: Double?) {
        guard let time else { return }
        first = min(first ?? time, time)
        last = max(last ?? time, time)
    }

    var encoded: [UInt8] {
        get throws {
            var members: [String: AttributeValue] = ["name": .string(name)]
            for (kind, count) in counts { members["\(kind)s"] = .number(Double(count)) }
            members["first"] = first.map { .number($0) }
            members["last"] = last.map { .number($0) }
            members["textTurns"] = .number(Double(textTurns))
            members["textPart"] = .number(Double(textPart))
            return try Attributes(members).utf8
        }
    }

    /// - Throws: `MemoryError.corrupt`.
    init(decoding bytes: [UInt8], number: UInt32) throws {
        guard let attributes = try? Attributes(validating: bytes), case .string(let name)? = attributes["name"] else {
            throw MemoryError.corrupt("the record of session \(number) cannot be read")
        }
        func value(_ key: String) -> Double? {
            if case .number(let value)? = attributes[key] { value } else { nil }
        }
        func count(_ key: String) throws(MemoryError) -> UInt32? {
            guard let value = value(key) else { return nil }
            guard let count = UInt32(exactly: value) else {
                throw .corrupt("the record of session \(number) has \(value) for \(key)")
            }
            return count
        }
        self.init(name: name)
        for kind in UnitKind.allCases {
            if let count = try count("\(kind)s") { counts[kind] = count }
        }
        (first, last) = (value("first"), value("last"))
        textTurns = try count("textTurns") ?? 0
        textPart = try count("textPart") ?? 0
    }
}
