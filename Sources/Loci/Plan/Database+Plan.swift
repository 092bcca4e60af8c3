// Loci, Apache License 2.0.

public import LociIndex

extension Database {
    /// Chooses the quantization and the degree of a collection that is to be built, by measuring them on a sample.
    ///
    /// ```swift
    /// let plan = try Database.planBuild(BuildGoal(recall: 0.95, maximumBytesPerVector: 600), from: vectors)
    /// print(plan)  // lvq4x4 with degree 24: 412 bytes a vector of 600 allowed; …
    /// let photos = try database.buildCollection("photos", plan.configuration, from: vectors, tuning: plan.tuning)
    /// ```
    ///
    /// Rows are drawn by the seed of `configuration.build`, some to be searched and others to be searched for. For each
    /// degree a graph is built on them, and each quantization is searched with some windows. ``BuildPlan`` says how the
    /// choice is made. The same vectors, options and seed give the same plan on any number of threads. No database is
    /// needed, and nothing is written.
    ///
    /// With a recall, the plan has a tuning: the windows that should reach it and other recalls among all vectors. That is an
    /// estimate. Where there are real queries, tune the collection with them once it is built.
    /// - Parameters:
    ///   - goal: A recall, a number of bytes a vector, or both.
    ///   - configuration: What is not chosen: metric, originals, window, alpha and seed. Its quantization and degree are not
    ///     looked at; to fix one of them, give it in `options` alone.
    ///   - source: The vectors, at least two.
    ///   - identifiers: One for each vector, all different; `nil` for the rows' numbers. They count among the bytes.
    ///   - vectorCounts: How many vectors each row has, from 1 to 256, which come one after another; `nil` for one. There is then
    ///     one identifier for each row.
    ///   - options: What to choose from, and the size of the sample.
    ///   - threads: How many; `nil` for one a processor. The plan does not depend on it.
    ///   - observer: Is told of the progress, and may stop the planning.
    /// - Returns: The configuration to build with, and all that was measured.
    /// - Throws: `LociError.goalNotReached` when nothing reaches the goal, with what could be reached and what it would take;
    ///   `IndexError` for a goal, an option or vectors that cannot be used; `LociError` for identifiers; what the source
    ///   throws.
    /// - Complexity: That of a build of the sample for each degree; reads the sample's rows once.
    public static func planBuild(
        _ goal: BuildGoal, _ configuration: CollectionConfiguration = CollectionConfiguration(),
        from source: some VectorSource, identifiers: [VectorID]? = nil, vectorCounts: [Int]? = nil,
        options: PlanOptions = PlanOptions(), threads: Int? = nil, observer: some PlanObserver = SilentObserver()
    ) throws -> BuildPlan {
        try goal.validate()
        try options.validate()
        let threads = max(1, threads ?? Parallel.processorCount)
        let identifiers = try BuildIdentifiers(rows: identifiers, vectorCounts: vectorCounts, count: source.count)
        let planned = PlanCandidates(
            configuration: configuration, count: source.count, dimension: source.dimension,
            identifiers: identifiers)
        // The most that any of them can store: one that stores less is left out where that is passed.
        let limits = options.quantizations.map { planned.configuration($0, 0).componentLimit }
        let sample = try PlanSample(
            of: source, configuration: configuration, componentLimit: limits.max() ?? 0, k: goal.k, options: options,
            threads: threads, observer: observer)
        var fitting = options
        fitting.quantizations = options.quantizations.filter {
            sample.largestMagnitude <= planned.configuration($0, 0).componentLimit
        }
        var candidates = try LociError.mapped { try planned.all(fitting) }
        var measurement = try PlanMeasurement(
            goal: goal, sample: sample, planned: planned,
            isRotated: fitting.quantizations.contains(where: \.isRotated), threads: threads, observer: observer)
        func chooser() -> PlanChoice {
            PlanChoice(
                goal: goal, candidates: candidates, neighbours: sample.queries.count * sample.k,
                isScanned: planned.isScanned)
        }
        func measure(_ places: [Int]) throws {
            for (place, measured) in zip(places, try measurement.measure(places.map { candidates[$0] })) {
                candidates[place] = measured
            }
        }
        let isAffordable = candidates.map { chooser().isAffordable($0) }
        try measure(candidates.indices.filter { isAffordable[$0] })
        guard let choice = chooser().choice() else {
            // What it would take is only looked for when it must be said.
            if goal.recall != nil { try measure(candidates.indices.filter { !isAffordable[$0] }) }
            throw LociError.goalNotReached(chooser().shortfall)
        }
        let chosen = choice.measured.candidate
        return BuildPlan(
            goal: goal, configuration: planned.configuration(chosen.quantization, chosen.degree), choice: choice,
            candidates: candidates, count: source.count, sampleCount: sample.base.count,
            queries: sample.queries.count, k: sample.k, isScanned: planned.isScanned)
    }
}
