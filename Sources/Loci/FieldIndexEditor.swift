// Loci, Apache License 2.0.

import LociAttributes
import LociStorage

/// Keeps the indexes of a collection as its attributes change.
///
/// Changes are collected in memory, by value, and made block by block when they are many, or when the edit is stored: most of a
/// transaction's rows share their values, and so their blocks.
final class FieldIndexEditor {
    private let collection: UInt32
    /// In the order of their paths.
    private(set) var fields: [IndexedField]
    private var reader: FieldTermReader?
    private var changes: [PostingTerm: [PostingListEditor.Change]] = [:]
    private var changeCount = 0
    private var valueBytes = 0

    /// So many changes, and bytes of values, are collected at the most: some 64 MiB.
    private static let changeLimit = 1 << 20
    private static let valueLimit = 32 << 20
    /// What a value takes besides its bytes: an entry of the dictionary, and two arrays.
    private static let termBytes = 128

    init(collection: UInt32, fields: [IndexedField]) throws {
        self.collection = collection
        self.fields = fields
        try renewReader()
    }

    /// Whether there is nothing to be kept.
    var isEmpty: Bool { fields.isEmpty }

    private func renewReader() throws {
        reader = fields.isEmpty ? nil : try FieldTermReader(fields.map { ($0.path, $0.kind) })
    }

    /// Takes note of new attributes of a slot.
    /// - Parameters:
    ///   - old: The text that it had; `nil` for none.
    ///   - new: The text that it has now.
    /// - Complexity: O(bytes), and now and then that of `apply`.
    func note(
        _ slot: UInt32, old: [UInt8]?, new: [UInt8]?, in transaction: borrowing WriteTransaction
    ) throws {
        guard let reader, old != new else { return }
        let before = terms(of: old, reader)
        let after = terms(of: new, reader)
        for term in before where !after.contains(term) { note(term, slot, isThere: false) }
        for term in after where !before.contains(term) { note(term, slot, isThere: true) }
        if isFull { try apply(in: transaction) }
    }

    private var isFull: Bool { changeCount >= Self.changeLimit || valueBytes >= Self.valueLimit }

    private func terms(of text: [UInt8]?, _ reader: FieldTermReader) -> Set<PostingTerm> {
        guard let text else { return [] }
        var terms: Set = [Self.attributes]
        reader.forEachTerm(of: text.span.bytes) { field, value in
            terms.insert(PostingTerm(field: fields[field].record.number, value: value))
        }
        return terms
    }

    /// The value that all rows have which have attributes.
    private static let attributes = PostingTerm(field: PostingTerm.attributesField, value: [FieldTerm.present])

    private func note(_ term: PostingTerm, _ slot: UInt32, isThere: Bool) {
        if changes[term] == nil { valueBytes += term.value.count + Self.termBytes }
        changes[term, default: []].append(PostingListEditor.Change(slot: slot, isThere: isThere))
        changeCount += 1
    }

    /// Makes all changes that were noted.
    func apply(in transaction: borrowing WriteTransaction) throws {
        guard changeCount > 0 else { return }
        let all = changes
        forget()
        for term in all.keys.sorted() {
            var list = PostingListEditor(term, collection: collection)
            try list.apply(Self.final(all[term] ?? []), in: transaction)
            guard term.value == [FieldTerm.present],
                let place = fields.firstIndex(where: { $0.record.number == term.field })
            else { continue }
            fields[place].record.rows = UInt32(clamping: Int(fields[place].record.rows) + list.growth)
            try transaction.put(fields[place].record, of: collection)
        }
    }

    /// The last change of each slot, in the order of slots.
    private static func final(_ changes: [PostingListEditor.Change]) -> [PostingListEditor.Change] {
        let isRising = zip(changes, changes.dropFirst()).allSatisfy { $0.slot < $1.slot }
        if isRising { return changes }
        var last: [UInt32: Bool] = [:]
        for change in changes { last[change.slot] = change.isThere }
        return last.sorted { $0.key < $1.key }.map { PostingListEditor.Change(slot: $0.key, isThere: $0.value) }
    }

