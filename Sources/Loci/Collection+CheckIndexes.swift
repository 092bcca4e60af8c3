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
        let reader = try FieldTermReader([(field.path, field.kind)])
        var comparison = IndexComparison(label: "the index on \(field.path.text)")
        var rows = 0
        try transaction.forEachAttributes(in: number) { slot, text in
            reader.forEachTerm(of: text) { _, value in
                comparison.expect(value, slot)
                if value == [FieldTerm.present] { rows += 1 }
            }
        } fault: { _ in
            // Told with the attributes.
        }
        if Int(field.record.rows) != rows {
            report.add("the index on \(field.path.text) counts \(field.record.rows) rows and not \(rows)")
        }
        try compare(comparison, field.record.number, of: number, in: transaction, report: &report)
    }

    private static func compare(
        _ expected: consuming IndexComparison, _ field: UInt16, of number: UInt32,
        in transaction: borrowing ReadTransaction, report: inout CheckReport
    ) throws {
        var comparison = expected
        var faults: [String] = []
        try transaction.forEachPostings(of: field, in: number) { value, slots in
            comparison.meet(value.withUnsafeBytes { [UInt8]($0) }, slots, onFault: { faults.append($0) })
        } fault: {
            faults.append($0.description)
        }
        comparison.finish { faults.append($0) }
        for fault in faults { report.add(fault) }
    }
}

/// Compares an index with what attributes say.
private struct IndexComparison {
    let label: String
    /// What attributes say, of values that were not met yet.
    private var expected: [[UInt8]: [UInt32]] = [:]
    /// Slots that lack a value in the index.
    private var lacking: Set<UInt32> = []
    /// The value that was met last, and what attributes say of it.
    private var value: [UInt8] = []
    private var slots: ArraySlice<UInt32> = []
    private var lastSlot: UInt32?

    init(label: String) { self.label = label }

    /// Takes what attributes say, in the order of slots.
    mutating func expect(_ value: [UInt8], _ slot: UInt32) { expected[value, default: []].append(slot) }

    /// Takes a block, in the order of the index.
    mutating func meet(_ value: [UInt8], _ block: [UInt32], onFault: (String) -> Void) {
        if value != self.value {
            lacking.formUnion(slots)
            self.value = value
            slots = (expected.removeValue(forKey: value) ?? [])[...]
            lastSlot = nil
        }
        if let lastSlot, let first = block.first, first <= lastSlot {
            onFault("\(label): a block begins with slot \(first), which is not after the block before it")
        }
        lastSlot = block.last
        for slot in block {
            while let next = slots.first, next < slot {
                lacking.insert(next)
                slots.removeFirst()
            }
            if slots.first == slot {
                slots.removeFirst()
            } else {
                onFault("\(label): slot \(slot) has a value there that its attributes have not")
            }
        }
    }

    /// Tells what was not met.
    mutating func finish(onFault: (String) -> Void) {
        lacking.formUnion(slots)
        for slots in expected.values { lacking.formUnion(slots) }
        for slot in lacking.sorted() { onFault("\(label): slot \(slot) lacks a value that its attributes have") }
    }
}
