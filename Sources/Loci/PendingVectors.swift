// Loci, Apache License 2.0.

import LociIndex

/// Vectors that a transaction was given and has not coded yet: what is inserted together is linked together, on all
/// processors.
struct PendingVectors {
    let dimension: Int
    private var values: [Float] = []
    private var ids: [VectorID] = []
    private var texts: [[UInt8]?] = []
    private var textBytes = 0
    private var isDropped: [Bool] = []
    private var places: [VectorID: Int] = [:]

    init(dimension: Int) { self.dimension = dimension }

    /// Vectors that wait.
    var count: Int { places.count }

    /// The memory that they and their attributes take, in bytes.
    var bytes: Int { values.count * 4 + textBytes }

    /// Where an identifier's vector waits.
    func place(of id: VectorID) -> Int? { places[id] }

    /// The vector at a place, as it was given.
    func vector(at place: Int) -> [Float] { Array(values[place * dimension..<(place + 1) * dimension]) }

    /// The text of the attributes that wait with a vector.
    func attributes(at place: Int) -> [UInt8]? { texts[place] }

    /// Adds a vector, or puts it in the place of the one that waits under the identifier.
    /// - Parameter attributes: The text of its attributes; `nil` to keep those that wait.
    mutating func put(_ vector: UnsafeBufferPointer<Float>, for id: VectorID, attributes: [UInt8]?) {
        if let place = places[id] {
            values.replaceSubrange(place * dimension..<(place + 1) * dimension, with: vector)
            if let attributes { setAttributes(attributes, at: place) }
        } else {
            places[id] = ids.count
            ids.append(id)
            isDropped.append(false)
            values.append(contentsOf: vector)
            texts.append(attributes)
            textBytes += attributes?.count ?? 0
        }
    }

    /// Sets the text of the attributes that wait with a vector, or removes it.
    mutating func setAttributes(_ attributes: [UInt8]?, at place: Int) {
        textBytes += (attributes?.count ?? 0) - (texts[place]?.count ?? 0)
        texts[place] = attributes
    }

    /// Forgets a vector.
    /// - Returns: Whether there was one.
    mutating func drop(_ id: VectorID) -> Bool {
        guard let place = places.removeValue(forKey: id) else { return false }
        isDropped[place] = true
        setAttributes(nil, at: place)
        return true
    }

    /// What belongs to a vector.
    struct Entry {
        let id: VectorID
        let attributes: [UInt8]?
    }

    /// What belongs to the vectors that are left, in the order in which they came.
    var entries: [Entry] {
        ids.indices.lazy.filter { !isDropped[$0] }.map { Entry(id: ids[$0], attributes: texts[$0]) }
    }

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
