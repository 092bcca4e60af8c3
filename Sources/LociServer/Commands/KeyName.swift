// Loci, Apache License 2.0.

import Loci
import LociProtocol

/// Keys of the protocol, which are any bytes, and names of collections, which are text.
enum KeyName {
    /// The name that a key asks for, where something is only read: nil for a key that no collection can have.
    static func existing(_ arguments: Arguments, _ index: Int) -> String? {
        arguments.with(index) { key in
            guard (1...255).contains(key.byteCount) else { return nil }
            return key.withUnsafeBytes { String(validating: $0, as: UTF8.self) }
        }
    }

    /// The name of a collection that may be made.
    /// - Throws: `CommandError` for bytes that are no text; what else is wrong, the database says.
    static func writable(_ arguments: Arguments, _ index: Int) throws(CommandError) -> String {
        let key = arguments[index]
        guard let name = String(validating: key, as: UTF8.self) else {
            throw CommandError("ERR the key is not UTF-8, and a collection cannot have its name")
        }
        return name
    }
}

extension Keyspace {
    /// The collection of a key; nil if there is none.
    func collection(_ arguments: Arguments, _ index: Int) throws -> (any CollectionReader)? {
        try KeyName.existing(arguments, index).flatMap { try collection($0) }
    }

    /// The collection of a key, for searches that see what is committed; nil if there is none.
    /// - Throws: `CommandError` within a transaction that writes.
    func committedCollection(_ arguments: Arguments, _ index: Int) throws -> Collection? {
        guard let found = try collection(arguments, index) else { return nil }
        guard let collection = found as? Collection else {
            throw CommandError(
                "ERR '\(arguments.text(0))' sees only what is committed, and cannot be in a transaction that writes")
        }
        return collection
    }

    /// Runs `body` with a collection as one commit left it.
    func withMoment<Result>(of collection: Collection, _ body: (Collection) throws -> Result) throws -> Result {
        guard let committed = self as? CommittedKeyspace else { return try body(collection) }
        return try committed.database.read { try body($0.collection(collection.name)) }
    }

    /// Whether a key is that of a collection.
    func has(_ arguments: Arguments, _ index: Int) throws -> Bool {
        try KeyName.existing(arguments, index).map { try has($0) } ?? false
    }
}

extension WritableKeyspace {
    /// The collection of a key, to be changed; nil if there is none.
    func writableCollection(_ arguments: Arguments, _ index: Int) throws -> WritableCollection? {
        try KeyName.existing(arguments, index).flatMap { try writableCollection($0) }
    }

    /// Drops a set that has lost its last element, if `VADD` has made it: an empty key is none. What `LOCI.CREATE` or the command line has
    /// made stays, with what it was made with.
    func dropIfEmpty(_ collection: WritableCollection) throws {
        guard collection.rowCount == 0, collection.configuration.keepsLengths,
            !VectorSetNotes(collection.properties).isKept
        else { return }
        try drop(collection.name)
    }
}

extension ReplyEncoder {
    /// Writes an identifier.
    mutating func identifier(_ id: VectorID) { bulk(id.bytes.span.bytes) }

    /// Writes a string of bytes.
    mutating func bulk(_ bytes: [UInt8]) { bulk(bytes.span.bytes) }

    /// Writes a line of text.
    mutating func simple(_ text: String) { simple(text.utf8) }

    mutating func ok() { simple("OK".utf8) }

    mutating func integer(_ value: Int) { integer(Int64(value)) }
}
