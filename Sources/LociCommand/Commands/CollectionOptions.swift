// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// What a new collection is made with.
struct CollectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How nearness is measured; by default \(Self.standard.metric).", valueName: "metric"))
    var metric: Choice<Metric>?

    @Option(help: ArgumentHelp("How vectors are coded; by default \(Self.standard.quantization).", valueName: "kind"))
    var quantization: Choice<Quantization>?

    @Option(
        help: ArgumentHelp(
            "The most neighbours that a vector is linked to; by default \(Self.standard.build.maximumDegree).",
            valueName: "R"))
    var degree: Int?

    @Option(
        help: ArgumentHelp(
            "How many candidates are looked at for a vector's neighbours; by default \(Self.standard.build.window).",
            valueName: "L"))
    var buildWindow: Int?

    @Option(
        help: ArgumentHelp(
            "How much longer the kept links may be: 1 or more for l2 and cosine, at most 1 for ip; by default "
                + "\(BuildParameters.standardAlpha(.l2)), and \(BuildParameters.standardAlpha(.ip)) for ip.",
            valueName: "A"))
    var alpha: Float?

    @Option(
        help: ArgumentHelp(
            "Decides the order of insertion, the rotation of codes and all samples; by default "
                + "\(Self.standard.build.seed).", valueName: "S"))
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "How vectors are kept beside their codes, for export, exact search and re-ranking; by default "
                + "\(Self.standard.originals).", valueName: "kind"))
    var originals: Choice<Originals>?

    @Flag(
        help: "Keep the lengths of vectors under cosine: they are given back in them, and vectors of zeros are taken.")
    var keepLengths = false

    private static let standard = CollectionConfiguration()

    /// What is given, and the defaults.
    var configuration: CollectionConfiguration {
        let standard = Self.standard
        return CollectionConfiguration(
            metric: metric?.value ?? standard.metric, quantization: quantization?.value ?? standard.quantization,
            originals: originals?.value ?? standard.originals,
            build: BuildParameters(
                maximumDegree: degree ?? standard.build.maximumDegree, window: buildWindow ?? standard.build.window,
                alpha: alpha, seed: seed ?? standard.build.seed), keepsLengths: keepLengths)
    }

    /// Checks what is given against a collection that exists.
    /// - Throws: `Differs`.
    func check(against existing: CollectionConfiguration, of name: String) throws(Differs) {
        func check<Value: Equatable>(_ option: String, _ given: Value?, _ value: Value) throws(Differs) {
            guard let given, given != value else { return }
            throw Differs(option: option, given: "\(given)", collection: name, value: "\(value)")
        }
        let build = existing.build
        try check("--metric", metric?.value, existing.metric)
        try check("--quantization", quantization?.value, existing.quantization)
        try check("--degree", degree, build.maximumDegree)
        try check("--build-window", buildWindow, build.window)
        try check("--alpha", alpha, build.alpha ?? BuildParameters.standardAlpha(existing.metric))
        try check("--seed", seed, build.seed)
        try check("--originals", originals?.value, existing.originals)
        try check("--keep-lengths", keepLengths ? true : nil, existing.keepsLengths)
    }

    /// An option that a collection was not made with.
    struct Differs: Error, CustomStringConvertible {
        let option: String
        let given: String
        let collection: String
        let value: String

        var description: String {
            "\(option) is \(given), but the collection \"\(collection)\" was made with \(value); leave the option out, or "
                + "use another collection"
        }
    }
}
