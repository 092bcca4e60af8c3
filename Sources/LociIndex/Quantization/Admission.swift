// Loci, Apache License 2.0.

/// What vectors a collection takes in, besides what its metric says, and what it makes of them at the door.
package struct Admission: Sendable, Equatable {
    /// The largest magnitude of a component.
    package var componentLimit: Float
    /// Whether cosine takes vectors of length zero, which are at distance 1 from everything.
    package var takesZeroVectors: Bool
    /// Whether, under cosine, a vector becomes the one of its signs: 1 / √dimension where a component is above 0, else
    /// the opposite. A vector of zeros is one of no sign above 0 then.
    package var takesSigns: Bool

    package init(
        componentLimit: Float = VectorSpace.componentLimit, takesZeroVectors: Bool = false, takesSigns: Bool = false
    ) {
        self.componentLimit = componentLimit
        self.takesZeroVectors = takesZeroVectors
        self.takesSigns = takesSigns
    }
}
