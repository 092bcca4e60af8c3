// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// How neighbours are put together.
struct GroupingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Put neighbours together that have the same value in a field of their attributes, and give the nearest K groups.",
            valueName: "field"))
    var groupBy: String?

    @Option(help: ArgumentHelp("The most neighbours of a group, by default 1.", valueName: "N"))
    var perGroup: Int?

    var grouping: Grouping? { groupBy.map { Grouping(by: $0, size: perGroup ?? 1) } }

    func validate() throws {
        if perGroup != nil, groupBy == nil { throw ValidationError("--per-group needs --group-by") }
        try Allowed.check("--per-group", perGroup, in: 1...Grouping.limit)
    }
}
