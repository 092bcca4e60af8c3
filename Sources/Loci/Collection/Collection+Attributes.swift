// Loci, Apache License 2.0.

public import LociAttributes
import LociIndex
import LociStorage

extension Collection {
    /// The attributes of an identifier.
    /// - Returns: `nil` when it has none, or there is no such identifier.
    /// - Throws: `LociError.corrupt` for attributes that are damaged.
    /// - Complexity: O(log n).
    public func attributes(of id: VectorID) throws -> Attributes? {
        try withFound { view, transaction in
            try view.slot(of: id, in: transaction).flatMap { try transaction.attributes(of: $0, in: view.number) }
        } _: { _, text in
            try text.map { try Attributes(stored: $0, of: id) }
        }
    }

    /// Looks at all attributes: they belong to slots that hold vectors, their checksums are right, and they are JSON objects.
    /// - Parameter view: Tells what slots hold; `nil` where that cannot be known.
    static func checkAttributes(
        of number: UInt32, _ record: CollectionRecord, _ view: CollectionView?,
        in transaction: borrowing ReadTransaction, report: inout CheckReport
    ) throws {
        // Told with the tables that should have nothing.
        guard record.count > 0 else { return }
        // Rows that are damaged are told with the identifiers.
        let rows = view.flatMap { try? RowLists($0, in: transaction) }
        try transaction.forEachAttributes(in: number) { slot, text in
            if slot >= record.slots || view?.graph.states?.isLive(slot) == false {
                report.add(AttributesFault(slot: slot, what: .slot).description)
            }
            if let rows, rows.first(of: slot) != slot {
                report.add(AttributesFault(slot: slot, what: .notFirst).description)
            }
            if let fault = Attributes.fault(of: text) {
                report.add(AttributesFault(slot: slot, what: .text(fault)).description)
            }
        } fault: {
            report.add($0.description)
        }
    }
}

extension Attributes {
    /// What was stored.
    /// - Throws: `StorageError.corrupted` for what could not have been.
    init(stored text: [UInt8], of id: VectorID) throws(StorageError) {
        do throws(AttributesError) {
            try self.init(validating: text)
        } catch {
            throw .corrupted(what: Self.firstLine(of: error), location: "table attributes, \(id)")
        }
    }

    /// What is wrong with a text; nil if nothing is.
    static func fault(of text: RawSpan) -> String? {
        do throws(AttributesError) {
            _ = try Attributes(validating: text.copied)
            return nil
        } catch {
            return firstLine(of: error)
        }
    }

    /// What is wrong, without the text and the caret below.
    private static func firstLine(of error: AttributesError) -> String {
        String("\(error)".prefix { $0 != "\n" })
    }
}
