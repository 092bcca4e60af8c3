// Loci, Apache License 2.0.

import LociIndex
import Synchronization

/// The searchers of a collection that nobody uses at the moment: one is lent to each thread that searches.
///
/// Views of the collection hand the pool on as long as its vectors are coded in the same space, so that the first search
/// after a commit finds its memory ready.
final class SearcherPool: Sendable {
    let layout: CodeLayout
    let space: VectorSpace
    private let idle = Mutex<[SearcherBox]>([])

    /// A searcher on its way between threads: it is used by one at a time.
    private struct SearcherBox: @unchecked Sendable {
        let searcher: Searcher
    }

    init(layout: CodeLayout, space: VectorSpace) {
        self.layout = layout
        self.space = space
    }

    /// Lends a searcher that nobody uses.
    func withSearcher<Result>(_ body: (Searcher) throws -> Result) rethrows -> Result {
        let searcher = idle.withLock { $0.popLast() }?.searcher ?? newSearcher()
        defer {
            let box = SearcherBox(searcher: searcher)
            idle.withLock { $0.append(box) }
        }
        return try body(searcher)
    }

    /// Lends several searchers that nobody uses.
    func withSearchers<Result>(_ count: Int, _ body: ([Searcher]) throws -> Result) rethrows -> Result {
        var boxes = idle.withLock { pool in
            let taken = Array(pool.suffix(count))
            pool.removeLast(taken.count)
            return taken
        }
        while boxes.count < count { boxes.append(SearcherBox(searcher: newSearcher())) }
        defer {
            let returned = boxes
            idle.withLock { $0.append(contentsOf: returned) }
        }
        return try body(boxes.map(\.searcher))
    }

    private func newSearcher() -> Searcher { Searcher(layout: layout, space: space) }
}
