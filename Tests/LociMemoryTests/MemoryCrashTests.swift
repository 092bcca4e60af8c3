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
/// Processes that are killed while they remember, change and forget: each exit test runs its body in a process of its own.
@Suite(.serialized) struct MemoryCrashTests {
    private static func memory(_ path: String) throws -> Memory {
        try MemoryStore(Database.open(path), embedder: HashingEmbedder(dimension: 32), clock: { 1_700_000_000 })
            .memory("crash")
    }

    /// What happens under a number, in one transaction: of every four, the second but last changes the text of the first unit of the number
    /// before, and the last forgets that of the number two before.
    private static func step(_ number: Int, in memory: Memory) async throws {
        switch number % 4 {
        case 3:
            guard let unit = try memory.unit(key: "k\(number - 1).0") else { return }
            var change = UnitChange()
            change.text = changedText(number)
            try await memory.update(unit.id, change)
        case 0:
            guard let unit = try memory.unit(key: "k\(number - 3).0") else { return }
            try memory.forget(.units([unit.id]))
        default: try await memory.remember(units(number))
        }
    }

    private static func changedText(_ number: Int) -> String { "number \(number) changed what was said" }

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
            switch number % 4 {
            case 3: texts["k\(number - 1).0"] = Self.changedText(number)
            case 0: texts["k\(number - 3).0"] = nil
            default: for unit in Self.units(number) { texts[unit.key ?? ""] = unit.text }
            }
        }
        return texts
    }

    private func texts(_ memory: Memory) throws -> [String: String] {
        guard try memory.exists else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: try memory.units(.turn, limit: 100_000).map { ($0.key ?? "", $0.text) })
    }

    /// What contradicts itself in the records of the turns: keys, hashes of texts, words, statistics, and the texts of sessions.
    private func contradictions(_ memory: Memory) throws -> [String] {
        let units = try memory.units(.turn, limit: 100_000)
        let sessions = try memory.units(.session, limit: 100_000)
        return try memory.read { reader in
            var wrong: [String] = []
            func require(_ holds: Bool, _ what: String) { if !holds { wrong.append(what) } }
            var counts: [UInt8: Int] = [:]
            var statistics: KindStatistics?
            try reader.records.forEach { key, value in
                let isOfTurn = ![6, 7].contains(key[0]) || key[1] == UnitKind.turn.rawValue
                if isOfTurn { counts[key[0], default: 0] += 1 }
                if key == NamespaceKeys.statistics(of: .turn) {
                    statistics = try KindStatistics(decoding: value, dimension: reader.settings.dimension)
                }
                return true
            }
            require(counts[3] == units.count, "\(counts[3] ?? 0) keys of \(units.count) units")
            require(counts[4] == units.count, "\(counts[4] ?? 0) hashes of \(units.count) units")
            require(counts[6] == units.count, "words of \(counts[6] ?? 0) of \(units.count) units")
            require(counts[1] == counts[2], "\(counts[1] ?? 0) sessions, and \(counts[2] ?? 0) names of them")
            require(statistics?.count == units.count, "statistics of \(statistics?.count ?? 0) units")
            var (words, sum) = (0, [Double](repeating: 0, count: reader.settings.dimension))
            for unit in units {
                let hash = NamespaceKeys.hash(TextHash.hash(unit.spokenText), unit.id)
                require(try reader.records.value(for: hash) != nil, "no hash of \(unit.id)")
                require(try reader.unit(ofKey: unit.key ?? "") == unit.id, "the key of \(unit.id) is another unit's")
                words +=
                    try reader.records.withValue(for: NamespaceKeys.words(of: unit.id)) { try UnitWords.length($0) }
                    ?? 0
                let vector = try reader.collection(.turn)?.get(unit.id.vectorID) ?? []
                for (place, number) in Reference.unit(vector).enumerated() { sum[place] += number }
            }
            require(statistics?.words == words, "statistics of \(statistics?.words ?? 0) words of \(words)")
            // Vectors are kept as codes: their sum, of each as it was when it came, is near.
            let distance = zip(statistics?.sum ?? [], sum).reduce(0) { max($0, abs($1.0 - $1.1)) }
            require(distance < 1e-2 * Double(units.count + 1), "the sum of vectors is off by \(distance)")
            for name in try reader.sessions().map(\.record.name) {
                let turns = units.filter { $0.session == name }.map(\.spokenText).joined(separator: "\n")
                let text = sessions.filter { $0.session == name }.map(\.text).joined(separator: "\n")
                require(text == turns, "the text of session \(name) is not that of its turns")
            }
            return wrong
        }
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
            #expect(try contradictions(memory) == [], "\(circumstances)")
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
