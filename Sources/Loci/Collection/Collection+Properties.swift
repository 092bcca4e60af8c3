// Loci, Apache License 2.0.

public import LociAttributes
import LociStorage

/// A JSON object of a collection's own: what those who use it want to know of it, and the database does not look into.
extension Collection {
    /// The largest properties of a collection, in bytes of UTF-8: they are read and written with its record.
    public static let maximumPropertiesBytes = 4_096

    /// The collection's properties; `nil` where it has none.
    /// - Throws: `LociError.collectionNotFound`.
    public var properties: Attributes? {
        get throws { try withView { $0.record.properties } }
    }

    /// Sets the collection's properties, in a transaction of its own; see `WritableCollection.setProperties`.
    public func setProperties(_ properties: Attributes?) throws {
        try requireWritable()
        try database.write { try $0.collection(name).setProperties(properties) }
    }

    /// Refuses properties that are too large.
    static func admit(_ properties: Attributes?, of name: String) throws(LociError) {
        guard let bytes = properties?.utf8.count, bytes > maximumPropertiesBytes else { return }
        throw .propertiesLength(name: name, bytes: bytes, limit: maximumPropertiesBytes)
    }
}

extension WritableCollection {
    /// The collection's properties, as this transaction has changed them; `nil` where it has none.
    public var properties: Attributes? { edit.record.properties }

    /// Sets the collection's properties.
    /// - Parameter properties: In place of those that it has; `nil` to remove them.
    /// - Throws: `LociError.propertiesLength`: the transaction can go on, and nothing has changed.
    /// - Complexity: O(bytes)
    public func setProperties(_ properties: Attributes?) throws {
        try LociError.mapped {
            _ = try transaction.opened()
            try Collection.admit(properties, of: name)
            edit.setProperties(properties)
        }
    }
}
