// Loci, Apache License 2.0.

import Loci

/// A collection that has lived beside a fresh one of the same vectors, at one window.
struct ChurnFigures: Codable {
    let life: String
    /// How long it took to live.
    let seconds: Double
    let window: Int
    let recall: Double
    let freshRecall: Double
    let queriesPerSecond: Double
    let freshQueriesPerSecond: Double
    /// Of the pages in use and free ones.
    let fileBytes: Int
    let freshFileBytes: Int
    /// By what is on the pages.
    let bytesPerVector: Double
    let freshBytesPerVector: Double

    static func table(of figures: [ChurnFigures]) -> String {
        var table = Table(
            text: ["life"],
            numbers: [
                "seconds", "window", "recall@10", "fresh", "difference", "queries/s", "fresh", "ratio", "bytes/vector",
                "fresh",
                "ratio", "file ratio",
            ])
        for figure in figures {
            table.add([
                figure.life, Format.fixed(figure.seconds, 1), Format.count(figure.window),
                Format.fixed(figure.recall, 4), Format.fixed(figure.freshRecall, 4),
                Format.fixed(figure.recall - figure.freshRecall, 4), Format.fixed(figure.queriesPerSecond, 0),
                Format.fixed(figure.freshQueriesPerSecond, 0),
                Format.fixed(figure.queriesPerSecond / figure.freshQueriesPerSecond, 3),
                Format.fixed(figure.bytesPerVector, 0), Format.fixed(figure.freshBytesPerVector, 0),
                Format.fixed(figure.bytesPerVector / figure.freshBytesPerVector, 3),
                Format.fixed(Double(figure.fileBytes) / Double(figure.freshFileBytes), 3),
            ])
        }
        return table.rendered()
    }
}

/// Searches both collections in turn.
struct ChurnComparison<Queries: VectorSource> {
    let lived: Collection
    let rowOfID: [VectorID: Int]
    let fresh: Collection
    /// The row of each of the fresh collection's numbers.
    let freshRows: [Int]
    let queries: Queries
    /// By the fresh collection's numbers.
    let truth: ExactNeighbours
    let passes: Int

    func figures(
        life: String, seconds: Double, windows: [Int], livedBytes: Int, freshBytes: Int
    ) throws -> [ChurnFigures] {
        let (livedInfo, freshInfo) = (try lived.info(), try fresh.info())
        return try windows.map { window in
            let options = SearchOptions(k: truth.k, window: window)
            var best = (lived: 0.0, fresh: 0.0)
            var recall = (lived: 0.0, fresh: 0.0)
            for _ in 0..<passes {
                let (livedRate, livedResults) = try search(lived, options)
                let (freshRate, freshResults) = try search(fresh, options)
                best = (max(best.lived, livedRate), max(best.fresh, freshRate))
                recall = (
                    share(livedResults) { rowOfID[$0] },
                    share(freshResults) { Int($0.description).map { freshRows[$0] } }
                )
            }
            return ChurnFigures(
                life: life, seconds: seconds, window: window, recall: recall.lived, freshRecall: recall.fresh,
                queriesPerSecond: best.lived, freshQueriesPerSecond: best.fresh, fileBytes: livedBytes,
                freshFileBytes: freshBytes, bytesPerVector: livedInfo.bytesPerVector,
                freshBytesPerVector: freshInfo.bytesPerVector)
        }
    }

    private func search(_ collection: Collection, _ options: SearchOptions) throws -> (Double, SearchResults) {
        let start = ContinuousClock.now
        let results = try collection.search(queries: queries, options, threads: 1)
        return (Double(queries.count) / (ContinuousClock.now - start).seconds, results)
    }

    private func share(_ results: SearchResults, row: (VectorID) -> Int?) -> Double {
        var found = 0
        for query in 0..<results.queryCount {
            let nearest = Set(
                truth.rows[query * truth.k..<(query + 1) * truth.k].map { freshRows[Int($0)] })
            found += results.range(ofQuery: query).count {
                row(results.identifier(at: $0)).map(nearest.contains) ?? false
            }
        }
        return Double(found) / Double(results.queryCount * truth.k)
    }
}
