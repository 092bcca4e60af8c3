// Loci, Apache License 2.0.

import LociIndex
import Synchronization
import TestSupport
import Testing

@Suite struct ParallelTests {
    private struct Failure: Error, Equatable {
        let block: Int
    }

    @Test(arguments: [1, 2, 3, 8, 100])
    func everyNumberIsCoveredOnce(threads: Int) throws {
        for (count, grain) in [(0, 1), (1, 1), (1, 10), (10, 1), (100, 7), (1000, 16), (1024, 1024), (1025, 1024)] {
            let visits = Mutex([Int](repeating: 0, count: count))
            let strange = Flag()
            try Parallel.forEach(count: count, grain: grain, threads: threads) { block, worker in
                if worker < 0 || worker >= threads { strange.set() }
                if block.lowerBound % grain != 0 || block.isEmpty || block.count > grain { strange.set() }
                visits.withLock { visits in for index in block { visits[index] += 1 } }
            }
            #expect(visits.withLock { $0.allSatisfy { $0 == 1 } }, "\(count) by \(grain)")
            #expect(!strange.isSet)
        }
    }

    @Test(arguments: [1, 2, 3, 8])
    func aWorkerHasOneBlockAtATime(threads: Int) throws {
        let busy = Mutex(Set<Int>())
        let strange = Flag()
        try Parallel.forEach(count: 500, grain: 1, threads: threads) { _, worker in
            if busy.withLock({ !$0.insert(worker).inserted }) { strange.set() }
            busy.withLock { _ = $0.remove(worker) }
        }
        #expect(!strange.isSet)
    }

    @Test(arguments: [1, 2, 3, 8])
    func theFirstErrorInOrderIsThrown(threads: Int) {
        var generator = SeededGenerator("parallel errors \(threads)")
        for _ in 0..<TestSettings.iterations(20) {
            let failing = Set((0..<1 + generator.below(20)).map { _ in generator.below(60) })
            let first = failing.min() ?? 0
            #expect(throws: Failure(block: first)) {
                try Parallel.forEach(count: 60 * 3, grain: 3, threads: threads) { block, _ in
                    let number = block.lowerBound / 3
                    // The first to fail comes last, where there are threads to overtake it.
                    if number == first { for _ in 0..<2000 { _ = Flag() } }
                    if failing.contains(number) { throw Failure(block: number) }
                }
            }
        }
    }

    @Test func oddThreadCountsStillDoTheWork() throws {
        for threads in [0, -3] {
            let sum = Atomic<Int>(0)
            try Parallel.forEach(count: 10, grain: 3, threads: threads) { block, worker in
                sum.wrappingAdd(block.count + worker, ordering: .relaxed)
            }
            #expect(sum.load(ordering: .relaxed) == 10)
        }
    }
}
