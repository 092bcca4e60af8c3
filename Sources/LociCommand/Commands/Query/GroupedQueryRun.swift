// Loci, Apache License 2.0.

import Loci
import LociJSON

/// A search for groups of neighbours, and what is printed of it.
struct GroupedQueryRun {
    let collection: Collection
    let grouping: Grouping
    let options: SearchOptions
    let shown: ReportOptions

    func run(_ vector: [Float]) throws {
        let groups = try collection.search(vector, options, by: grouping)
        if shown.json {
            let members: [(String, JSONValue)] = [
                ("group_by", .string(grouping.field)), ("k", .integer(options.k)),
                ("per_group", .integer(grouping.size)),
                (
                    "groups",
                    .array(
                        groups.map { group in
                            .object([("value", Self.json(group.value)), ("neighbors", .neighbors(group.neighbors))])
                        })
                ),
            ]
            return try Console.output.write(JSONValue.object(members).line + "\n")
        }
        guard !groups.isEmpty else { return shown.progress.note("no neighbour has a value in this field") }
        try Console.output.write(table(of: groups))
    }

    private func table(of groups: [NeighborGroup]) -> String {
        var table = TextTable([
            .number("rank"), .text("group", limit: 40), .text("id", limit: 60), .number("distance"),
        ])
        let places = NeighborReport.places(groups.flatMap { $0.neighbors.map(\.distance) })
        for (rank, group) in groups.enumerated() {
            for (place, neighbor) in group.neighbors.enumerated() {
                table.add([
                    place == 0 ? "\(rank + 1)" : "", place == 0 ? Self.text(group.value) : "",
                    neighbor.id.description, Format.decimal(Double(neighbor.distance), places: places),
                ])
            }
        }
        return table.rendered()
    }

    private static func json(_ value: AttributeValue) -> JSONValue {
        switch value {
        case .bool(let bool): .boolean(bool)
        case .number(let number): .number(number)
        case .string(let string): .string(string)
        case .null, .list, .object: .null
        }
    }

    private static func text(_ value: AttributeValue) -> String {
        if case .string(let string) = value { return string }
        return json(value).line
    }
}