    private func forget() {
        changes = [:]
        (changeCount, valueBytes) = (0, 0)
    }

    /// Adds a field, and indexes it on the attributes that are stored.
    /// - Parameter path: Of no field that there is.
    func create(_ path: [UInt8], _ kind: FieldKind, in transaction: borrowing WriteTransaction) throws {
        try apply(in: transaction)
        let numbers = Set(fields.map(\.record.number))
        let number = (1...UInt16.max).first { !numbers.contains($0) } ?? 1
        let field = try IndexedField(FieldRecord(path: path, kind: kind.code, number: number))
        try transaction.put(field.record, of: collection)
        let isFirst = fields.isEmpty
        let place = fields.firstIndex { path.lexicographicallyPrecedes($0.record.path) } ?? fields.count
        fields.insert(field, at: place)
        try renewReader()
        try index(field, withAttributes: isFirst, in: transaction)
    }

    /// Makes indexes in a collection that has none, nor attributes.
    static func declare(
        _ indexes: [FieldIndex], of collection: UInt32, in transaction: borrowing WriteTransaction
    ) throws {
        let editor = try FieldIndexEditor(collection: collection, fields: [])
        for index in indexes { try editor.create(FieldIndex.path(index.path).bytes, index.kind, in: transaction) }
    }

    /// Reads all attributes for one field, in steps, since nothing can be written while a table is gone over.
    private func index(
        _ field: IndexedField, withAttributes: Bool, in transaction: borrowing WriteTransaction
    ) throws {
        let reader = try FieldTermReader([(field.path, field.kind)])
        var next: UInt32? = 0
        while let first = next {
            next = nil
            try transaction.forEachAttributes(in: collection, from: first) { slot, text in
                if isFull {
                    next = slot
                    return false
                }
                if withAttributes { note(Self.attributes, slot, isThere: true) }
                reader.forEachTerm(of: text) { _, value in
                    note(PostingTerm(field: field.record.number, value: value), slot, isThere: true)
                }
                return true
            } fault: {
                throw StorageError.corrupted(what: $0.description, location: "collection \(collection)")
            }
            try apply(in: transaction)
        }
    }

    /// Drops a field with its index.
    func drop(_ path: [UInt8], in transaction: borrowing WriteTransaction) throws {
        guard let place = fields.firstIndex(where: { $0.record.path == path }) else { return }
        try apply(in: transaction)
        let field = fields.remove(at: place)
        try transaction.deleteField(path: path, of: collection)
        try delete(field.record.number, in: transaction)
        if fields.isEmpty { try delete(PostingTerm.attributesField, in: transaction) }
        try renewReader()
    }

    private func delete(_ number: UInt16, in transaction: borrowing WriteTransaction) throws {
        _ = try transaction.delete(
            prefix: Key(collection: collection, field: number), in: .postings, limit: .max)
    }
}

extension CollectionEdit {
    /// What keeps the collection's indexes.
    func indexes() throws -> FieldIndexEditor {
        if let fieldIndexes { return fieldIndexes }
        let editor = try FieldIndexEditor(collection: number, fields: try transaction.indexedFields(of: number))
        fieldIndexes = editor
        return editor
    }

    /// Gives a slot the text of attributes, or takes it away: in the table, and in the indexes.
    func replaceAttributes(_ text: [UInt8]?, of slot: UInt32) throws {
        let indexes = try indexes()
        if !indexes.isEmpty {
            let old = try transaction.attributes(of: slot, in: number)
            try indexes.note(slot, old: old, new: text, in: transaction)
        }
        try transaction.setAttributes(text, of: slot, in: number)
    }

    /// Makes an index; see `FieldIndexEditor.create`.
    func createIndex(_ path: [UInt8], _ kind: FieldKind) throws {
        try changing { try indexes().create(path, kind, in: transaction) }
        isChanged = true
    }

    /// Drops an index.
    func dropIndex(_ path: [UInt8]) throws {
        try changing { try indexes().drop(path, in: transaction) }
        isChanged = true
    }
}
