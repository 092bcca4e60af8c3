// Loci, Apache License 2.0.

import LociAttributes
import LociStorage
import LociWords

extension Collection {
    /// Looks at all indexes: they are what an index would be that is made now of the attributes.
    static func checkIndexes(
        of number: UInt32, in transaction: borrowing ReadTransaction, report: inout CheckReport
    ) throws {
        var fields: [IndexedField] = []
        for record in try transaction.fields(of: number, fault: { report.add($0.description) }) {
            do throws(StorageError) {
                fields.append(try IndexedField(record))
            } catch {
                report.add(error.description)
            }
        }
        let numbers = Set(fields.map(\.record.number))
        if numbers.count < fields.count { report.add("table fields: two fields have one number") }
        try checkOwners(of: number, fields, in: transaction, report: &report)
        if !fields.isEmpty { try checkAttributesList(of: number, in: transaction, report: &report) }
        for field in fields { try check(field, of: number, in: transaction, report: &report) }
    }

    /// Postings of fields that have no index.
    private static func checkOwners(
        of number: UInt32, _ fields: [IndexedField], in transaction: borrowing ReadTransaction,
        report: inout CheckReport
    ) throws {
        var known = Set(fields.map(\.record.number))
        if !fields.isEmpty { known.insert(PostingTerm.attributesField) }
        var strays: [UInt16: Int] = [:]
        try transaction.forEach(in: .postings, prefix: Key(collection: number)) { key, _ in
            if let place = Key.posting(in: key) {
                if !known.contains(place.field) { strays[place.field, default: 0] += 1 }
            } else {
                report.add(PostingsFault(field: nil, what: "a key has \(key.byteCount) bytes").description)
            }
            return true
        }
        for (field, entries) in strays.sorted(by: { $0.key < $1.key }) {
            report.add(PostingsFault(field: field, what: "\(entries) entries of a field without an index").description)
        }
    }

    /// The list of the rows that have attributes.
    private static func checkAttributesList(
        of number: UInt32, in transaction: borrowing ReadTransaction, report: inout CheckReport
    ) throws {
        var comparison = IndexComparison(label: "the list of all attributes")
        try transaction.forEachAttributes(in: number) { slot, _ in
            comparison.expect([FieldTerm.present], slot)
        } fault: { _ in
            // Told with the attributes.
        }
        try compare(comparison, PostingTerm.attributesField, of: number, in: transaction, report: &report)
    }

    private static func check(
        _ field: IndexedField, of number: UInt32, in transaction: borrowing ReadTransaction, report: inout CheckReport
    ) throws {
        let label = "the index on \(field.path.text)"
        let reader = try FieldTermReader([(field.path, field.kind)])
        let fieldWords = try FieldWords(field)
        var comparison = IndexComparison(label: label)
        var counts = (rows: 0, documents: 0, words: 0)
        try transaction.forEachAttributes(in: number) { slot, text in
            reader.forEachTerm(of: text) { _, value in
                comparison.expect(value, slot)
                if value == [FieldTerm.present] { counts.rows += 1 }
            }
            guard let fieldWords else { return }
            let words = try fieldWords.words(of: fieldWords.texts(of: text))
            for own in words.terms {
                comparison.expect(FieldTerm.bytes(ofWord: own.term), slot, positions: own.positions)
            }
            comparison.expect(length: words.length, slot)
            counts.documents += words.length > 0 ? 1 : 0
            counts.words += Int(words.length)
        } fault: { _ in
            // Told with the attributes.
        }
        for (stored, counted, what) in [
            (Int(field.record.rows), counts.rows, "rows"), (Int(field.record.documents), counts.documents, "documents"),
            (Int(clamping: field.record.words), counts.words, "words"),
        ] where stored != counted {
            report.add("\(label) counts \(stored) \(what) and not \(counted)")
        }
        try compare(comparison, field.record.number, of: number, in: transaction, report: &report)
    }

    private static func compare(
        _ expected: consuming IndexComparison, _ field: UInt16, of number: UInt32,
        in transaction: borrowing ReadTransaction, report: inout CheckReport
    ) throws {
        var comparison = expected
        var faults: [String] = []
        try transaction.forEachBlock(of: field, in: number) { value, slot, block in
            if value.unsafeLoad(fromByteOffset: 0, as: UInt8.self) == FieldTerm.lengths {
                let lengths = try PostingsFault.naming(field) { () throws(WordsError) in try LengthBlock(block) }
                return comparison.meet(lengths, at: slot) { faults.append($0) }
            }
            try meet(value, slot, block, field, &comparison) { faults.append($0) }
        } fault: {
            faults.append($0.description)
        }
        comparison.finish { faults.append($0) }
        for fault in faults { report.add(fault) }
    }

    /// Compares a block of postings.
    private static func meet(
        _ value: RawSpan, _ slot: UInt32, _ block: RawSpan, _ field: UInt16, _ comparison: inout IndexComparison,
        onFault: (String) -> Void
    ) throws {
        let isWord = value.unsafeLoad(fromByteOffset: 0, as: UInt8.self) == FieldTerm.word
        var run = PostingRun()
        let header = try PostingsFault.naming(field) { () throws(WordsError) in
            // Filters read these.
            var slots: [UInt32] = []
            if !isWord { try PostingBlock.readSlots(of: block, into: &slots) }
            try run.append(block)
            return try PostingBlock(header: block)
        }
        guard header.firstSlot == slot else {
            throw PostingsFault(field: field, what: "a block begins with another slot than its key says")
        }
        comparison.meet(value.withUnsafeBytes { [UInt8]($0) }, run, onFault: onFault)
        if isWord { comparison.meet(shortest: header.shortestDocument, of: run.slots, onFault: onFault) }
    }
}
