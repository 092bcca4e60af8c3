// Loci, Apache License 2.0.

import LociAttributes
import LociStorage
import LociWords

/// Keeps the indexes of a collection as its attributes change.
///
/// Changes are collected in memory, by value, and made block by block when they are many, or when the edit is stored: most of a
/// transaction's rows share their values and words, and so their blocks.
final class FieldIndexEditor {
    private let collection: UInt32
    /// In the order of their paths.
    private(set) var fields: [IndexedField]
    private var reader: FieldTermReader?
    /// Of the fields of texts.
    private var texts: [TextFieldEditor] = []
    private var changes: [PostingTerm: PostingRun] = [:]
    private var waitingBytes = 0

    /// Changes that wait take at most about so many bytes.
    private static let waitingLimit = 64 << 20
    /// What a value takes besides its bytes: an entry of the dictionary, and the beginnings of four arrays.
    private static let termBytes = 320
    /// What a change takes, less its positions: its slot, its frequency, and what arrays keep free to grow.
    private static let changeBytes = 12
    private static let positionBytes = 6
    /// Where a row has a value, as blocks of slots alone have it.
    private static let once: [UInt32] = [0]

    init(collection: UInt32, fields: [IndexedField]) throws {
        self.collection = collection
        self.fields = fields
        texts = try fields.compactMap { try TextFieldEditor($0, collection: collection) }
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
        for term in before where !after.contains(term) { note(term, slot, []) }
        for term in after where !before.contains(term) { note(term, slot, Self.once) }
        for text in texts {
            try text.note(slot, old: old?.span.bytes, new: new?.span.bytes, in: transaction) { term, positions in
                note(PostingTerm(field: text.number, value: FieldTerm.bytes(ofWord: term)), slot, positions)
            }
        }
        if isFull { try apply(in: transaction) }
    }

    private var isFull: Bool { waitingBytes >= Self.waitingLimit }

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

    /// - Parameter positions: Empty where a slot has the value no more.
    private func note(_ term: PostingTerm, _ slot: UInt32, _ positions: [UInt32]) {
        let isNew = changes[term, default: PostingRun()].append(slot: slot, positions: positions) == 1
        if isNew { waitingBytes += term.value.count + Self.termBytes }
        waitingBytes += Self.changeBytes + positions.count * Self.positionBytes
    }

    /// Makes all changes that were noted.
    func apply(in transaction: borrowing WriteTransaction) throws {
        guard waitingBytes > 0 else { return }
        let all = changes
        (changes, waitingBytes) = ([:], 0)
        // Posting lists ask for them.
        for text in texts { try text.lengths.apply(in: transaction) }
        for term in all.keys.sorted() {
            guard let run = all[term] else { continue }
            let text = texts.first { $0.number == term.field && term.value.first == FieldTerm.word }
            var list = PostingListEditor(term, collection: collection)
            try list.apply(run.settled(), in: transaction) { slots in
                try text?.lengths.shortest(of: slots, in: transaction) ?? .max
            }
            guard term.value == [FieldTerm.present],
                let place = fields.firstIndex(where: { $0.record.number == term.field })
            else { continue }
            fields[place].record.rows = UInt32(clamping: Int(fields[place].record.rows) + list.growth)
            try transaction.put(fields[place].record, of: collection)
        }
        for text in texts { try put(text.takeGrowth(), of: text.number, in: transaction) }
    }

    private func put(
        _ growth: TextFieldEditor.Growth, of number: UInt16, in transaction: borrowing WriteTransaction
    ) throws {
        guard growth.documents != 0 || growth.words != 0,
            let place = fields.firstIndex(where: { $0.record.number == number })
        else { return }
        let record = fields[place].record
        fields[place].record.documents = UInt32(clamping: Int(record.documents) + growth.documents)
        fields[place].record.words = UInt64(clamping: Int(clamping: record.words) + growth.words)
        try transaction.put(fields[place].record, of: collection)
    }

    /// Adds a field, and indexes it on the attributes that are stored.
    /// - Parameter definition: Of no field that there is.
    func create(_ definition: FieldIndexDefinition, in transaction: borrowing WriteTransaction) throws {
        try apply(in: transaction)
        let numbers = Set(fields.map(\.record.number))
        let number = (1...UInt16.max).first { !numbers.contains($0) } ?? 1
        let field = try IndexedField(
            FieldRecord(
                path: definition.path, kind: definition.kind.code, number: number,
                analysis: definition.analysis?.code ?? []))
        try transaction.put(field.record, of: collection)
        let isFirst = fields.isEmpty
        let place = fields.firstIndex { definition.path.lexicographicallyPrecedes($0.record.path) } ?? fields.count
        fields.insert(field, at: place)
        let text = try TextFieldEditor(field, collection: collection)
        if let text { texts.append(text) }
        try renewReader()
        try index(field, text, withAttributes: isFirst, in: transaction)
    }

    /// Makes indexes in a collection that has none, nor attributes.
    static func declare(
        _ indexes: [FieldIndexDefinition], of collection: UInt32, in transaction: borrowing WriteTransaction
    ) throws {
        let editor = try FieldIndexEditor(collection: collection, fields: [])
        for index in indexes { try editor.create(index, in: transaction) }
    }

    /// Reads all attributes for one field, in steps, since nothing can be written while a table is gone over.
    private func index(
        _ field: IndexedField, _ text: TextFieldEditor?, withAttributes: Bool,
        in transaction: borrowing WriteTransaction
    ) throws {
        let reader = try FieldTermReader([(field.path, field.kind)])
        let number = field.record.number
        var next: UInt32? = 0
        while let first = next {
            next = nil
            try transaction.forEachAttributes(in: collection, from: first) { slot, attributes in
                if isFull {
                    next = slot
                    return false
                }
                if withAttributes { note(Self.attributes, slot, Self.once) }
                reader.forEachTerm(of: attributes) { _, value in
                    note(PostingTerm(field: number, value: value), slot, Self.once)
                }
                try text?.note(slot, old: nil, new: attributes, in: transaction) { term, positions in
                    note(PostingTerm(field: number, value: FieldTerm.bytes(ofWord: term)), slot, positions)
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
        texts.removeAll { $0.number == field.record.number }
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
    func createIndex(_ definition: FieldIndexDefinition) throws {
        try changing { try indexes().create(definition, in: transaction) }
        isChanged = true
    }

    /// Drops an index.
    func dropIndex(_ path: [UInt8]) throws {
        try changing { try indexes().drop(path, in: transaction) }
        isChanged = true
    }
}
