// Loci, Apache License 2.0.

public import LociAttributes
public import LociIndex
import LociStorage

/// A collection inside of a write transaction.
///
/// Vectors that are added wait in memory, up to 64 MiB of them, and are coded and linked together: many in one transaction are
/// cheaper than each in its own, and use all processors. The first vector decides on the dimension. The mean that codes are
/// relative to is learned from what is there, at each doubling up to 2,000 vectors; beyond, there is a graph.
public struct WritableCollection {
    let edit: CollectionEdit
    let transaction: DatabaseTransaction

    /// The name.
    public var name: String { edit.record.name }

    /// What the collection was made with.
    public var configuration: CollectionConfiguration { edit.record.configuration }

    /// The number of vectors, as this transaction has changed it.
    public var count: Int { edit.count }

    /// The number of components of a vector; `nil` while there are no vectors.
    public var dimension: Int? { edit.dimension == 0 ? nil : edit.dimension }

    /// The identifier that the next vector without one will have: the first number above all that are there.
    public var nextIdentifier: VectorID { edit.nextIdentifier() }

    /// Adds a vector.
    /// - Parameters:
    ///   - id: From 1 to 480 bytes, and not there yet.
    ///   - vector: Of the collection's dimension.
    ///   - attributes: What else is to be known of it; `nil` for nothing.
    /// - Throws: `LociError.identifierExists`; `IndexError` for a vector that cannot be stored: the transaction can go on.
    /// - Complexity: Of the graph, as a search with the build window, and degree² distances.
    public func add(_ id: VectorID, _ vector: [Float], attributes: Attributes? = nil) throws {
        try put(id, vector, attributes, replacing: false)
    }

    /// Adds a vector, or replaces the one of its identifier.
    /// - Parameters:
    ///   - id: From 1 to 480 bytes.
    ///   - vector: Of the collection's dimension.
    ///   - attributes: In place of those that the identifier has; `nil` to keep them. See `setAttributes` to remove them.
    /// - Returns: Whether there was one.
    /// - Throws: `IndexError` for a vector that cannot be stored: the transaction can go on.
    /// - Complexity: As `add`.
    @discardableResult
    public func upsert(_ id: VectorID, _ vector: [Float], attributes: Attributes? = nil) throws -> Bool {
        try put(id, vector, attributes, replacing: true)
    }

    @discardableResult
    private func put(_ id: VectorID, _ vector: [Float], _ attributes: Attributes?, replacing: Bool) throws -> Bool {
        try LociError.mapped {
            _ = try transaction.opened()
            return try vector.withUnsafeBufferPointer {
                try edit.put(id, $0, attributes: attributes?.utf8, replacing: replacing)
            }
        }
    }

    /// Sets the attributes of an identifier, and leaves its vector alone.
    /// - Parameters:
    ///   - id: The identifier.
    ///   - attributes: In place of those that it has; `nil` to remove them.
    /// - Returns: Whether there is such an identifier; without it nothing is done.
    /// - Throws: `LociError`.
    /// - Complexity: O(log n).
    @discardableResult
    public func setAttributes(_ id: VectorID, _ attributes: Attributes?) throws -> Bool {
        try LociError.mapped {
            _ = try transaction.opened()
            return try edit.setAttributes(attributes?.utf8, of: id)
        }
    }

    /// The attributes of an identifier, as this transaction has changed them.
    /// - Returns: `nil` when it has none, or there is no such identifier.
    /// - Throws: `LociError`.
    /// - Complexity: O(log n).
    public func attributes(of id: VectorID) throws -> Attributes? {
        try LociError.mapped {
            _ = try transaction.opened()
            return try edit.attributes(of: id).map { try Attributes(stored: $0, of: id) }
        }
    }

