// Loci, Apache License 2.0.

extension String {
    /// Whether two texts are the same to the byte: what is stored and hashed are bytes, and `==` takes texts for the same that are
    /// written by other scalars.
    func isSame(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
