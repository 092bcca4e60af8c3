// Loci, Apache License 2.0.

import LociIndex
import Testing

@testable import Loci

/// The choice among measured candidates, and what is said of it.
@Suite struct PlanChoiceTests {
    private static func candidate(
        _ quantization: Quantization, _ degree: Int, _ bytes: Double,
        _ points: (window: Int, recall: Double, lines: Double)...
    ) -> BuildPlan.Candidate {
        BuildPlan.Candidate(
            quantization: quantization, degree: degree, bytesPerVector: bytes,
            points: points.map {
                BuildPlan.Point(
                    window: $0.window, recall: $0.recall, expectedWindow: 2 * $0.window, expectedRecall: $0.recall,
                    linesPerQuery: $0.lines)
            })
    }

    private static let small = candidate(.lvq4, 16, 200.5, (8, 0.80, 400), (32, 0.90, 900), (256, 0.91, 5_000))
    private static let slow = candidate(.lvq4x4, 16, 300, (8, 0.85, 500), (32, 0.95, 1_300), (256, 0.99, 6_000))
    private static let middle = candidate(.lvq4x4, 32, 364, (8, 0.90, 700), (16, 0.96, 1_000), (256, 0.99, 7_000))
    private static let fast = candidate(.lvq4x8, 32, 500, (8, 0.951, 900), (32, 0.97, 1_200), (256, 0.999, 8_000))
    private static let all = [small, slow, middle, fast]

    private func chooser(_ goal: BuildGoal, _ candidates: [BuildPlan.Candidate] = all) -> PlanChoice {
        PlanChoice(goal: goal, candidates: candidates, neighbours: 5_000, isScanned: false)
    }

    private func plan(_ goal: BuildGoal, isScanned: Bool = false) throws -> BuildPlan {
        let choice = try #require(chooser(goal).choice())
        return BuildPlan(
            goal: goal, configuration: CollectionConfiguration(), choice: choice, candidates: Self.all,
            count: 100_000, sampleCount: 20_000, queries: 500, k: 10, isScanned: isScanned)
    }

    @Test func theSmallestThatIsNearlyTheFastest() throws {
        let choice = try #require(chooser(BuildGoal(recall: 0.95)).choice())
        // `fast` touches 900 lines; `slow` reaches it too, with over a quarter more, `middle` with less.
        #expect(choice.measured.candidate == Self.middle && choice.measured.point == Self.middle.points[1])
        #expect(choice.slower == Self.slow)
        #expect(choice.missed?.candidate == Self.small && choice.missed?.point == Self.small.points[2])
        // A quarter more exactly is allowed.
        let exact = Self.candidate(.lvq8, 24, 250, (10, 0.95, 1_125))
        #expect(chooser(BuildGoal(recall: 0.95), [exact, Self.fast]).choice()?.measured.candidate == exact)
        let over = Self.candidate(.lvq8, 24, 250, (10, 0.95, 1_126))
        #expect(chooser(BuildGoal(recall: 0.95), [over, Self.fast]).choice()?.measured.candidate == Self.fast)
    }

