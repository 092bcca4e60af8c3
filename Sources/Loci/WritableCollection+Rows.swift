// Loci, Apache License 2.0.

public import LociAttributes
import LociIndex
import LociStorage

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
    /// The number of rows, which is that of identifiers: less than `count` where rows have several vectors.
    public var rowCount: Int {
        get throws { try withView { $0.record.rowCount } }
    }

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

    /// The vectors of an identifier, in the order in which they were given, each as `get` gives it.
    /// - Returns: `nil` when there is no such identifier.
    /// - Throws: `LociError`.
    /// - Complexity: O(log n), and the vectors.
    public func vectors(of id: VectorID) throws -> [[Float]]? {
        try withFound({ view, transaction in try view.slots(of: id, in: transaction) }) { view, slots in
            slots.map { $0.map { view.vector(at: $0) } }
        }
    }

    /// Calls `body` with every identifier and its vectors, in the order of the slots of their first vectors, of one moment.
    /// - Parameter body: Gets vectors as `get` gives them, in the order in which they were given.
    /// - Throws: `LociError.corrupt`, or what `body` throws.
    /// - Complexity: Besides the vectors, O(vectors of rows of several) memory.
    public func forEachRow(_ body: (VectorID, [[Float]]) throws -> Void) throws {
        try withFound({ view, transaction in try RowLists(view, in: transaction) }) { view, rows in
            for slot in view.liveSlots where rows.first(of: slot) == slot {
                let id = VectorID(bytes: try view.identifiers.identifier(at: slot))
                try body(id, rows.slots(with: slot).map { view.vector(at: $0) })
            }
        }
    }

    /// Calls `body` with identifiers and their vectors, in the order of the identifiers, of one moment.
    ///
    /// - Parameters:
    ///   - ids: The identifiers. One that is given twice is answered twice.
    ///   - body: Gets vectors as `get` gives them, in the order in which they were given. It is not called at all if an
    ///     identifier is unknown.
    /// - Throws: `LociError.identifiersNotFound`, or what `body` throws.
    /// - Complexity: O(n log m) for n of m identifiers, and their vectors.
    public func forEachRow(of ids: [VectorID], _ body: (VectorID, [[Float]]) throws -> Void) throws {
        try withFound { view, transaction in
            var rows: [[UInt32]] = []
            rows.reserveCapacity(ids.count)
            var missing: (first: VectorID, count: Int)?
            for id in ids {
                if let slots = try view.slots(of: id, in: transaction) {
                    rows.append(slots)
                } else {
                    missing = (missing?.first ?? id, (missing?.count ?? 0) + 1)
                }
            }
            if let missing {
                throw LociError.identifiersNotFound(
                    name: name, first: missing.first, count: missing.count, of: ids.count)
            }
            return rows
        } _: { view, rows in
            for (id, slots) in zip(ids, rows) { try body(id, slots.map { view.vector(at: $0) }) }
        }
    }
}
