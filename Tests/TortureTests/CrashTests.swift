// Loci, Apache License 2.0.

import Foundation
import Loci
import TestSupport
import Testing
import TortureModel

/// Processes that are killed while they write, and writes that fail: what was acknowledged is there, and nothing in part.
///
/// `make torture` makes many more of them (`LOCI_TORTURE`).
@Suite(.serialized) struct CrashTests {
    /// Opens what a process left, and compares it with the last transaction that it acknowledged, or the one after.
    /// - Returns: The state that it is in.
    private func survivor(
        _ path: String, after acknowledged: TortureSequence, _ circumstances: String
    ) throws -> TortureSequence {
        let database = try Database.open(path, access: .readWrite)
        #expect(try database.check() == [], "\(circumstances)")
        return try database.read { view in
            var state = acknowledged
            let number = try TortureSequence.number(in: view)
            if number == acknowledged.number + 1 { state.advance() }
            #expect(number == state.number, "\(circumstances)")
            let differences = try state.differences(from: view)
            #expect(differences.isEmpty, "\(circumstances): \(differences.prefix(5))")
            return state
        }
    }

    /// Killed at moments that the number of lines which it said decides on, and a number of idle steps after them.
    @Test func killedAtAnyMoment() throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator()
        var state = TortureSequence(seed: generator.next())
        try state.make(at: folder.database)
        var wereLater = 0
        let rounds = Torture.rounds(14, torture: 500)
        for round in 0..<rounds {
            let child = try TortureChild(
                ["write", folder.database, "\(state.seed)", "\(state.number)", "1000000"], in: folder)
            for _ in 0..<1 + generator.below(24) { _ = child.line() }
            // From microseconds to the time of a commit.
            for _ in 0..<generator.below(1 << (4 + 2 * generator.below(7))) { _ = getppid() }
            child.killAndFinish()
            #expect(child.broken == [])
            let acknowledged = child.last("committed") ?? state.number
            let circumstances = "round \(round), killed after \(acknowledged) and \(child.lines.last ?? "nothing")"
            while state.number < acknowledged { state.advance() }
            state = try survivor(folder.database, after: state, circumstances)
            if state.number > acknowledged { wereLater += 1 }
        }
        print("\(rounds) kills, \(state.number) transactions, \(wereLater) of them not acknowledged in time")
        #expect(state.number > rounds)
    }

    /// A fault at one call of a few transactions: at each in turn with `LOCI_TORTURE`, else at some.
    private func faults(
        _ kinds: [FaultLayer.Kind], usual: Int, transactions: Int, _ generator: inout SeededGenerator
    ) throws {
        let folder = try TemporaryFolder()
        guard let layer = try FaultLayer(in: folder) else { return }
        let (path, base) = (folder.database, folder.file("base.loci"))
        let seed = generator.next()
        let start = TortureSequence(seed: seed)
        try start.make(at: base)
        let original = try TestFile.read(base)
        let arguments = ["write", path, "\(seed)", "0", "\(transactions)"]
        func run(_ environment: [String: String]) throws -> TortureChild {
            try TestFile.write(original, to: path)
            let child = try TortureChild(arguments, environment: environment, in: folder)
            return child
        }
        let counted = try run(layer.counting(file: path))
        #expect(counted.finish() == 0)
        let calls = FaultLayer.calls(in: counted.errorText)
        // Each transaction writes, syncs and then writes a meta page.
        try #require(calls.count { $0 == "m" } >= transactions && calls.count { $0 == "s" } >= transactions)
        var places = kinds.flatMap { kind in calls.indices.map { (kind, $0) } }
        if !Torture.isLong {
            places.shuffle(using: &generator)
            // Meta pages and syncs first: they are few, and decide.
            let (few, many) = (places.filter { calls[$0.1] != "w" }, places.filter { calls[$0.1] == "w" })
            places = Array((few.prefix(usual * 2 / 3) + many).prefix(usual))
        }
        var ends: [String: Int] = [:]
        for (kind, index) in places {
            let part = generator.below(1_000)
            let circumstances = "\(kind) at call \(index + 1) (\(calls[index])) of \(calls.count), part \(part)"
            let child = try run(
                layer.environment(kind, at: index + 1, times: 1 + generator.below(3), part: part, file: path))
            let status = child.finish()
            #expect(child.broken == [], "\(circumstances)")
            var state = start
            while state.number < child.last("committed") ?? 0 { state.advance() }
            if kind.isDeadly {
                #expect(status == -SIGKILL, "\(circumstances): \(child.errorText)")
                state = try survivor(path, after: state, circumstances)
            } else {
                // It went on to the end.
                #expect(status == 0 && state.number == transactions, "\(circumstances): \(child.errorText)")
                _ = try survivor(path, after: state, circumstances)
                let isUnusable = child.last("unusable") != nil
                if !(kind == .short && calls[index] == "s") {
                    #expect(child.last("failed") != nil, "\(circumstances)")
                    // A meta page that could not be written is all that makes a database unusable.
                    #expect(!isUnusable || calls[index] == "m", "\(circumstances)")
                }
                if isUnusable { ends["opened again", default: 0] += 1 }
            }
            ends["\(kind) of \(calls[index])", default: 0] += 1
        }
        print("\(places.count) faults: \(ends.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })")
    }

    @Test func killedAtEachWrite() throws {
        var generator = SeededGenerator()
        try faults([.kill, .after, .cut], usual: 10, transactions: 3, &generator)
    }

    /// What was not synced when the power went is lost in part: nothing of a commit may be relied on before that.
    @Test func powerLostAtEachWrite() throws {
        var generator = SeededGenerator()
        try faults([.power], usual: 8, transactions: 4, &generator)
    }

    @Test func eachWriteFails() throws {
        var generator = SeededGenerator()
        try faults([.short, .enospc, .eio], usual: 12, transactions: 3, &generator)
    }
}
