// Loci, Apache License 2.0.

import Loci
import Synchronization
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
/// Processes that are killed while they append, and some that read while one appends: each exit test runs its body in a process of its own.
@Suite(.serialized) struct BlockProcessTests {
    private static let configuration = BlockFixture.configuration {
        ($0.blockSize, $0.landmarks) = (5, .segmentMeans(2))
    }

    private static func store(_ path: String) throws -> BlockStore {
        try BlockStore(Database.open(path), name: "test", embedder: nil, configuration)
    }

    /// The batch of a number: parts of some streams, all of which follow from the number. The first member of the first part tells it.
    private static func batch(_ number: Int) -> [(stream: String, members: BlockMembers)] {
        var generator = SeededGenerator(seed: UInt64(number))
        return (0...generator.below(3)).map { part in
            var members = generator.members(1 + generator.below(12))
            members.texts = members.texts.indices.map { "batch \(number) part \(part) member \($0)" }
            members.payload = generator.bytes(24 * members.count)
            return ("stream \(part == 0 ? 0 : generator.below(5))", members)
        }
    }

    /// The number of the last batch that a store has; 0 where there is none.
    private static func lastBatch(in store: BlockStore) throws -> Int {
        guard try store.exists else { return 0 }
        return try store.read { reader in
            guard let last = try reader.blocks(of: "stream 0").last, let text = try reader.texts(of: last).last else {
                return 0
            }
            return Int(text.split(separator: " ")[1]) ?? 0
        }
    }

    /// Appends batches and says so in a pipe, until the process is killed after some of them and a number of idle steps.
    private static func appendUntilKilled(_ path: String, from: Int, afterBatches count: Int, steps: Int) async throws {
        let store = try store(path)
        let report = try ReportPipe(path + ".pipe")
        for number in from... {
            if number == from + count { KillAtRandom.after(steps: steps) }
            try await store.append(batch(number))
            report.say(number)
        }
    }

    /// Killed at random moments, again and again: what was acknowledged is there, and nothing in part.
    @Test func killedWhileAppending() async throws {
        var generator = SeededGenerator(fresh: #function)
        let folder = try TemporaryFolder()
        let path = folder.database
        let report = try ReportPipe(making: path + ".pipe")
        var model = BlockModel(Self.configuration)
        var (last, unacknowledged) = (0, 0)
        for round in 0..<TestSettings.iterations(5) {
            let (from, count) = (last + 1, generator.below(6))
            // From nothing to the time of some commits.
            let steps = generator.below(1 << (4 + 2 * generator.below(8)))
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, from = from as Int, count = count as Int, steps = steps as Int] in
                try await Self.appendUntilKilled(path, from: from, afterBatches: count, steps: steps)
            }
            let acknowledged = report.numbers().last ?? last
            let store = try Self.store(path)
            let found = try Self.lastBatch(in: store)
            let circumstances = "round \(round), \(found) after \(acknowledged), \(generator)"
            #expect((acknowledged...acknowledged + 1).contains(found), "\(circumstances)")
            unacknowledged += found - acknowledged
            guard found >= last else { return }
            for number in last..<found {
                for part in Self.batch(number + 1) { _ = model.append(to: part.stream, part.members) }
            }
            last = found
            guard last > 0 else { continue }
            try model.expectSame(in: store, circumstances)
            #expect(try store.contradictions() == [], "\(circumstances)")
            #expect(try store.database.check() == [], "\(circumstances)")
        }
        print("\(last) batches, \(unacknowledged) of them not acknowledged in time")
    }

    /// Opens blocks until so many batches were the last one, and looks each time at whether all fits together.
    private static func read(_ path: String, batches: Int, seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let store = try BlockStore(Database.open(path, access: .readOnly), name: "test", embedder: nil, configuration)
        var (seen, last): (Set<Int>, Int) = ([], 0)
        while seen.count < batches {
            let found = try lastBatch(in: store)
            #expect(found >= last)
            seen.insert(found)
            last = found
            #expect(try store.contradictions() == [])
            var options = OpeningOptions()
            (options.stream, options.window, options.budget) = ("stream 0", 1, .blocks(1 + generator.below(8)))
            let opening = try store.open(queries: [generator.floats(8)], text: "batch \(found)", options)
            for block in opening.blocks {
                #expect(block.texts.count == block.positions.count)
                #expect(block.memberScores.count == block.positions.count)
            }
            // What was the last batch is there from then on.
            let newest = opening.blocks.last?.texts.last?.split(separator: " ")[1]
            #expect(newest.flatMap { Int($0) } ?? 0 >= found)
        }
    }

    private func reader(_ path: String, batches: Int, seed: UInt64) async {
        await #expect(processExitsWith: .success) {
            [path = path as String, batches = batches as Int, seed = seed as UInt64] in
            try await Self.read(path, batches: batches, seed: seed)
        }
    }

    /// Two processes open blocks while a third one appends, until both have seen enough.
    ///
    /// An exit test may hold one of the few threads that tests share for as long as its process runs. So the writer has a thread of its
    /// own, and waits for nobody; readers wait for the writer alone; and the test waits for readers. Nobody can wait in a circle.
    @Test func readersBesideAWriter() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        let store = try Self.store(path)
        try await store.append(Self.batch(1))
        let batches = TestSettings.iterations(8)
        let isDone = Atomic(false)
        async let writing = withTaskExecutorPreference(OwnThread()) {
            var number = 1
            while !isDone.load(ordering: .acquiring) {
                number += 1
                try await store.append(Self.batch(number))
            }
            return number
        }
        async let first: Void = reader(path, batches: batches, seed: 1)
        async let second: Void = reader(path, batches: batches, seed: 2)
        _ = await (first, second)
        isDone.store(true, ordering: .releasing)
        #expect(try await writing >= batches)
        #expect(try store.contradictions() == [])
        #expect(try store.database.check() == [])
    }
}
#endif
