// Loci, Apache License 2.0.

import ArgumentParser
import Loci

extension QueryCommand {
    func validate() throws {
        guard queries == nil || vector == nil, queries != nil || vector != nil || words.text != nil else {
            throw ValidationError("give either --queries, --vector or --text")
        }
        try validateWords()
        try validateGroups()
        if row != nil, queries == nil { throw ValidationError("--row needs --queries") }
        if within?.isNaN == true { throw ValidationError("--within takes a number") }
        if within != nil, groundTruth != nil {
            throw ValidationError("--ground-truth counts the nearest K: leave --within out")
        }
        if explain, vector == nil && row == nil || offset > 0 {
            throw ValidationError("--explain needs one vector, by --vector or --row, and no --offset")
        }
        if maxsim, queries == nil || row != nil || offset > 0 || groundTruth != nil || threads.count != nil || explain {
            throw ValidationError(
                "--maxsim needs --queries, and none of --row, --offset, --ground-truth, --threads and --explain")
        }
        if filter != nil, groundTruth != nil {
            throw ValidationError("--ground-truth is of all vectors: leave --filter out")
        }
        try Allowed.check("--offset", offset, in: 0...SearchOptions.limit)
        if offset > 0, groundTruth != nil || threads.count != nil {
            throw ValidationError(
                "with --offset queries are answered one by one, and not counted: leave "
                    + "--ground-truth and --threads out")
        }
        if groundTruth != nil, queries == nil || row != nil {
            throw ValidationError("--ground-truth needs --queries without --row")
        }
        if recall != nil, window != nil || exact {
            throw ValidationError("give only one of --window, --recall and --exact")
        }
        try Allowed.check(recall: recall)
        try Allowed.check("--k", k, in: SearchLimits.k)
        try Allowed.check("--window", window, in: SearchLimits.window)
        if try target.server != nil { try validateForServer() }
    }

    private func validateWords() throws {
        let given = given
        guard words.text != nil else {
            if fusion.hybrid != nil { throw ValidationError("--hybrid needs --text") }
            return
        }
        if fusion.hybrid == nil {
            guard vector == nil, queries == nil else {
                throw ValidationError("a vector and --text make one search with --hybrid: give it, or leave one out")
            }
            if let option = given.first { throw ValidationError("\(option) is for vectors: leave it out with --text") }
            return
        }
        guard vector != nil || row != nil else {
            throw ValidationError("--hybrid needs one vector, by --vector or --row")
        }
        let useful: Set = ["--row", "--offset", "--window", "--recall", "--exact"]
        if let option = given.first(where: { !useful.contains($0) }) {
            throw ValidationError("--hybrid has no use for \(option): leave it out")
        }
    }

    private func validateGroups() throws {
        guard grouping.grouping != nil else { return }
        guard vector != nil || row != nil, words.text == nil else {
            throw ValidationError("--group-by needs one vector, by --vector or --row, and no --text")
        }
        let useful: Set = ["--row", "--within", "--window", "--recall", "--exact", "--group-by"]
        if let option = given.first(where: { !useful.contains($0) }) {
            throw ValidationError("--group-by has no use for \(option): leave it out")
        }
    }

    /// Which options were given of those that not all kinds of queries have a use for.
    var given: [String] {
        [
            ("--row", row != nil), ("--offset", offset != 0), ("--within", within != nil), ("--window", window != nil),
            ("--recall", recall != nil), ("--explain", explain), ("--threads", threads.count != nil),
            ("--exact", exact), ("--ground-truth", groundTruth != nil), ("--output", output != nil),
            ("--maxsim", maxsim), ("--group-by", grouping.grouping != nil),
        ].filter(\.1).map(\.0)
    }
}
