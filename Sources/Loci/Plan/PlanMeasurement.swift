// Loci, Apache License 2.0.

import LociIndex

/// Measures candidates on a sample, and keeps the graphs for those that come later.
///
/// A graph is built once for each degree, on 8-bit vectors as that of a collection is (`BuildVectors`), so quantizations
/// share it. The sample is in memory, and nothing is written.
struct PlanMeasurement<Observer: PlanObserver> {
    private let sample: PlanSample
    private let planned: PlanCandidates
    private let goal: BuildGoal
    private let growth: SampleGrowth
    private let graphSpace: VectorSpace
    private let threads: Int
    private let observer: Observer
    private var graphs: [Int: GraphBuilder.Graph] = [:]

    /// The largest window that is tried on a sample; what it misses, the codes are taken to miss.
    private static var largestWindow: Int { 256 }
    /// The smallest window that is tried first.
    private static var smallestWindow: Int { 4 }

    /// - Parameter isRotated: Whether graphs are built in a rotated space, as those of 4-bit quantizations are.
    init(
        goal: BuildGoal, sample: PlanSample, planned: PlanCandidates, isRotated: Bool, threads: Int, observer: Observer
    ) throws {
        self.goal = goal
        self.sample = sample
        self.planned = planned
        self.threads = threads
        self.observer = observer
        growth = SampleGrowth(ratio: Double(planned.count) / Double(sample.base.count))
        graphSpace = try Self.space(
            of: isRotated ? .lvq4 : .lvq8, sample: sample, configuration: planned.configuration, threads: threads,
            observer: observer)
    }

    /// Fills in the points of candidates.
    mutating func measure(_ candidates: [BuildPlan.Candidate]) throws -> [BuildPlan.Candidate] {
        if !planned.isScanned {
            for degree in Set(candidates.map(\.degree)).sorted() where graphs[degree] == nil {
                graphs[degree] = try graph(degree: degree)
            }
        }
        var measured = candidates
        var quantizations: [Quantization] = []
        for candidate in candidates where !quantizations.contains(candidate.quantization) {
            quantizations.append(candidate.quantization)
        }
        for quantization in quantizations {
            let places = candidates.indices.filter { candidates[$0].quantization == quantization }
            // Codes are the same at any degree.
            let coded = try CodedSample(
                sample, space: try space(of: quantization),
                configuration: planned.configuration(quantization, candidates[places[0]].degree),
                hasGraph: !planned.isScanned, threads: threads,
                observer: PlanStageObserver(observer: observer, shown: nil))
            for (done, place) in places.enumerated() {
                observer.progress(
                    stage: .searching(quantization), done: done * sample.queries.count,
                    total: places.count * sample.queries.count)
                measured[place].points = try points(of: candidates[place], coded)
            }
            let all = places.count * sample.queries.count
            observer.progress(stage: .searching(quantization), done: all, total: all)
        }
        return measured
    }

    private func graph(degree: Int) throws -> GraphBuilder.Graph {
        try GraphBuilder.build(
            source: sample.base, space: graphSpace, parameters: planned.configuration(.lvq8, degree).build,
            learnsEntries: false, threads: threads,
            observer: PlanStageObserver(observer: observer, shown: (.linking, .graph(degree: degree))))
    }

    private func space(of quantization: Quantization) throws -> VectorSpace {
        try Self.space(
            of: quantization, sample: sample, configuration: planned.configuration, threads: threads,
            observer: observer)
    }

    private static func space(
        of quantization: Quantization, sample: PlanSample, configuration: CollectionConfiguration, threads: Int,
        observer: Observer
    ) throws -> VectorSpace {
        var configuration = configuration
        configuration.quantization = quantization
        return try VectorSpace.learn(
            from: sample.base, metric: configuration.metric, quantization: quantization,
            seed: configuration.build.seed, admission: configuration.admission, threads: threads,
            observer: PlanStageObserver(observer: observer, shown: nil))
    }

    /// What a candidate's windows reach: with a recall, doubled windows, and then those between the last that misses it and
    /// the first that reaches it; else the one of searches that name none, and the largest.
    private func points(of candidate: BuildPlan.Candidate, _ coded: CodedSample) throws -> [BuildPlan.Point] {
        let searched = SearchedSample(coded, graph: graphs[candidate.degree], degree: candidate.degree)
        var measured: [Int: SearchedSample.Counts] = [:]
        func recall(_ window: Int) throws -> SampledRecall {
            let counts =
                try measured[window]
                ?? searched.counts(sample, window: window, threads: threads) { observer.isCancelled }
            measured[window] = counts
            return SampledRecall(
                hits: counts.hits, squares: counts.squares, queries: sample.queries.count, k: sample.k)
        }
        let largest = planned.isScanned ? sample.base.count : Self.largestWindow
        let ceiling = try recall(largest)
        func expected(_ window: Int) throws -> Double { growth.recall(try recall(window), ceiling: ceiling.value) }
        if planned.isScanned {
            // All windows are the same.
        } else if let goal = goal.recall {
            var reached = Self.smallestWindow
            var missed = 0
            while reached < largest, try expected(reached) < goal { (missed, reached) = (reached, 2 * reached) }
            while try expected(reached) >= goal, reached - missed > 1 {
                let window = missed + (reached - missed) / 2
                if try expected(window) >= goal { reached = window } else { missed = window }
            }
        } else {
            _ = try recall(growth.sampleWindow(SearchOptions.standardWindow))
        }
        return try measured.sorted { $0.key < $1.key }.map { window, counts in
            BuildPlan.Point(
                window: window, recall: try recall(window).value,
                expectedWindow: planned.isScanned ? planned.count : growth.window(window),
                expectedRecall: try expected(window),
                linesPerQuery: searched.lines(counts, queries: sample.queries.count) / Double(sample.queries.count))
        }
    }
}
