// Loci, Apache License 2.0.

/// Inserts vectors into a graph and takes them out, list by list: the graph may be a file, of which an edit copies what
/// it changes, so an operation changes as few lists as possible.
///
/// What an operation does is the same on any number of threads: it looks for what is to be done in parallel, against a
/// graph that does not change meanwhile, and then does it in the order of slots.
package final class GraphEditor {
    let graph: EditableGraph
    let parameters: BuildParameters
    let threads: Int
    let lists: EditableLists
    let vectors: DecodedVectors
    private let alpha: Float
    private var workers: [EditWorker] = []

    /// Where everything can be reached from; `SpanningTree.none` while no vector is linked.
    package internal(set) var entryPoint: UInt32
    /// How many vectors the graph links.
    package internal(set) var live: Int

    /// - Parameters:
    ///   - graph: Must live, with all that it points at, as long as the editor.
    ///   - parameters: Those that the graph was built with.
    ///   - threads: At least 1.
    /// - Throws: `IndexError.parameter` for what is out of range; `IndexError.corrupt` for an entry point that does not
    ///   exist.
    package init(_ graph: EditableGraph, parameters: BuildParameters, threads: Int) throws {
        let metric = graph.coder.space.metric
        try parameters.validate(metric: metric)
        guard graph.live == 0 || Int(graph.entryPoint) < graph.slots else {
            throw IndexError.corrupt("the entry point \(graph.entryPoint) is not below \(graph.slots)")
        }
        self.graph = graph
        self.parameters = parameters
        self.threads = max(1, threads)
        alpha = try parameters.effectiveAlpha(metric)
        lists = EditableLists(graph, maximumDegree: parameters.maximumDegree)
        vectors = try DecodedVectors(graph, threads: max(1, threads))
        entryPoint = graph.live == 0 ? SpanningTree.none : graph.entryPoint
        live = graph.live
    }

    /// Whether the graph links a vertex: it has a parent, or is where everything begins.
    func isLinked(_ slot: UInt32) -> Bool {
        Int(slot) < graph.slots && (slot == entryPoint || lists.parent(of: slot) != SpanningTree.none)
    }

    /// A worker for what is done by one thread.
    var worker: EditWorker { pool(1).workers[0] }

    /// Workers for so many tasks; no more than there are threads.
    private func pool(_ tasks: Int) -> WorkerPool<EditWorker> {
        while workers.count < max(1, min(tasks, threads)) {
            workers.append(EditWorker(graph, lists: lists, vectors: vectors, alpha: alpha))
        }
        return WorkerPool(workers: workers)
    }

    /// Makes something of every element, on all threads, while nothing is changed.
    /// - Returns: In the order of the elements.
    func map<Element: Sendable, Result: Sendable>(
        _ elements: [Element], _ body: @Sendable (EditWorker, Element) throws -> Result
    ) throws -> [Result] {
        let pool = pool(elements.count)
        let results = Results<Result>(count: elements.count)
        try Parallel.forEach(count: elements.count, grain: 4, threads: threads) { block, worker in
            for index in block { results.values[index] = try body(pool.workers[worker], elements[index]) }
        }
        return results.values.compactMap { $0 }
    }

    /// Results that several threads write, each into places of its own.
    private final class Results<Value>: @unchecked Sendable {
        // Safe to share: workers write disjoint places.
        let values: UnsafeMutableBufferPointer<Value?>

        init(count: Int) {
            values = .allocate(capacity: count)
            values.initialize(repeating: nil)
        }

        deinit {
            values.deinitialize()
            values.deallocate()
        }
    }

    /// Batches of up to 2 % of the vectors, as in a bulk build, but no larger than what is there to look at.
    static func batch(of left: Int, linked: Int, total: Int) -> Int {
        max(1, min(left, linked, total / 50))
    }
}
