// Loci, Apache License 2.0.

import Loci
import LociText
import TestSupport
import Testing

@testable import LociMemory

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

#if os(Linux) || os(macOS)
/// Processes that are killed while they remember and forget: each exit test runs its body in a process of its own.
@Suite(.serialized) struct MemoryCrashTests {
    private static func memory(_ path: String) throws -> Memory {
        try MemoryStore(Database.open(path), embedder: HashingEmbedder(dimension: 32), clock: { 1_700_000_000 })
            .memory("crash")
    }

    /// What happens under a number, in one transaction: every fourth forgets the first unit of the number before.
    private static func step(_ number: Int, in memory: Memory) async throws {
        guard number % 4 == 0 else {
            try await memory.remember(units(number))
            return
        }
        guard let unit = try memory.unit(key: "k\(number - 1).0") else { return }
        try memory.forget(.units([unit.id]))
    }

    private static func units(_ number: Int) -> [NewUnit] {
        var generator = SeededGenerator(seed: UInt64(number))
        return (0...generator.below(5)).map { place in
            NewUnit(
                session: "s\(generator.below(4))", text: "number \(number) word\(generator.below(50)) place \(place)",
                key: "k\(number).\(place)")
        }
    }

    private static func stepUntilKilled(_ path: String, from: Int, afterSteps count: Int, idle: Int) async throws {
        let memory = try memory(path)
        let report = try ReportPipe(path + ".pipe")
        for number in from... {
            if number == from + count { KillAtRandom.after(steps: idle) }
            try await step(number, in: memory)
            report.say(number)
        }
    }

    /// The texts by keys that are there after so many steps.
    private func model(after steps: Int) -> [String: String] {
        var texts: [String: String] = [:]
        for number in 1..<steps + 1 {
            if number % 4 == 0 {
                texts["k\(number - 1).0"] = nil
            } else {
                for unit in Self.units(number) { texts[unit.key ?? ""] = unit.text }
            }
        }
        return texts
    }

    private func texts(_ memory: Memory) throws -> [String: String] {
        guard try memory.exists else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: try memory.units(.turn, limit: 100_000).map { ($0.key ?? "", $0.text) })
    }

    /// Killed at random moments, again and again: what was acknowledged is there, at most one step more, and nothing in part.
    @Test func killedWhileRemembering() async throws {
        var generator = SeededGenerator(fresh: #function)
        let folder = try TemporaryFolder()
        let path = folder.database
        let report = try ReportPipe(making: path + ".pipe")
        var last = 0
        for round in 0..<TestSettings.iterations(5) {
            let (from, count) = (last + 1, generator.below(6))
            let idle = generator.below(1 << (4 + 2 * generator.below(8)))
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, from = from as Int, count = count as Int, idle = idle as Int] in
                try await Self.stepUntilKilled(path, from: from, afterSteps: count, idle: idle)
            }
            let acknowledged = report.numbers().last ?? last
            let memory = try Self.memory(path)
            let found = try texts(memory)
            let circumstances = "round \(round), \(acknowledged) acknowledged, \(generator)"
            let isNext = found == model(after: acknowledged + 1)
            #expect(isNext || found == model(after: acknowledged), "\(circumstances)")
            last = isNext ? acknowledged + 1 : acknowledged
            #expect(try memory.store.database.check() == [], "\(circumstances)")
            guard !found.isEmpty else { continue }
            #expect(try memory.info().units[.turn] == found.count, "\(circumstances)")
            for (key, text) in found.sorted(by: { $0.key < $1.key }).prefix(3) {
                var options = RecallOptions()
                options.k = 3
                let recall = try await memory.recall(text, options)
                #expect(recall.passages.contains { $0.unit.key == key }, "\(circumstances)")
            }
        }
    }
}
#endif
