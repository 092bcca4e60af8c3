// Loci, Apache License 2.0.

import LociIndex

/// Vectors that a transaction was given and has not coded yet: what is inserted together is linked together, on all
/// processors.
struct PendingVectors {
    let dimension: Int
    private var values: [Float] = []
    private var ids: [VectorID] = []
    private var isDropped: [Bool] = []
    private var places: [VectorID: Int] = [:]

    init(dimension: Int) { self.dimension = dimension }

    /// Vectors that wait.
    var count: Int { places.count }

    /// The memory that they take, in bytes.
    var bytes: Int { values.count * 4 }

    /// Where an identifier's vector waits.
    func place(of id: VectorID) -> Int? { places[id] }

    /// The vector at a place, as it was given.
    func vector(at place: Int) -> [Float] { Array(values[place * dimension..<(place + 1) * dimension]) }

    /// Adds a vector, or puts it in the place of the one that waits under the identifier.
    mutating func put(_ vector: UnsafeBufferPointer<Float>, for id: VectorID) {
        if let place = places[id] {
            values.replaceSubrange(place * dimension..<(place + 1) * dimension, with: vector)
        } else {
            places[id] = ids.count
            ids.append(id)
            isDropped.append(false)
            values.append(contentsOf: vector)
        }
    }

    /// Forgets a vector.
    /// - Returns: Whether there was one.
    mutating func drop(_ id: VectorID) -> Bool {
        guard let place = places.removeValue(forKey: id) else { return false }
        isDropped[place] = true
        return true
    }

    /// The identifiers that are left, in the order in which they came.
    var identifiers: [VectorID] { zip(ids, isDropped).lazy.filter { !$0.1 }.map(\.0) }

    /// The vectors that are left, after others, one after another.
    func appended(to others: [Float]) -> [Float] {
        if !isDropped.contains(true) { return others.isEmpty ? values : others + values }
        var all = others
        for place in ids.indices where !isDropped[place] {
            all.append(contentsOf: values[place * dimension..<(place + 1) * dimension])
        }
        return all
    }
}
