// Loci, Apache License 2.0.

import LociJSON

/// Parts of JSON Schemas.
enum Schema {
    static func text(_ description: String) -> JSONValue { value("string", description) }

    static func flag(_ description: String) -> JSONValue { value("boolean", description) }

    static func choice(_ values: [String], _ description: String) -> JSONValue {
        value("string", description, [("enum", .strings(values))])
    }

    static func integer(_ range: ClosedRange<Int>, standard: Int? = nil, _ description: String) -> JSONValue {
        value(
            "integer", description,
            [("minimum", .integer(range.lowerBound)), ("maximum", .integer(range.upperBound))]
                + (standard.map { [("default", .integer($0))] } ?? []))
    }

    static func fraction(standard: Double? = nil, _ description: String) -> JSONValue {
        value(
            "number", description,
            [("minimum", 0), ("maximum", 1)] + (standard.map { [("default", .number($0))] } ?? []))
    }

    /// A time, whose form is not left to guesses.
    static func time(_ description: String) -> JSONValue {
        text(description + " Written as 2026-05-01T10:00:00Z, as the date 2026-05-01, or as seconds since 1970.")
    }

    static func unit(_ description: String) -> JSONValue {
        value("string", description, [("pattern", .string(unitPattern))])
    }

    static func units(_ description: String) -> JSONValue {
        value(
            "array", description,
            [("items", .object([("type", "string"), ("pattern", .string(unitPattern))])), ("minItems", 1)])
    }

    static func list(_ items: JSONValue, _ description: String, limit: Int? = nil) -> JSONValue {
        value(
            "array", description,
            [("items", items), ("minItems", 1)] + (limit.map { [("maxItems", .integer($0))] } ?? []))
    }

    /// An object of any members.
    static func open(_ description: String) -> JSONValue { value("object", description) }

    /// An object of these members and no others.
    static func object(_ properties: [(String, JSONValue)], required: [String] = []) -> JSONValue {
        var members: [(String, JSONValue)] = [("type", "object"), ("properties", .object(properties))]
        if !required.isEmpty { members.append(("required", .strings(required))) }
        members.append(("additionalProperties", false))
        return .object(members)
    }

    /// What a tool gives: always the namespace, and there may be more in a later version.
    static func result(_ properties: [(String, JSONValue)]) -> JSONValue {
        .object([
            ("type", "object"), ("properties", .object([(Tools.namespace, plain("string"))] + properties)),
            ("required", [.string(Tools.namespace)]),
        ])
    }

    /// An array of objects of which these members are always there.
    static func objects(_ required: [(String, String)]) -> JSONValue {
        .object([
            ("type", "array"),
            (
                "items",
                .object([
                    ("type", "object"),
                    ("properties", .object(required.map { ($0, .object([("type", .string($1))])) })),
                    ("required", .strings(required.map(\.0))),
                ])
            ),
        ])
    }

    static func plain(_ type: String) -> JSONValue { .object([("type", .string(type))]) }

    /// As units are written: `t12.34`.
    private static let unitPattern = "^[tsbmkq][1-9][0-9]*\\.[1-9][0-9]*$"

    private static func value(
        _ type: String, _ description: String, _ more: [(String, JSONValue)] = []
    ) -> JSONValue {
        .object([("type", .string(type)), ("description", .string(description))] + more)
    }
}
