// Loci, Apache License 2.0.

import LociIndex

/// Rows of vectors that a transaction was given and has not coded yet: what is inserted together is linked together, on all
/// processors.
struct PendingVectors {
    let dimension: Int
    private var values: [Float] = []
    /// The lengths of vectors of which only the directions stand among the values, by their places.
    private var lengths: [Int: Float] = [:]
    private var rows: [Row] = []
    private var textBytes = 0
    private var places: [VectorID: Int] = [:]

    /// Vectors that wait.
    private(set) var count = 0

    private struct Row {
        let id: VectorID
        /// Where its vectors stand among all.
        let vectors: Range<Int>
        var attributes: [UInt8]?
        var isDropped = false
    }

    init(dimension: Int) { self.dimension = dimension }

    /// The vectors that wait beyond the first of their rows.
    var extraVectors: Int { count - places.count }

    /// The memory that they and their attributes take, in bytes.
    var bytes: Int { values.count * 4 + textBytes }

    /// Where an identifier's row waits.
    func place(of id: VectorID) -> Int? { places[id] }

    /// The vectors of a row, as they were given.
    func vectors(at place: Int) -> [[Float]] {
        rows[place].vectors.map { vector in
            let length = lengths[vector] ?? 1
            return values[vector * dimension..<(vector + 1) * dimension].map { $0 * length }
        }
    }

    /// The text of the attributes that wait with a row.
    func attributes(at place: Int) -> [UInt8]? { rows[place].attributes }

    /// Adds a row, or puts it in the place of the one that waits under the identifier.
    /// - Parameters:
    ///   - vectors: One after another, at least one.
    ///   - lengths: One for each vector, where these are directions; else `nil`.
    ///   - attributes: The text of its attributes; `nil` to keep those that wait.
    mutating func put(
        _ vectors: UnsafeBufferPointer<Float>, lengths: [Float]? = nil, for id: VectorID, attributes: [UInt8]?
    ) {
        var attributes = attributes
        if let place = places[id] {
            let old = rows[place].vectors
            if vectors.count == old.count * dimension {
                values.replaceSubrange(old.lowerBound * dimension..<old.upperBound * dimension, with: vectors)
                setLengths(lengths, of: old)
                if let attributes { setAttributes(attributes, at: place) }
                return
            }
            attributes = attributes ?? rows[place].attributes
            _ = drop(id)
        }
        let first = values.count / dimension
        let added = vectors.count / dimension
        places[id] = rows.count
        rows.append(Row(id: id, vectors: first..<first + added, attributes: attributes))
        values.append(contentsOf: vectors)
        setLengths(lengths, of: first..<first + added)
        count += added
        textBytes += attributes?.count ?? 0
    }

    private mutating func setLengths(_ lengths: [Float]?, of vectors: Range<Int>) {
        for vector in vectors { self.lengths[vector] = lengths?[vector - vectors.lowerBound] }
    }

    /// Sets the text of the attributes that wait with a row, or removes it.
    mutating func setAttributes(_ attributes: [UInt8]?, at place: Int) {
        textBytes += (attributes?.count ?? 0) - (rows[place].attributes?.count ?? 0)
        rows[place].attributes = attributes
    }

    /// Forgets a row.
    /// - Returns: Whether there was one.
    mutating func drop(_ id: VectorID) -> Bool {
        guard let place = places.removeValue(forKey: id) else { return false }
        rows[place].isDropped = true
        count -= rows[place].vectors.count
        setAttributes(nil, at: place)
        return true
    }

    /// What belongs to a row.
    struct Entry {
        let id: VectorID
        /// How many vectors it has.
        let count: Int
        let attributes: [UInt8]?
    }

    /// What belongs to the rows that are left, in the order in which they came.
    var entries: [Entry] {
        rows.lazy.filter { !$0.isDropped }
            .map { Entry(id: $0.id, count: $0.vectors.count, attributes: $0.attributes) }
    }

    /// The vectors that are left, after others.
    /// - Parameters:
    ///   - others: One after another.
    ///   - known: The lengths of these, where they are directions.
    func source(after others: [Float], lengths known: [Float?]) throws -> GatheredVectors {
        var known = known
        if !lengths.isEmpty {
            for row in rows where !row.isDropped { known += row.vectors.map { lengths[$0] } }
        }
        return try GatheredVectors(appended(to: others), lengths: known, dimension: dimension)
    }

    /// The vectors that are left, after others, one after another.
    func appended(to others: [Float]) -> [Float] {
        if count * dimension == values.count { return others.isEmpty ? values : others + values }
        var all = others
        for row in rows where !row.isDropped {
            all.append(contentsOf: values[row.vectors.lowerBound * dimension..<row.vectors.upperBound * dimension])
        }
        return all
    }
}
