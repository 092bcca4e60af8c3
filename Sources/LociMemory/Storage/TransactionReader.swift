// Loci, Apache License 2.0.

import Loci

/// A namespace within a transaction, as that has changed it.
struct TransactionReader: NamespaceContents {
    let namespace: MemoryNamespace
    let settings: NamespaceSettings
    let records: WritableRecordTable
    let transaction: DatabaseTransaction

    var table: any RecordSource { records }

    func unitTable(_ kind: UnitKind) throws -> (any UnitTable)? {
        let name = namespace.collection(kind, settings.generation)
        return try transaction.hasCollection(name) ? transaction.collection(name) : nil
    }
}

extension DatabaseTransaction {
    /// A table of records; nil if there is none of the name.
    func existingRecordTable(_ name: String) throws -> WritableRecordTable? {
        do { return try recordTable(name) } catch LociError.recordTableNotFound { return nil }
    }
}
