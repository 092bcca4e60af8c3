// Loci, Apache License 2.0.

import LociIndex
import Synchronization
import TestSupport
import Testing

@testable import Loci

@Suite struct PlanTests {
    private let vectors: RandomVectors
    private let configuration = CollectionConfiguration(build: BuildParameters(window: 24))
    private let options = PlanOptions(
        quantizations: [.lvq4, .lvq4x8, .lvq8], degrees: [8, 16], sampleSize: 1_500, queries: 60)

    init() throws {
        vectors = try RandomVectors(count: 2_300, dimension: 20)
    }

    private func plan(_ goal: BuildGoal, threads: Int = 2, seed: UInt64 = 42) throws -> BuildPlan {
        var configuration = configuration
        configuration.build.seed = seed
        return try Database.planBuild(goal, configuration, from: vectors, options: options, threads: threads)
    }

    @Test func isTheSameOnAnyNumberOfThreads() throws {
        let one = try plan(BuildGoal(recall: 0.9), threads: 1)
        #expect(try plan(BuildGoal(recall: 0.9), threads: 3) == one)
        #expect(one.candidates.count == 6 && one.sampleCount == 1_500 && one.queries == 60 && one.k == 10)
        #expect(one.candidates.allSatisfy { !$0.points.isEmpty })
        for points in one.candidates.map(\.points) {
            #expect(zip(points, points.dropFirst()).allSatisfy { $0.linesPerQuery < $1.linesPerQuery })
        }
        #expect(one.candidates.map(\.bytesPerVector) == one.candidates.map(\.bytesPerVector).sorted())
        let other = try plan(BuildGoal(recall: 0.9), seed: 7)
        #expect(other.candidates != one.candidates)
    }

    /// A candidate's recall is, to the last neighbour, that of a collection of the sample's rows.
    /// The last has sketches.
    @Test(arguments: [(Quantization.lvq8, 20), (.lvq4x4, 20), (.lvq4x4, 260)])
    func measuresWhatACollectionWould(quantization: Quantization, dimension: Int) throws {
        let vectors = try RandomVectors(count: 2_300, dimension: dimension)
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let options = PlanOptions(quantizations: [quantization], degrees: [16], sampleSize: 2_100, queries: 60)
        let plan = try Database.planBuild(BuildGoal(recall: 0.8), configuration, from: vectors, options: options)
        let drawn = RandomRows.draw(2_160, of: 2_300, seed: 42)
        let queryPlaces = Set(RandomRows.draw(60, of: 2_160, seed: ~42))
        func sample(ofQueries: Bool) -> RowSample<RandomVectors> {
            RowSample(
                source: vectors,
                rows: drawn.indices.filter { queryPlaces.contains($0) == ofQueries }.map { drawn[$0] })
        }
        let (base, queries) = (sample(ofQueries: false), sample(ofQueries: true))
        let exact = try ExactNeighbours.find(
            in: base, queries: queries, metric: .l2, k: 10, threads: 1, observer: SilentObserver())
        let collection = try database.buildCollection("a", plan.configuration, from: base)
        let points = plan.choice.measured.candidate.points
        #expect(points.count > 3)
        for point in points {
            let results = try collection.search(queries: queries, SearchOptions(k: 10, window: point.window))
            let hits = (0..<60).reduce(0) { hits, query in
                let found = results.slots[results.range(ofQuery: query)].map { Int32(bitPattern: $0) }
                return hits + Set(found).intersection(exact.rows[query * 10..<(query + 1) * 10]).count
            }
            #expect(point.recall == Double(hits) / 600, "window \(point.window)")
        }
    }

