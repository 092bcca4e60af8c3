// Loci, Apache License 2.0.

import LociAttributes
import LociJSON
import LociMemory

/// The arguments of a call, checked as they are taken. A null is as if not given.
struct Arguments {
    private let value: JSONValue
    /// What stands before the names in messages.
    private let place: String

    /// - Parameter allowed: The names that there are: what is misspelt would be lost in silence.
    /// - Throws: `MCPError.badArgument`.
    init(_ value: JSONValue, allowed: [String], place: String = "") throws(MCPError) {
        (self.value, self.place) = (value, place)
        guard let members = value.members else {
            throw .badArgument(
                name: place.isEmpty ? "arguments" : place, reason: "must be an object, and is \(value.kind)")
        }
        for (name, _) in members where !allowed.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
            throw fault(name, "there is no such argument; there are \(allowed.joined(separator: ", "))")
        }
    }

    func fault(_ name: String, _ reason: String) -> MCPError {
        .badArgument(name: place.isEmpty ? name : "\(place).\(name)", reason: reason)
    }

    private func given(_ name: String) -> JSONValue? {
        guard let value = value[name], !value.isNull else { return nil }
        return value
    }

    private func take<Result>(
        _ name: String, _ expected: String, _ read: (JSONValue) -> Result?
    ) throws(MCPError) -> Result? {
        guard let value = given(name) else { return nil }
        guard let result = read(value) else { throw fault(name, "it must be \(expected), and is \(value.kind)") }
        return result
    }

    func has(_ name: String) -> Bool { given(name) != nil }

    func text(_ name: String) throws(MCPError) -> String? { try take(name, "a string") { $0.text } }

    func requiredText(_ name: String) throws(MCPError) -> String {
        guard let text = try text(name) else { throw fault(name, "it is missing") }
        return text
    }

    func flag(_ name: String) throws(MCPError) -> Bool { try take(name, "true or false") { $0.boolean } ?? false }

    func number(_ name: String) throws(MCPError) -> Double? { try take(name, "a number") { $0.number } }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(MCPError) -> Int? {
        guard let integer = try take(name, "a whole number", { $0.integer }) else { return nil }
        guard range.contains(integer) else {
            throw fault(name, "it is \(integer), and must be from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    /// A time, in seconds since the beginning of 1970.
    func time(_ name: String) throws(MCPError) -> Double? {
        guard let text = try text(name) else { return nil }
        guard let seconds = TimeText.seconds(text) else {
            throw fault(name, "\"\(MCPError.clipped(text))\" is no time; write 2026-05-01T10:00:00Z, or 2026-05-01")
        }
        return seconds
    }

    func kind(_ name: String) throws(MCPError) -> UnitKind? {
        guard let text = try text(name) else { return nil }
        guard let kind = UnitKind(name: text) else {
            let all = UnitKind.allCases.map(\.description).joined(separator: ", ")
            throw fault(name, "there is no kind \"\(MCPError.clipped(text))\"; there are \(all)")
        }
        return kind
    }

    func unit(_ name: String) throws(MCPError) -> UnitID? {
        guard let text = try text(name) else { return nil }
        return try unit(text, name)
    }

    func units(_ name: String) throws(MCPError) -> [UnitID]? {
        guard let texts = try texts(name) else { return nil }
        var units: [UnitID] = []
        for text in texts { units.append(try unit(text, name)) }
        return units
    }

    func texts(_ name: String) throws(MCPError) -> [String]? {
        guard let elements = try take(name, "an array of strings", { $0.elements }) else { return nil }
        guard !elements.isEmpty else { throw fault(name, "it is empty; leave it out, or name something") }
        var texts: [String] = []
        for element in elements {
            guard let text = element.text else {
                throw fault(name, "it must be an array of strings, and has \(element.kind)")
            }
            texts.append(text)
        }
        return texts
    }

    func elements(_ name: String, limit: Int) throws(MCPError) -> [JSONValue]? {
        guard let elements = try take(name, "an array", { $0.elements }) else { return nil }
        guard (1...limit).contains(elements.count) else {
            throw fault(name, "it has \(elements.count) elements, and must have 1 to \(limit)")
        }
        return elements
    }

    func attributes(_ name: String) throws(MCPError) -> Attributes? {
        guard let value = try take(name, "an object", { $0.members == nil ? nil : $0 }) else { return nil }
        do {
            return try Attributes(json: value.line)
        } catch {
            throw fault(name, String("\(error)".prefix { $0 != "\n" }))
        }
    }

    private func unit(_ text: String, _ name: String) throws(MCPError) -> UnitID {
        guard let id = UnitID(text) else {
            throw fault(name, "\"\(MCPError.clipped(text))\" is no unit; units are written as t1.2")
        }
        return id
    }
}
