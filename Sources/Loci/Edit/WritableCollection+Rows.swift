// Loci, Apache License 2.0.

public import LociAttributes
import LociIndex

/// Rows of several vectors: the chunks of a document, say, or the tokens of a text.
///
/// A row has one identifier, one set of attributes, and from 1 to 256 vectors, in an order. Searches give rows, each once, by the
/// best of its vectors.
extension WritableCollection {
    /// The number of rows, as this transaction has changed it: that of identifiers.
    public var rowCount: Int { edit.rowCount }

    /// Adds a row of several vectors.
    /// - Parameters:
    ///   - id: From 1 to 480 bytes, and not there yet.
    ///   - vectors: From 1 to 256, each of the collection's dimension.
    ///   - attributes: What else is to be known of the row; `nil` for nothing.
    /// - Throws: `LociError.identifierExists`, `LociError.vectorCount`; `IndexError` for a vector that cannot be stored: the
    ///   transaction can go on, and has nothing of the row.
    /// - Complexity: As `add(_:_:attributes:)`, for each vector.
    public func add(_ id: VectorID, vectors: [[Float]], attributes: Attributes? = nil) throws {
        try put(id, vectors, attributes, replacing: false)
    }

    /// Adds a row of several vectors, or replaces the one of its identifier with all its vectors.
    /// - Parameters:
    ///   - id: From 1 to 480 bytes.
    ///   - vectors: From 1 to 256, each of the collection's dimension.
    ///   - attributes: In place of those that the identifier has; `nil` to keep them. See `setAttributes` to remove them.
    /// - Returns: Whether there was one.
    /// - Throws: `LociError.vectorCount`; `IndexError` for a vector that cannot be stored: the transaction can go on, and has the
    ///   row as it was.
    /// - Complexity: As `add(_:_:attributes:)`, for each vector.
    @discardableResult
    public func upsert(_ id: VectorID, vectors: [[Float]], attributes: Attributes? = nil) throws -> Bool {
        try put(id, vectors, attributes, replacing: true)
    }

    @discardableResult
    private func put(
        _ id: VectorID, _ vectors: [[Float]], _ attributes: Attributes?, replacing: Bool
    ) throws -> Bool {
        try LociError.mapped {
            _ = try transaction.opened()
            let dimension = vectors.first?.count ?? 0
            if let other = vectors.first(where: { $0.count != dimension }) {
                throw IndexError.dimensionMismatch(
                    found: other.count, expected: edit.dimension == 0 ? dimension : edit.dimension)
            }
            return try vectors.flatMap(\.self).withUnsafeBufferPointer {
                try edit.put(
                    id, $0, vectors: vectors.count, attributes: attributes?.utf8, replacing: replacing)
            }
        }
    }

    /// The vectors of an identifier, in the order in which they were given: as they were given to this transaction, or as
    /// `Collection.vectors(of:)` gives them.
    /// - Returns: `nil` when there is no such identifier.
    /// - Throws: `LociError`.
    public func vectors(of id: VectorID) throws -> [[Float]]? {
        try LociError.mapped {
            _ = try transaction.opened()
            return try edit.vectors(of: id)
        }
    }
}

extension Collection {
    /// Adds a row of several vectors, in a transaction of its own; see `WritableCollection.add(_:vectors:attributes:)`.
    public func add(_ id: VectorID, vectors: [[Float]], attributes: Attributes? = nil) throws {
        try requireWritable()
        try database.write { try $0.collection(name).add(id, vectors: vectors, attributes: attributes) }
    }

    /// Adds a row of several vectors or replaces the one of its identifier, in a transaction of its own; see
    /// `WritableCollection.upsert(_:vectors:attributes:)`.
    @discardableResult
    public func upsert(_ id: VectorID, vectors: [[Float]], attributes: Attributes? = nil) throws -> Bool {
        try requireWritable()
        return try database.write { try $0.collection(name).upsert(id, vectors: vectors, attributes: attributes) }
    }
}