    @Test func whatIsBuiltTakesWhatWasSaidAndReachesIt() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let plan = try plan(BuildGoal(recall: 0.9))
        let chosen = plan.choice.measured.candidate
        #expect(plan.configuration.quantization == chosen.quantization)
        #expect(plan.configuration.build.maximumDegree == chosen.degree && plan.configuration.build.window == 24)
        let collection = try database.buildCollection(
            "a", plan.configuration, from: vectors, tuning: plan.tuning)
        let info = try collection.info()
        let (said, bytes) = (chosen.bytesPerVector, info.bytesPerVector)
        #expect(abs(bytes - said) <= 0.02 * bytes, "\(said) for \(bytes)")
        #expect(info.tuning == plan.tuning && info.window == plan.choice.measured.point.expectedWindow)
        #expect(try database.check().isEmpty)
        // Queries that are not in the collection: vectors of another seed.
        let queries = try RandomVectors(count: 100, dimension: 20, seed: 9)
        let exact = try ExactNeighbours.find(
            in: vectors, queries: queries, metric: .l2, k: 10, threads: 1, observer: SilentObserver())
        let results = try collection.search(queries: queries, SearchOptions(k: 10, recall: 0.9))
        let hits = (0..<100).reduce(0) { hits, query in
            let found = results.slots[results.range(ofQuery: query)].map { Int32(bitPattern: $0) }
            return hits + Set(found).intersection(exact.rows[query * 10..<(query + 1) * 10]).count
        }
        #expect(hits >= 900, "\(hits) of 1,000")
        // Replacing forgets it.
        try collection.build(from: vectors, replacing: true)
        #expect(try collection.info().tuning == nil)
    }

    @Test func whatHasNoGraphHasNoTuning() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let few = RowSample(source: vectors, rows: Array(0..<100))
        let scanned = try Database.planBuild(BuildGoal(recall: 0.9), configuration, from: few, options: options)
        #expect(scanned.tuning == nil)
        #expect(try plan(BuildGoal(maximumBytesPerVector: 1_000)).tuning == nil)
        let tuning = try #require(try plan(BuildGoal(recall: 0.9)).tuning)
        let collection = try database.buildCollection("a", scanned.configuration, from: few, tuning: tuning)
        #expect(try collection.info().tuning == nil)
    }

    @Test func fixedChoices() throws {
        var options = options
        options.quantizations = [.lvq8]
        let degree = try Database.planBuild(
            BuildGoal(maximumBytesPerVector: 1_000), configuration, from: vectors, options: options)
        #expect(degree.candidates.map(\.degree) == [8, 16] && degree.configuration.quantization == .lvq8)
        // Degrees above the build window cannot be built.
        options.degrees = [16, 32]
        let fitting = try Database.planBuild(
            BuildGoal(maximumBytesPerVector: 1_000), configuration, from: vectors, options: options)
        #expect(fitting.candidates.map(\.degree) == [16])
        options.degrees = [32]
        guard
            case .parameter("build window", "24", _) = indexError({
                _ = try Database.planBuild(BuildGoal(recall: 0.9), configuration, from: vectors, options: options)
            })
        else {
            Issue.record("a degree above the build window was taken")
            return
        }
    }

    @Test func onlyWhatFitsIsMeasured() throws {
        let all = try plan(BuildGoal(recall: 0.6))
        let limit = Int(all.candidates[1].bytesPerVector.rounded(.up))
        let some = try plan(BuildGoal(maximumBytesPerVector: limit))
        #expect(some.candidates.map(\.points.isEmpty) == [false, false, true, true, true, true])
        // The window of searches that name none, and the largest.
        #expect(some.candidates[0].points.count == 2)
        #expect(some.candidates[0].points[0].expectedWindow <= 64)
    }

    @Test func whatCannotBeReached() throws {
        let all = try plan(BuildGoal(recall: 0.6))
        let smallest = all.candidates[0].bytesPerVector
        guard
            case .goalNotReached(let none) = lociError({
                _ = try plan(BuildGoal(maximumBytesPerVector: Int(smallest) - 1))
            }),
            case .goalNotReached(let recall) = lociError({
                _ = try plan(BuildGoal(recall: 0.995, maximumBytesPerVector: Int(smallest) + 1))
            })
        else {
            Issue.record("it was planned")
            return
        }
        #expect(none.best == nil && none.needed?.bytesPerVector == smallest)
        #expect(recall.best?.candidate.quantization == .lvq4)
        #expect(recall.needed?.quantization == .lvq4x8)
        #expect(recall.description.contains("it takes "))
    }

    @Test func withoutAGraph() throws {
        let few = RowSample(source: vectors, rows: Array(0..<500))
        let plan = try Database.planBuild(BuildGoal(recall: 0.95), from: few, options: options)
        #expect(plan.isScanned && plan.sampleCount == 450 && plan.queries == 50)
        #expect(plan.candidates.count == 3 && plan.candidates.allSatisfy { $0.points.count == 1 })
        #expect(plan.choice.measured.point.expectedWindow == 500)
        #expect(plan.choice.measured.candidate.quantization != .lvq4)
        // 36 bytes at multiples of 16 lie across 21/16 lines on average; a second level of 20 adds 17/16.
        let lines = plan.candidates.filter { $0.quantization == .lvq8 }.flatMap(\.points).map(\.linesPerQuery)
        #expect(lines == [450 * 21 / 16.0])
        let both = plan.candidates.filter { $0.quantization == .lvq4x8 }.flatMap(\.points).map(\.linesPerQuery)
        #expect(both == [450 * (74 + 68) / 64.0])
        let two = RowSample(source: vectors, rows: [0, 1])
        #expect(try Database.planBuild(BuildGoal(maximumBytesPerVector: 10_000), from: two).k == 1)
        // One query that finds all does not show that the next one will.
        guard case .goalNotReached = lociError({ _ = try Database.planBuild(BuildGoal(recall: 0.9), from: two) }) else {
            Issue.record("a recall was promised after one query")
            return
        }
    }

    @Test func whatCannotBePlanned() throws {
        func refused(_ goal: BuildGoal, _ options: PlanOptions = PlanOptions()) -> String? {
            guard
                case .parameter(let name, _, _) = indexError({
                    _ = try Database.planBuild(goal, from: vectors, options: options)
                })
            else { return nil }
            return name
        }
        for recall in [0.49, 0.9991, 1, .nan, -1, .infinity] { #expect(refused(BuildGoal(recall: recall)) == "recall") }
        #expect(refused(BuildGoal()) == "goal")
        #expect(refused(BuildGoal(maximumBytesPerVector: 0)) == "bytes a vector")
        #expect(refused(BuildGoal(recall: 0.9, k: 0)) == "k" && refused(BuildGoal(recall: 0.9, k: 1_001)) == "k")
        #expect(refused(BuildGoal(recall: 0.9), PlanOptions(quantizations: [])) == "quantizations")
        #expect(refused(BuildGoal(recall: 0.9), PlanOptions(degrees: [])) == "degrees")
        #expect(refused(BuildGoal(recall: 0.9), PlanOptions(degrees: [3])) == "degree")
        #expect(refused(BuildGoal(recall: 0.9), PlanOptions(sampleSize: 0)) == "sample")
        #expect(refused(BuildGoal(recall: 0.9), PlanOptions(queries: 0)) == "queries")
        let one = RowSample(source: vectors, rows: [5])
        guard
            case .parameter("vectors", "1", _) = indexError({
                _ = try Database.planBuild(BuildGoal(recall: 0.9), from: one)
            })
        else {
            Issue.record("one vector was taken")
            return
        }
        let none = try VectorArray([], dimension: 3)
        #expect(indexError { _ = try Database.planBuild(BuildGoal(recall: 0.9), from: none) } == .empty)
    }

    @Test func badVectorsAreNamedByTheirRows() throws {
        var values = vectors.array.values
        values[2_000 * 20 + 3] = .nan
        let broken = try VectorArray(values, dimension: 20)
        var options = options
        options.sampleSize = 5_000
        #expect(
            indexError {
                _ = try Database.planBuild(BuildGoal(recall: 0.9), configuration, from: broken, options: options)
            }
                == .notFinite(row: 2_000, component: 3))
    }

    @Test func quantizationsThatCannotStoreTheVectorsAreLeftOut() throws {
        let huge = try VectorArray(vectors.array.values.map { $0 * 1e6 }, dimension: 20)
        var options = options
        options.degrees = [8]
        options.quantizations = [.float16, .lvq8]
        let plan = try Database.planBuild(
            BuildGoal(maximumBytesPerVector: 1_000), configuration, from: huge, options: options)
        #expect(plan.candidates.map(\.quantization) == [.lvq8])
        options.quantizations = [.float16]
        guard
            case .tooLarge = indexError({
                _ = try Database.planBuild(
                    BuildGoal(maximumBytesPerVector: 1_000), configuration, from: huge, options: options)
            })
        else {
            Issue.record("it was taken")
            return
        }
    }

    /// Stops the planning at one of its calls.
    private final class StoppingPlan: PlanObserver {
        private let state = Mutex<(calls: Int, stages: [PlanStage])>((0, []))
        private let stop: Int

        init(atCall stop: Int = .max) { self.stop = stop }

        var stages: [PlanStage] { state.withLock { $0.stages } }
        var calls: Int { state.withLock { $0.calls } }
        var isCancelled: Bool { calls >= stop }

        func progress(stage: PlanStage, done: Int, total: Int) {
            state.withLock {
                $0.calls += 1
                if $0.stages.last != stage { $0.stages.append(stage) }
            }
        }
    }

    @Test func isWatchedAndStopped() throws {
        func run(_ observer: StoppingPlan) throws {
            _ = try Database.planBuild(
                BuildGoal(recall: 0.9), configuration, from: vectors, options: options, threads: 1, observer: observer)
        }
        let whole = StoppingPlan()
        try run(whole)
        #expect(
            whole.stages == [
                .sampling, .truth, .graph(degree: 8), .graph(degree: 16), .searching(.lvq4), .searching(.lvq8),
                .searching(.lvq4x8),
            ])
        for stop in [1, 4, whole.calls / 2, whole.calls - 3] {
            #expect(indexError { try run(StoppingPlan(atCall: stop)) } == .cancelled, "call \(stop) of \(whole.calls)")
        }
    }
}
