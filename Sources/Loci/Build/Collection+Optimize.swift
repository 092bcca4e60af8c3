// Loci, Apache License 2.0.

public import LociIndex
import LociStorage

extension Collection {
    /// Makes the collection what a build of its vectors would make of it: learns the mean anew and codes all vectors about
    /// it, links them anew, gives up the slots of removed ones, and puts the vectors in an order in which near ones lie near
    /// each other.
    ///
    /// The work is done under a hidden number, in bounded transactions, while the collection serves searches and takes writes;
    /// what was written meanwhile is carried over in the last transaction, which takes the old one's place. If it is stopped,
    /// or the process dies, nothing has changed. It takes as much of the file again as the collection has, which `compact`
    /// gives back.
    ///
    /// Codes of one level without originals are all there is of the vectors: they keep their mean, since each coding about
    /// another one would lose a little. A collection whose identifiers are the numbers from 0 up, all of them, keeps their
    /// order, since no identifier need be stored then: that saves more than the order would.
    /// - Parameters:
    ///   - threads: How many; `nil` for one a processor. The result does not depend on it.
    ///   - observer: Is told of the progress, and may stop the work.
    /// - Throws: `LociError.busy` when the collection was dropped or replaced meanwhile; `IndexError.cancelled`; what a build
    ///   throws.
    /// - Complexity: That of a build. A view is held meanwhile, see `DatabaseView`.
    public func optimize(threads: Int? = nil, observer: some BuildObserver = SilentObserver()) throws {
        try requireWritable()
        let threads = max(1, threads ?? Parallel.processorCount)
        try LociError.mapped {
            // Alive until the end: the vectors are read from it.
            let snapshot = try database.environment.snapshot()
            let view = try snapshot.withTransaction { transaction in
                let number = try Catalogue.existing(name, in: transaction)
                let record = try Catalogue.record(number: number, path: database.path, in: transaction)
                return try CollectionView(number: number, record: record, in: transaction)
            }
            guard view.record.count > 0 else { return }
            try withExtendedLifetime(snapshot) {
                try CollectionOptimization(
                    database: database, snapshot: snapshot, view: view, threads: threads, observer: observer
                ).run()
            }
        }
    }
}

/// A build of a collection from its own vectors.
private struct CollectionOptimization<Observer: BuildObserver> {
    let database: Database
    let snapshot: Snapshot
    /// The collection when the work began.
    let view: CollectionView
    let threads: Int
    let observer: Observer

    func run() throws {
        let (record, space) = (view.record, view.space)
        let rows = try snapshot.withTransaction { try RowLists(view, in: $0) }
        var slots = try order()
        let numbered = try numberedOrder(of: slots)
        let ids: [VectorID]?
        if let numbered {
            slots = numbered
            ids = nil
        } else {
            ids = try slots.map { VectorID(bytes: try view.identifiers.identifier(at: $0)) }
        }
        let keepsSpace =
            record.quantization.firstLevelBits != nil && record.quantization.residualBits == 0
            && record.configuration.originals == .none
        let indexes = try snapshot.withTransaction { try $0.indexedFields(of: view.number).map(\.definition) }
        let build = CollectionBuild(
            database: database, name: record.name, configuration: record.configuration,
            source: ViewVectors(view: view, slots: slots, keepsCodes: keepsSpace), tuning: record.tuning,
            attributes: { [slots] row in
                try snapshot.withTransaction { try $0.attributes(of: slots[row], in: view.number) }
            }, indexes: indexes, threads: threads, observer: observer)
        var built = try build.built(
            try BuildIdentifiers(ids, count: slots.count, rows: rows.renumbered(by: slots)),
            in: keepsSpace ? space : nil)
        built.record.nextNumber = max(built.record.nextNumber, record.nextNumber)
        built.record.revision = record.revision &+ 1
        try build.publish(built) { transaction, hidden, record in
            try carryOver(to: hidden, &record, rows, in: transaction)
            return view.number
        }
    }

    /// The slots that hold vectors, near ones near each other.
    private func order() throws -> [UInt32] {
        let live = Array(view.liveSlots)
        guard view.record.hasGraph else { return live }
        return try LocalityOrder.rows(
            of: ViewVectors(view: view, slots: live), space: view.space, seed: view.record.configuration.build.seed,
            threads: threads, observer: observer
        ).map { live[$0] }
    }

    /// The slots in the order of their identifiers, if these are all the numbers from 0 up.
    private func numberedOrder(of slots: [UInt32]) throws -> [UInt32]? {
        var ordered = [UInt32?](repeating: nil, count: slots.count)
        for slot in slots {
            guard let number = SlotNumber.slot(of: try view.identifiers.identifier(at: slot)), number < slots.count
            else { return nil }
            ordered[Int(number)] = slot
        }
        let found = ordered.compactMap(\.self)
        return found.count == slots.count ? found : nil
    }

