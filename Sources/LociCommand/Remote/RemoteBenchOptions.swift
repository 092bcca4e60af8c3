// Loci, Apache License 2.0.

import ArgumentParser

/// What load a server is put under.
struct RemoteBenchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Of a server: over how many connections, between commas; by default 1.", valueName: "N,N,…"))
    var connections: NumbersArgument?

    @Option(
        help: ArgumentHelp(
            "Of a server: how many queries of a connection may be without a reply, between commas; by default 1.",
            valueName: "N,N,…"))
    var pipeline: NumbersArgument?

    @Option(
        help: ArgumentHelp("Of a server: how long each measurement takes; by default 2 seconds.", valueName: "S"))
    var seconds: Double?

    @Option(
        help: ArgumentHelp(
            "Of a server: send this many queries a second, whether or not it keeps up, instead of one for each reply.",
            valueName: "N"))
    var rate: Double?

    @Option(
        help: ArgumentHelp(
            "Of a server: the identifiers of the rows that the ground truth names, one a line; by default their numbers.",
            valueName: "file"),
        completion: .file())
    var ids: String?

    /// Which were given.
    var given: [String] {
        [
            ("--connections", connections != nil), ("--pipeline", pipeline != nil), ("--seconds", seconds != nil),
            ("--rate", rate != nil), ("--ids", ids != nil),
        ].filter(\.1).map(\.0)
    }

    func validate() throws {
        for count in connections?.values ?? [] { try Allowed.check("--connections", count, in: 1...10_000) }
        for depth in pipeline?.values ?? [] { try Allowed.check("--pipeline", depth, in: 1...10_000) }
        if let seconds, !(seconds >= 0.01 && seconds <= 3_600) {
            throw ValidationError("--seconds is \(seconds); it must be from 0.01 to 3600")
        }
        if let rate, !(rate >= 0.1 && rate <= 1e7) {
            throw ValidationError("--rate is \(rate); it must be from 0.1 to 10000000")
        }
    }
}
