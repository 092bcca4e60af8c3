// Loci, Apache License 2.0.

import LociAttributes
import LociStorage
import LociWords

/// What an index is to be.
struct FieldIndexDefinition: Equatable {
    /// The path, as records have it.
    let path: [UInt8]
    let kind: FieldKind
    /// How words are made; of texts alone.
    let analysis: WordAnalysis?

    init(path: [UInt8], kind: FieldKind, analysis: WordAnalysis? = nil) {
        self.path = path
        self.kind = kind
        self.analysis = kind == .text ? analysis ?? WordAnalysis() : nil
    }
}

/// A field with its record, as editors and filters use it.
struct IndexedField: Sendable {
    var record: FieldRecord
    let path: FilterPath
    let kind: FieldKind
    /// How words are made; of texts alone.
    let analysis: WordAnalysis?

    /// - Throws: `StorageError.corrupted` for what could not have been stored.
    init(_ record: FieldRecord) throws(StorageError) {
        let text = String(decoding: record.path, as: UTF8.self)
        func fault(_ what: String) -> StorageError { .corrupted(what: what, location: "table fields, \"\(text)\"") }
        guard let kind = FieldKind(code: record.kind) else {
            throw fault("an index of kind \(record.kind) is not known; open it with a later version of Loci")
        }
        guard let path = try? FilterPath(parsing: text), Array(path.text.utf8) == record.path else {
            throw fault("its path is none")
        }
        if kind == .text {
            do throws(WordsError) {
                analysis = try WordAnalysis(code: record.analysis)
            } catch {
                throw fault(error.description)
            }
        } else {
            analysis = nil
        }
        self.record = record
        self.kind = kind
        self.path = path
    }

    /// What users see of it.
    var index: FieldIndex {
        FieldIndex(
            path: path.text, kind: kind, rows: Int(record.rows),
            text: analysis.map {
                FieldIndex.Text(
                    analysis: $0, documents: Int(record.documents), words: Int(clamping: record.words))
            })
    }

    /// What would make an index like it.
    var definition: FieldIndexDefinition {
        FieldIndexDefinition(path: record.path, kind: kind, analysis: analysis)
    }
}

extension StorageTransaction where Self: ~Copyable {
    /// The fields of a collection that have an index, in the order of their paths.
    func indexedFields(of collection: UInt32) throws -> [IndexedField] {
        try fields(of: collection).map { try IndexedField($0) }
    }
}