    /// Does to the new collection what was done to the old one since the work began.
    /// - Parameter rows: Of the old one when the work began.
    private func carryOver(
        to hidden: UInt32, _ record: inout CollectionRecord, _ rows: RowLists,
        in transaction: borrowing WriteTransaction
    ) throws {
        let name = view.record.name
        guard try Catalogue.number(of: name, in: transaction) == view.number else {
            throw LociError.busy(
                "the collection \"\(name)\" was replaced or dropped while it was optimized; optimize it again")
        }
        let current = try Catalogue.record(number: view.number, path: database.path, in: transaction)
        record.tuning = current.tuning
        record.properties = current.properties
        guard current.revision != view.record.revision else { return }
        let base = try database.environment.snapshot()
        let (now, nowRows, target) = try base.withTransaction { read in
            let now = try CollectionView(number: view.number, record: current, in: read)
            return (
                now, try RowLists(now, in: read), try CollectionView(number: hidden, record: record, in: read)
            )
        }
        let edit = CollectionEdit(
            number: hidden, base: target, record: record, threads: threads,
            transaction: transaction.unsafelyKept())
        let otherAttributes = try base.withTransaction { later in
            try snapshot.withTransaction { try $0.slotsWithOtherAttributes(of: view.number, in: later) }
        }
        for slot in now.liveSlots where nowRows.first(of: slot) == slot {
            let slots = nowRows.slots(with: slot)
            let hasOtherVectors =
                try rows.slots(with: slot) != slots || !slots.allSatisfy { try isUnchanged($0, in: now) }
            guard hasOtherVectors || otherAttributes.contains(slot) else { continue }
            let id = VectorID(bytes: try now.identifiers.identifier(at: slot))
            if hasOtherVectors {
                let lengths = slots.compactMap { now.length(at: $0) }
                try slots.flatMap { now.direction(at: $0) }.withUnsafeBufferPointer {
                    _ = try edit.put(
                        id, $0, vectors: slots.count, lengths: lengths.isEmpty ? nil : lengths, replacing: true)
                }
            }
            let attributes = try base.withTransaction { try $0.attributes(of: slot, in: view.number) }
            _ = try edit.setAttributes(attributes, of: id)
        }
        for slot in view.liveSlots {
            let id = VectorID(bytes: try view.identifiers.identifier(at: slot))
            if try base.withTransaction({ try now.slot(of: id, in: $0) }) == nil { _ = try edit.remove(id) }
        }
        try carryOverIndexes(to: edit, in: transaction)
        try edit.store()
        record = edit.record
        record.nextNumber = max(record.nextNumber, current.nextNumber)
        withExtendedLifetime(base) {}
    }

    /// Makes and drops the indexes that were made and dropped since the work began.
    private func carryOverIndexes(
        to edit: CollectionEdit, in transaction: borrowing WriteTransaction
    ) throws {
        let now = try transaction.indexedFields(of: view.number)
        func has(_ fields: [IndexedField], _ field: IndexedField) -> Bool {
            fields.contains { $0.definition == field.definition }
        }
        for field in try edit.indexes().fields where !has(now, field) { try edit.dropIndex(field.record.path) }
        let kept = try edit.indexes().fields
        for field in now where !has(kept, field) { try edit.createIndex(field.definition) }
    }

    /// Whether a slot holds the vector and the identifier that it held when the work began.
    private func isUnchanged(_ slot: UInt32, in now: CollectionView) throws -> Bool {
        guard slot < view.record.slots, view.graph.states?.isLive(slot) ?? true,
            now.record.mean == view.record.mean, now.record.scale == view.record.scale,
            try view.identifiers.identifier(at: slot) == now.identifiers.identifier(at: slot)
        else { return false }
        let layout = now.record.codeLayout
        func isSame(_ old: RecordArray?, _ new: RecordArray?, bytes: Int) -> Bool {
            guard let old, let new else { return old == nil && new == nil }
            return (0..<bytes).allSatisfy { old.record(slot)[$0] == new.record(slot)[$0] }
        }
        return isSame(view.graph.codes, now.graph.codes, bytes: layout.recordBytes)
            && isSame(view.graph.residuals, now.graph.residuals, bytes: layout.residualBytes)
            && isSame(
                view.graph.originals?.records, now.graph.originals?.records,
                bytes: now.record.configuration.originals.bytes(dimension: now.record.dimension))
    }
}