    /// Adds vectors without attributes, or replaces those of their identifiers, which keep their attributes.
    /// - Parameters:
    ///   - source: The vectors, of the collection's dimension.
    ///   - identifiers: One for each; `nil` for numbers, from the first that is above all that are there.
    ///   - replacing: Whether there may be vectors of these identifiers.
    /// - Returns: How many were replaced.
    /// - Throws: `LociError.identifierCount` or `.identifierExists`; `IndexError` for a vector that cannot be stored, naming
    ///   its row; what the source throws. Rows before that one are added: let the error travel out of the transaction, or go
    ///   on.
    /// - Complexity: As `add`, for each.
    @discardableResult
    public func add(
        from source: some VectorSource, identifiers: [VectorID]? = nil, replacing: Bool = false
    ) throws -> Int {
        if let identifiers, identifiers.count != source.count {
            throw LociError.identifierCount(identifiers: identifiers.count, vectors: source.count)
        }
        return try LociError.mapped {
            _ = try transaction.opened()
            return try withUnsafeTemporaryAllocation(of: Float.self, capacity: source.dimension) { buffer in
                var replaced = 0
                for row in 0..<source.count {
                    try source.read(row: row, into: buffer)
                    let id = identifiers?[row] ?? edit.nextIdentifier()
                    let wasThere = try edit.put(
                        id, UnsafeBufferPointer(buffer), replacing: replacing, row: row)
                    if wasThere { replaced += 1 }
                }
                return replaced
            }
        }
    }

    /// Removes a row: a vector, or all that its identifier has, with its attributes.
    /// - Returns: Whether there was one.
    /// - Throws: `LociError`.
    /// - Complexity: Of the graph, as a search.
    @discardableResult
    public func remove(_ id: VectorID) throws -> Bool {
        try LociError.mapped {
            _ = try transaction.opened()
            return try edit.remove(id)
        }
    }

    /// Whether there is a vector of an identifier.
    /// - Throws: `LociError`.
    /// - Complexity: O(log n).
    public func contains(_ id: VectorID) throws -> Bool {
        try LociError.mapped {
            _ = try transaction.opened()
            return try edit.contains(id)
        }
    }

    /// The vector of an identifier, of a row of several the first: as it was given to this transaction, or as `Collection.get` gives it.
    /// - Returns: `nil` when there is no such identifier.
    /// - Throws: `LociError`.
    public func get(_ id: VectorID) throws -> [Float]? {
        try LociError.mapped {
            _ = try transaction.opened()
            return try edit.vectors(of: id)?.first
        }
    }
}

extension Collection {
    /// Adds a vector, in a transaction of its own.
    /// - Parameters:
    ///   - id: From 1 to 480 bytes, and not there yet.
    ///   - vector: Of the collection's dimension; the first one decides on it.
    ///   - attributes: What else is to be known of it; `nil` for nothing.
    /// - Throws: `LociError.identifierExists`, `IndexError` for a vector that cannot be stored, or what a commit throws: nothing
    ///   has changed then.
    /// - Complexity: See `WritableCollection`.
    public func add(_ id: VectorID, _ vector: [Float], attributes: Attributes? = nil) throws {
        try write { try $0.add(id, vector, attributes: attributes) }
    }

    /// Adds a vector or replaces the one of its identifier, in a transaction of its own.
    /// - Parameters:
    ///   - id: From 1 to 480 bytes.
    ///   - vector: Of the collection's dimension.
    ///   - attributes: In place of those that the identifier has; `nil` to keep them.
    /// - Returns: Whether there was one.
    /// - Throws: As `add`.
    @discardableResult
    public func upsert(_ id: VectorID, _ vector: [Float], attributes: Attributes? = nil) throws -> Bool {
        try write { try $0.upsert(id, vector, attributes: attributes) }
    }

    /// Sets the attributes of an identifier, in a transaction of its own.
    /// - Parameters:
    ///   - id: The identifier.
    ///   - attributes: In place of those that it has; `nil` to remove them.
    /// - Returns: Whether there is such an identifier.
    /// - Throws: `LociError`.
    @discardableResult
    public func setAttributes(_ id: VectorID, _ attributes: Attributes?) throws -> Bool {
        try write { try $0.setAttributes(id, attributes) }
    }

    /// Removes a row with its attributes, in a transaction of its own; see `WritableCollection.remove`.
    /// - Returns: Whether there was one.
    /// - Throws: `LociError`.
    @discardableResult
    public func remove(_ id: VectorID) throws -> Bool {
        try write { try $0.remove(id) }
    }

    private func write<Result>(_ body: (WritableCollection) throws -> Result) throws -> Result {
        try requireWritable()
        return try database.write { try body($0.collection(name)) }
    }
}
