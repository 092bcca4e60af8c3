// Loci, Apache License 2.0.

import Loci
import TestSupport
import Testing

@testable import LociMemory

/// How much is opened, and what is opened in any case.
@Suite struct BlockBudgetTests {
    /// Budgets of all kinds, with sinks and a window, against a plain reference.
    @Test func budgetsSinksAndWindows() async throws {
        var generator = SeededGenerator()
        let test = try await BlockOpeningTests.store(&generator)
        let reference = try OpeningReference(test.store)
        let sizes = reference.blocks.map(\.bytes)
        for _ in 0..<TestSettings.iterations(60) {
            var options = OpeningOptions()
            options.candidateFactor = 1_000
            switch generator.below(3) {
            case 0: options.budget = .blocks(1 + generator.below(12))
            case 1: options.budget = .members(1 + generator.below(40))
            default: options.budget = .bytes(1 + generator.below(12 * (sizes.max() ?? 1)))
            }
            if generator.below(4) > 0 {
                options.stream = "stream \(generator.below(4))"
                (options.sinks, options.window) = (generator.below(4), generator.below(4))
            }
            let queries = generator.below(5) == 0 ? [] : [generator.floats(8)]
            let text = queries.isEmpty || generator.below(2) == 0 ? generator.text(words: 2) : nil
            // A stream without texts has nothing to be found by words.
            if queries.isEmpty, options.stream == "stream 3", options.sinks + options.window == 0 { continue }
            let opening = try test.store.open(queries: queries, text: text, options)
            reference.expect(opening, is: reference.opening(queries, text, options), "\(options)")
            switch options.budget {
            case .blocks(let count): #expect(opening.blocks.count <= count)
            case .members(let count): #expect(opening.memberCount <= count)
            case .bytes(let count):
                let opened = Set(opening.blocks.map(\.number))
                #expect(reference.blocks.reduce(0) { $0 + (opened.contains($1.number) ? $1.bytes : 0) } <= count)
            }
        }
    }

    /// A block that is both one of the first and one of the last is one of the last.
    @Test func shortStreams() async throws {
        var generator = SeededGenerator()
        let test = try BlockFixture()
        try await test.store.append(to: "s", generator.members(9))
        var options = OpeningOptions()
        options.stream = "s"
        let expected: [(Int, Int, [OpenedBlock.Reason])] = [
            (5, 5, [.window, .window, .window]), (2, 1, [.sink, .sink, .window]), (1, 1, [.sink, .chosen, .window]),
            (0, 2, [.chosen, .window, .window]), (3, 0, [.sink, .sink, .sink]), (0, 0, [.chosen, .chosen, .chosen]),
        ]
        for (sinks, window, reasons) in expected {
            (options.sinks, options.window) = (sinks, window)
            let opening = try test.store.open(queries: [generator.floats(8)], options)
            #expect(opening.blocks.map(\.reason) == reasons)
        }
        // Where there is not room for all, the window goes first, and of it the last block.
        (options.sinks, options.window, options.budget) = (1, 2, .blocks(1))
        #expect(try test.store.open(queries: [generator.floats(8)], options).blocks.map(\.number) == [3])
        options.budget = .blocks(2)
        #expect(try test.store.open(queries: [generator.floats(8)], options).blocks.map(\.number) == [2, 3])
    }

    /// The largest budgets are ones, also where blocks take no bytes at all.
    @Test func largestBudgets() async throws {
        var generator = SeededGenerator()
        for kept in [BlockConfiguration.MemberVectors.none, .float16] {
            let test = try BlockFixture { $0.memberVectors = kept }
            var members = generator.members(12)
            members.texts = []
            try await test.store.append(to: "s", members)
            for budget in [OpeningOptions.Budget.bytes(.max), .bytes(.max / 2), .members(10_000_000), .blocks(100_000)]
            {
                var options = OpeningOptions()
                (options.budget, options.candidateFactor) = (budget, 1_000)
                #expect(try test.store.open(queries: [generator.floats(8)], options).blocks.count == 3, "\(budget)")
            }
        }
    }

    /// What is too large is left out, and what fits still comes.
    @Test func smallerBlocksStillCome() async throws {
        let test = try BlockFixture { $0.landmarks = .mean }
        func members(_ vector: [Float], _ count: Int) -> BlockMembers {
            BlockMembers(count: count, vectors: Array(repeating: vector, count: count).flatMap { $0 })
        }
        try await test.store.append([
            ("best", members([1, 0], 4)), ("good", members([1, 0.5], 3)), ("bad", members([0, 1], 1)),
        ])
        var options = OpeningOptions()
        for (budget, streams) in [(3, ["good"]), (4, ["best"]), (5, ["best", "bad"]), (2, ["bad"])] {
            options.budget = .members(budget)
            let opening = try test.store.open(queries: [[1, 0]], options)
            #expect(opening.blocks.map(\.stream) == streams)
        }
    }
}
