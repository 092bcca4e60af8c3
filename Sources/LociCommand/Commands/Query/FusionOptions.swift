// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// How the rankings by a vector and by words become one.
enum FusionMethod: String, CaseIterable, ExpressibleByArgument {
    case rrf, weighted
}

/// A search by a vector and by words.
struct FusionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Rank by the vector and by --text: rrf, by the places in both rankings, or weighted, by the scores in both.",
            valueName: "method"))
    var hybrid: FusionMethod?

    @Option(
        help: ArgumentHelp(
            "What the vector and the words count with --hybrid weighted, by default \"1 1\".", valueName: "numbers"))
    var weights: VectorArgument?

    @Option(
        help: ArgumentHelp(
            "How many of each ranking are fused, by default \(HybridOptions.standardDepth).", valueName: "N"))
    var depth: Int?

    /// - Throws: `WordsError.parameterOutOfRange`, when it is used.
    var fusion: RankFusion {
        get throws {
            guard hybrid == .weighted else { return .standard }
            guard let weights else { return .weighted(first: 1, second: 1) }
            return .weighted(first: Double(weights.values[0]), second: Double(weights.values[1]))
        }
    }

    func validate() throws {
        if weights != nil, hybrid != .weighted { throw ValidationError("--weights needs --hybrid weighted") }
        if let weights {
            let (values, limit) = (weights.values, Float(RankFusion.maximumWeight))
            guard values.count == 2, values.allSatisfy({ $0 >= 0 && $0 <= limit }), values.contains(where: { $0 > 0 })
            else {
                throw ValidationError(
                    "--weights takes two numbers from 0 to \(RankFusion.maximumWeight), one of them above 0")
            }
        }
        if depth != nil, hybrid == nil { throw ValidationError("--depth needs --hybrid") }
        try Allowed.check("--depth", depth, in: SearchLimits.k)
    }
}
