// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// A field and the kind of its index, as they are given: `year:number`.
struct IndexOption: ExpressibleByArgument {
    let path: String
    let kind: FieldKind

    init?(argument: String) {
        // A key in quotation marks may have a colon in it.
        guard let colon = argument.lastIndex(of: ":"),
            let kind = FieldKind(rawValue: String(argument[argument.index(after: colon)...]))
        else { return nil }
        path = String(argument[..<colon])
        self.kind = kind
        guard !path.isEmpty else { return nil }
    }

    var defaultValueDescription: String { "\(path):\(kind.rawValue)" }

    /// The kinds, to be shown in help.
    static var kinds: String { FieldKind.allCases.map(\.rawValue).joined(separator: ", ") }
}

extension FieldIndex {
    /// The members of a JSON object.
    var members: [(String, JSONValue)] {
        [("field", .string(path)), ("kind", .string(kind.rawValue)), ("rows", .integer(rows))]
    }
}
