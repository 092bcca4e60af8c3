// Loci, Apache License 2.0.

import Loci
import LociJSON
import LociMemory

/// What all points of a map have under one name: a column, as small as a page needs it.
struct PointField {
    /// The values of a field.
    enum Values {
        /// Numbers; NaN where a point has none.
        case numbers([Double])
        /// Different texts, and of each point the place of its own, 0xFFFF_FFFF where it has none.
        case texts([String], places: [UInt32])
    }

    let name: String
    let values: Values

    /// A page has so many fields, those that most points have.
    static let most = 16
    /// Longer texts are cut.
    static let textLimit = 160
    /// The texts of a field are cut shorter where they come to more bytes.
    static let fieldLimit = 4_000_000
    private static let shortTextLimit = 40
    static let missing = UInt32.max

    /// The outermost members of attributes, in the order of their names.
    static func members(of attributes: Attributes) -> [(String, AttributeValue)] {
        guard case .object(let members)? = attributes[] else { return [] }
        return members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) }
    }

    /// What is to be known of a memory's unit.
    static func members(of unit: MemoryUnit) -> [(String, AttributeValue)] {
        var members: [(String, AttributeValue)] = [("text", .string(unit.text)), ("session", .string(unit.session))]
        if let speaker = unit.speaker { members.append(("speaker", .string(speaker))) }
        members.append(("time", .number(unit.time ?? unit.written)))
        if unit.importance != 0.5 { members.append(("importance", .number(unit.importance))) }
        if unit.isPinned { members.append(("pinned", .bool(true))) }
        if unit.archived != nil { members.append(("archived", .bool(true))) }
        return members
    }

    /// The columns of points' members.
    /// - Parameter points: Of each point its members, each name once.
    static func fields(of points: [[(String, AttributeValue)]]) -> [PointField] {
        var counts: [String: Int] = [:]
        // In the order in which they are met, which points of a kind have in common.
        var order: [String] = []
        for (name, value) in points.joined() where value != .null {
            if counts[name] == nil { order.append(name) }
            counts[name, default: 0] += 1
        }
        let kept = Set(
            order.enumerated().sorted {
                (counts[$1.element] ?? 0, $0.offset) < (counts[$0.element] ?? 0, $1.offset)
            }.prefix(most).map(\.element))
        return order.filter(kept.contains).map { name in
            PointField(name: name, values: values(points.map { $0.first { $0.0 == name }?.1 ?? .null }))
        }
    }

    private static func values(_ values: [AttributeValue]) -> Values {
        let numbers = values.map { value -> Double? in
            switch value {
            case .number(let number): number
            case .null: .nan
            default: nil
            }
        }
        if !numbers.contains(nil) { return .numbers(numbers.compactMap { $0 }) }
        let texts = texts(values, limit: textLimit)
        let bytes = texts.different.reduce(0) { $0 + $1.utf8.count }
        let fitting = bytes > fieldLimit ? self.texts(values, limit: shortTextLimit) : texts
        return .texts(fitting.different, places: fitting.places)
    }

    private static func texts(_ values: [AttributeValue], limit: Int) -> (different: [String], places: [UInt32]) {
        var known: [String: UInt32] = [:]
        var different: [String] = []
        let places = values.map { value -> UInt32 in
            guard let text = text(value) else { return missing }
            let cut = text.count > limit ? text.prefix(limit - 1) + "…" : text
            if let place = known[cut] { return place }
            let place = UInt32(different.count)
            known[cut] = place
            different.append(cut)
            return place
        }
        return (different, places)
    }

    /// A value as people read it; nil for null.
    private static func text(_ value: AttributeValue) -> String? {
        switch value {
        case .null: nil
        case .bool(let flag): flag ? "true" : "false"
        case .string(let text): text
        case .number, .list, .object: json(value).line
        }
    }

    private static func json(_ value: AttributeValue) -> JSONValue {
        switch value {
        case .null: .null
        case .bool(let flag): .boolean(flag)
        case .number(let number): .number(number)
        case .string(let text): .string(text)
        case .list(let values): .array(values.map(json))
        case .object(let members):
            .object(
                members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, json($0.value)) })
        }
    }
}