    @Test func withinTheBytes() throws {
        let choice = try #require(chooser(BuildGoal(recall: 0.95, maximumBytesPerVector: 363)).choice())
        #expect(choice.measured.candidate == Self.slow && choice.slower == nil)
        #expect(
            chooser(BuildGoal(recall: 0.95, maximumBytesPerVector: 364)).choice()?.measured.candidate == Self.middle)
        // 200.5 bytes are more than 200.
        #expect(chooser(BuildGoal(recall: 0.8, maximumBytesPerVector: 200)).choice() == nil)
        #expect(chooser(BuildGoal(recall: 0.8, maximumBytesPerVector: 201)).choice()?.measured.candidate == Self.small)
    }

    @Test func theBestRecallOfSearchesThatNameNoWindow() throws {
        // Window 64 of all is window 32 of the sample.
        let choice = try #require(chooser(BuildGoal(maximumBytesPerVector: 10_000)).choice())
        #expect(choice.measured.candidate == Self.fast && choice.measured.point.window == 32)
        #expect(chooser(BuildGoal(maximumBytesPerVector: 499)).choice()?.measured.candidate == Self.middle)
        // Two standard errors at 0.97 of 5,000 are 0.0048: 0.966 is not told from it, 0.965 is.
        for (recall, lines, isChosen) in [(0.966, 1_199.0, true), (0.966, 1_201, false), (0.965, 1_199, false)] {
            let near = Self.candidate(.lvq8, 32, 450, (32, recall, lines))
            let chosen = chooser(BuildGoal(maximumBytesPerVector: 500), [near, Self.fast]).choice()
            #expect((chosen?.measured.candidate == near) == isChosen, "\(recall), \(lines)")
        }
    }

    @Test func sentences() throws {
        #expect(
            try plan(BuildGoal(recall: 0.95, maximumBytesPerVector: 400)).description
                == "lvq4x4 with degree 32: 364 bytes a vector of 400 allowed; recall@10 0.96 at window 16 on the sample, "
                + "at least 0.96 at window 32 on all; of the smaller, lvq4 with degree 16 is good for 0.91 at most; "
                + "lvq4x4 with degree 16 takes 300, but its searches touch over a quarter more memory than the fastest's"
        )
        #expect(
            try plan(BuildGoal(recall: 0.95)).description.hasSuffix(
                "; lvq4x4 with degree 16 takes 300, but its searches touch over a quarter more memory than the fastest's"
            ))
        #expect(
            try plan(BuildGoal(maximumBytesPerVector: 250), isScanned: true).description
                == "lvq4: 201 bytes a vector of 250 allowed; recall@10 0.9 on the sample")
        let told = [
            chooser(BuildGoal(recall: 0.95, maximumBytesPerVector: 250)), chooser(BuildGoal(recall: 0.9995)),
            chooser(BuildGoal(recall: 0.95, maximumBytesPerVector: 100)),
            chooser(BuildGoal(maximumBytesPerVector: 100)),
        ].map { LociError.goalNotReached($0.shortfall).description }
        #expect(
            told == [
                "no quantization and degree should reach recall@10 0.95 within 250 bytes a vector: lvq4 with degree 16, of "
                    + "201 bytes, should come to 0.91 at window 512; it takes 300 bytes a vector, lvq4x4 with degree 16: "
                    + "allow as many, or ask for less; nothing was built",
                "no quantization and degree should reach recall@10 0.9995: lvq4x8 with degree 32, of 500 bytes, should come "
                    + "to 0.999 at window 512; ask for less, or choose the quantization and the degree by hand and measure; "
                    + "nothing was built",
                "no quantization and degree should reach recall@10 0.95 within 100 bytes a vector: none takes so few; it "
                    + "takes 300 bytes a vector, lvq4x4 with degree 16: allow as many, or ask for less; nothing was built",
                "no quantization and degree fit within 100 bytes a vector: the smallest, lvq4 with degree 16, takes 201; "
                    + "allow as many; nothing was built",
            ])
    }

    @Test func theDecisivePoint() throws {
        let reached = try plan(BuildGoal(recall: 0.95))
        #expect(reached.decisivePoint(of: Self.slow) == Self.slow.points[1])
        #expect(reached.decisivePoint(of: Self.small) == Self.small.points[2])
        #expect(reached.decisivePoint(of: Self.candidate(.float16, 16, 900)) == nil)
        let standard = try plan(BuildGoal(maximumBytesPerVector: 400))
        #expect(standard.decisivePoint(of: Self.slow) == Self.slow.points[1])
    }

    @Test func theTuningOfAPlan() throws {
        let tuning = try #require(try plan(BuildGoal(recall: 0.95)).tuning)
        #expect(tuning.window == 32 && tuning.k == 10 && tuning.points.map(\.window) == [16, 32, 512])
        #expect(tuning.points.map(\.recall) == [0.9, 0.96, 0.99])
        // Less than a millionth under the chosen window's recall, a smaller one is not told of.
        let near = Self.candidate(.lvq8, 24, 250, (10, 0.949_999_95, 900), (11, 0.950_000_05, 1_000))
        let measured = try #require(chooser(BuildGoal(recall: 0.95), [near]).choice()).measured
        #expect(measured.tuning(k: 10)?.points.map(\.window) == [20, 22])
        let nearer = Self.candidate(.lvq8, 24, 250, (10, 0.950_000_1, 900), (11, 0.950_000_2, 1_000))
        let second = try #require(chooser(BuildGoal(recall: 0.950_000_15), [nearer]).choice()).measured
        #expect(second.tuning(k: 10)?.points.map(\.window) == [22] && second.tuning(k: 10)?.window == 22)
    }

    @Test func whatASampleSaysOfAll() {
        func sure(_ recall: Double) -> SampledRecall { SampledRecall(value: recall, error: 0) }
        let same = SampleGrowth(ratio: 1)
        #expect(same.window(17) == 17 && same.sampleWindow(17) == 17 && same.recall(sure(0.9), ceiling: 0.95) == 0.9)
        #expect(SampleGrowth(ratio: 0.5) == same)
        let larger = SampleGrowth(ratio: 65_536)
        #expect(larger.window(3) == 3_072 && larger.sampleWindow(2_100) == 2 && larger.sampleWindow(1) == 1)
        // Codes that miss 1 % of the sample miss 16 times as many of all.
        #expect(abs(larger.recall(sure(0.9), ceiling: 0.99) - 0.75) < 1e-12)
        #expect(larger.recall(sure(0.9), ceiling: 1) == 0.9 && larger.recall(sure(0.1), ceiling: 0.1) == 0)
        // Two standard errors of the sample's queries.
        #expect(abs(same.recall(SampledRecall(value: 0.9, error: 0.01), ceiling: 1) - 0.88) < 1e-12)
    }

    @Test func howFarQueriesTell() {
        // Half of the queries find all, half of them half: a spread of 2.5 hits around 7.5, of 100 queries.
        let spread = SampledRecall(hits: 750, squares: 50 * 100 + 50 * 25, queries: 100, k: 10)
        #expect(spread.value == 0.75 && abs(spread.error - 0.025 * (100.0 / 99).squareRoot()) < 1e-12)
        // Without a miss there is still one to come.
        let whole = SampledRecall(hits: 1_000, squares: 10_000, queries: 100, k: 10)
        #expect(whole.value == 1 && whole.error > 0.000_99 && whole.error < 0.001)
        let one = SampledRecall(hits: 3, squares: 9, queries: 1, k: 5)
        #expect(one.value == 0.6 && one.error > 0.2 && one.error < 0.25)
    }
}
