// Loci, Apache License 2.0.

public import LociAttributes
public import LociIndex

/// Vectors of a collection on a plane: that of the two directions in which they vary most (principal component analysis).
public struct CollectionMap: Sendable {
    /// A vector on the map.
    public struct Point: Sendable, Equatable {
        /// The identifier; that of its row, where rows have several vectors.
        public let id: VectorID
        /// Its slot, which tells the vectors of a row apart.
        package let slot: UInt32
        /// Where it is.
        public let x: Float
        /// Where it is.
        public let y: Float
        /// What the collection keeps with its row; nil for nothing.
        public let attributes: Attributes?
    }

    /// The points, in the order of slots.
    public let points: [Point]
    /// How many vectors the collection has: those that are not on the map were not drawn.
    public let count: Int
    /// The shares of the variance that lie along both directions, from 0 to 1.
    public var shares: [Double] { plane.shares }
    /// The plane.
    package let plane: PrincipalPlane
    /// Whether vectors are made of unit length before they are projected.
    let isNormalised: Bool

    /// Where any vector of the collection's dimension is on the map.
    /// - Throws: `IndexError.dimensionMismatch`.
    public func place(of vector: [Float]) throws(IndexError) -> (x: Float, y: Float) {
        guard vector.count == plane.mean.count else {
            throw .dimensionMismatch(found: vector.count, expected: plane.mean.count)
        }
        return plane.place(of: isNormalised ? Self.normalised(vector) : vector)
    }

    /// The vector of unit length; itself where it has none.
    static func normalised(_ vector: [Float]) -> [Float] {
        let largest = vector.lazy.map(\.magnitude).max() ?? 0
        guard largest > 0, largest.isFinite else { return vector }
        let length = vector.reduce(0.0) { $0 + Double($1 / largest) * Double($1 / largest) }.squareRoot()
        return vector.map { Float(Double($0 / largest) / length) }
    }
}

extension CollectionView {
    /// The vector of a slot as distances see it: of unit length under cosine.
    func measured(at slot: UInt32) -> [Float] {
        let vector = direction(at: slot)
        return record.configuration.metric == .cosine ? CollectionMap.normalised(vector) : vector
    }
}

/// The graph of a collection of which all vectors are on a map, with vectors of 8 bits a component: enough to walk it
/// elsewhere.
package struct MapGraph: Sendable, Equatable {
    /// The components of all points, one after another: a byte stands for low + step · byte.
    package let codes: [UInt8]
    package let lows: [Float]
    package let steps: [Float]
    /// Where the links of each point end in ``links``.
    package let ends: [UInt32]
    /// The points that points link to.
    package let links: [UInt32]
    /// The points where walks begin: the entry point first, then the table of entries; none without a graph.
    package let entries: [UInt32]
}
