// Loci, Apache License 2.0.

import LociAttributes
import LociIndex
import LociStorage

/// What a write transaction does to one collection.
///
/// Vectors wait in memory until they are many, or until the transaction ends; then `flush` codes and links them together.
/// Arrays are changed in copies of their chunks, which `store` puts into the file. Only the tables `ids` and `attributes` are
/// changed at once; attributes of vectors that wait, wait with them. Indexes are changed by and by, see `FieldIndexEditor`.
final class CollectionEdit {
    let number: UInt32
    let base: CollectionView
    let threads: Int
    let transaction: WriteTransaction
    var record: CollectionRecord
    var arrays: CollectionArrays<ChunkEditor>
    /// Arrays that the collection had, and has no more.
    var retired: [ChunkEditor] = []
    var identifiers: IdentifierEditor
    var pending: PendingVectors?
    /// Present once attributes or indexes were touched.
    var fieldIndexes: FieldIndexEditor?
    /// Slots of vectors that are to be removed: they have lost their identifiers already.
    var removed: [UInt32] = []
    /// Whether there is anything to be stored.
    var isChanged = false
    /// What kept a change from being made whole: nothing can be stored after that, whoever caught it.
    private var failure: (any Error)?
    /// What searches see, from when it is asked for to the next change.
    private var standing: CollectionView?
    /// Those of the last view, and its record, whose space mostly stays.
    private var searchers: (pool: SearcherPool, record: CollectionRecord)

    /// Vectors that wait take at most about so many bytes.
    static let pendingBytes = 64 << 20

    /// - Parameters:
    ///   - base: The collection as the last commit has it; what it points to must stay alive.
    ///   - record: That of the base, or of a collection that is new.
    ///   - transaction: Must not be used after its end.
    init(
        number: UInt32, base: CollectionView, record: CollectionRecord, threads: Int,
        transaction: consuming WriteTransaction
    ) {
        self.number = number
        self.base = base
        self.record = record
        self.threads = threads
        self.transaction = transaction
        arrays = base.arrays.map { ChunkEditor(of: $1, in: $0, collection: number) }
        identifiers = IdentifierEditor(of: base.identifiers, collection: number)
        searchers = (base.searchers, base.record)
    }

    /// The number of vectors, those that wait included.
    var count: Int { record.count - removed.count + (pending?.count ?? 0) }

    /// The number of components of a vector; 0 while there are none.
    var dimension: Int { count == 0 ? 0 : pending?.dimension ?? record.dimension }

    /// The number of rows, those that wait included.
    var rowCount: Int { count - record.extraVectors - (pending?.extraVectors ?? 0) }

    /// The slots of an identifier whose vectors are in the arrays, in the order in which they were given.
    /// - Throws: `StorageError.corrupted` for slots that do not exist.
    /// - Complexity: O(log n).
    func slots(of id: VectorID) throws -> [UInt32]? {
        guard (1...VectorID.maximumBytes).contains(id.bytes.count) else { return nil }
        if let value = try transaction.value(of: Key(collection: number, identifier: id.bytes), in: .ids) {
            return try RowSlots.decode(value.span.bytes, of: id, below: record.slots)
        }
        guard let slot = SlotNumber.slot(of: id.bytes), slot < record.slots,
            try identifiers.identifier(at: slot) == id.bytes
        else { return nil }
        return [slot]
    }

    /// Whether there is a row of an identifier.
    func contains(_ id: VectorID) throws -> Bool { try pending?.place(of: id) != nil || slots(of: id) != nil }

    /// The vectors of an identifier, as `Collection.vectors(of:)` gives them, or as they were given to this transaction.
    func vectors(of id: VectorID) throws -> [[Float]]? {
        if let pending, let place = pending.place(of: id) { return pending.vectors(at: place) }
        return try slots(of: id).map { $0.map { vector(at: $0) } }
    }

    /// The text of the attributes of an identifier.
    func attributes(of id: VectorID) throws -> [UInt8]? {
        if let pending, let place = pending.place(of: id) { return pending.attributes(at: place) }
        return try slots(of: id).flatMap { try storedAttributes(of: $0) }
    }

    /// The text of the attributes of a row: its first slot has them.
    private func storedAttributes(of slots: [UInt32]) throws -> [UInt8]? {
        try slots.first.flatMap { try transaction.attributes(of: $0, in: number) }
    }

    /// Sets the text of the attributes of an identifier, or removes it.
    /// - Returns: Whether there is such an identifier.
    func setAttributes(_ attributes: [UInt8]?, of id: VectorID) throws -> Bool {
        if let place = pending?.place(of: id) {
            pending?.setAttributes(attributes, at: place)
            if pending?.bytes ?? 0 >= Self.pendingBytes { try changing(flush) }
            return true
        }
        guard let slot = try slots(of: id)?.first else { return false }
        try changing { try replaceAttributes(attributes, of: slot) }
        isChanged = true
        return true
    }

    /// Takes a row in.
    /// - Parameters:
    ///   - values: The components of its vectors, one vector after another.
    ///   - vectors: How many vectors, to which the components must come in equal parts.
    ///   - lengths: Of the vectors, where the components are those of their directions; `nil` where they are their own.
    ///   - attributes: The text of its attributes; `nil` to keep those of the identifier.
    ///   - replacing: Whether there may be one of this identifier, whose place it takes.
    /// - Returns: Whether there was.
    /// - Throws: `LociError.identifierExists` or `.vectorCount`, or `IndexError` for a vector that is not admitted, naming `row`.
    @discardableResult
    func put(
        _ id: VectorID, _ values: UnsafeBufferPointer<Float>, vectors: Int = 1, lengths: [Float]? = nil,
        attributes: [UInt8]? = nil, replacing: Bool, row: Int? = nil
    ) throws -> Bool {
        guard (1...VectorID.maximumBytes).contains(id.bytes.count) else {
            throw LociError.identifierLength(row: row, bytes: id.bytes.count, limit: VectorID.maximumBytes)
        }
        guard (1...VectorID.maximumVectors).contains(vectors) else {
            throw LociError.vectorCount(id: id, vectors: vectors, limit: VectorID.maximumVectors)
        }
        let dimension = values.count / vectors
        for place in 0..<vectors {
            let part = place * dimension..<(place + 1) * dimension
            try admit(UnsafeBufferPointer(rebasing: values[part]), row: row)
        }
        // The next vector may be of another dimension when all are gone.
        if count == 0 { try changing(flush) }
        let isWaiting = pending?.place(of: id) != nil
        let old = isWaiting ? nil : try slots(of: id)
        if !replacing, isWaiting || old != nil { throw LociError.identifierExists(name: record.name, id: id) }
        // They go on with the row, which will have other slots.
        let attributes = try attributes ?? old.flatMap { try storedAttributes(of: $0) }
        try changing {
            if let old { try detach(old, id) }
            wait(id, values, lengths, dimension: dimension, attributes)
            if pending?.bytes ?? 0 >= Self.pendingBytes { try flush() }
        }
        return isWaiting || old != nil
    }

    /// Lets a row wait.
    private func wait(
        _ id: VectorID, _ values: UnsafeBufferPointer<Float>, _ lengths: [Float]?, dimension: Int,
        _ attributes: [UInt8]?
    ) {
        var pending = self.pending ?? PendingVectors(dimension: dimension)
        self.pending = nil
        pending.put(values, lengths: lengths, for: id, attributes: attributes)
        self.pending = pending
        record.note(id)
        isChanged = true
    }

    /// Runs a change that must be made whole or not at all.
    func changing(_ body: () throws -> Void) throws {
        if let failure { throw failure }
        standing = nil
        do {
            try body()
        } catch {
            failure = error
            throw error
        }
    }

    /// Sets the properties of the collection.
    func setProperties(_ properties: Attributes?) {
        guard properties != record.properties else { return }
        record.properties = properties
        isChanged = true
    }

    /// The identifier for a vector that was given none.
    func nextIdentifier() -> VectorID { VectorID(String(record.nextNumber)) }

    /// Removes a row.
    /// - Returns: Whether there was one.
    func remove(_ id: VectorID) throws -> Bool {
        if pending?.drop(id) == true { return true }
        guard let slots = try slots(of: id) else { return false }
        try changing { try detach(slots, id) }
        return true
    }

    /// Takes identifier and attributes away from the slots of a row, whose vectors are then to be removed.
    private func detach(_ slots: [UInt32], _ id: VectorID) throws {
        for slot in slots { try identifiers.set([], at: slot) }
        if let first = slots.first { try replaceAttributes(nil, of: first) }
        try transaction.delete(Key(collection: number, identifier: id.bytes), in: .ids)
        removed += slots
        record.extraVectors -= slots.count - 1
        isChanged = true
    }

    /// Gives slots what belongs to their new rows.
    /// - Parameter slots: Of all vectors of the rows, in their order.
    func name(_ slots: some RandomAccessCollection<UInt32>, _ entries: [PendingVectors.Entry]) throws {
        var rest = slots[...]
        for entry in entries {
            let own = Array(rest.prefix(entry.count))
            rest = rest.dropFirst(entry.count)
            for slot in own { try identifiers.set(entry.id.bytes, at: slot) }
            try lead(entry.id, to: own)
            record.extraVectors += own.count - 1
            if let attributes = entry.attributes, let first = own.first {
                try replaceAttributes(attributes, of: first)
            }
        }
    }

    /// Lets an identifier lead to slots, which have it already.
    func lead(_ id: VectorID, to slots: [UInt32]) throws {
        let key = try Key(collection: number, identifier: id.bytes)
        if slots.count == 1, SlotNumber.slot(of: id.bytes) == slots.first {
            try transaction.delete(key, in: .ids)
        } else {
            try transaction.put(RowSlots.encode(slots), for: key, in: .ids)
        }
    }

    /// Refuses what cannot be stored.
    func admit(_ vector: UnsafeBufferPointer<Float>, row: Int?) throws {
        guard (1...CodeLayout.dimensionLimit).contains(vector.count) else {
            throw IndexError.dimension(found: vector.count, limit: CodeLayout.dimensionLimit)
        }
        guard dimension == 0 || vector.count == dimension else {
            throw IndexError.dimensionMismatch(found: vector.count, expected: dimension)
        }
        let space = record.admittingSpace(dimension: vector.count)
        try withUnsafeTemporaryAllocation(of: Float.self, capacity: vector.count) { copy in
            _ = copy.initialize(from: vector)
            guard let values = copy.baseAddress else { return }
            try space.admit(values, row: row, kernels: Kernels.active)
            if record.hasGraph { try record.admitLength(of: values, row: row) }
        }
    }

    /// Writes everything into the transaction.
    func store() throws {
        guard isChanged else { return }
        try changing(flush)
        for array in retired { try array.store(in: transaction) }
        for array in arrays.all { try array.store(in: transaction) }
        try identifiers.store(in: transaction)
        try fieldIndexes?.apply(in: transaction)
        record.storedIdentifierChunks = identifiers.storedChunks
        record.revision &+= 1
        try Catalogue.put(record, number: number, in: transaction)
    }

    /// The collection as it was stored, when it is committed.
    /// - Parameter transaction: Of the commit.
    /// - Returns: `nil` where it was not changed.
    func committedView(in transaction: borrowing ReadTransaction) throws -> CollectionView? {
        guard isChanged else { return nil }
        return CollectionView(
            number: number, record: record, commit: transaction.transactionID,
            arrays: try arrays.map { try ChunkTable(unsafelyBorrowing: transaction, after: $1) },
            identifiers: try IdentifierTable(
                unsafelyBorrowing: transaction, base: base.identifiers, after: identifiers),
            searchers: fittingSearchers())
    }

    /// The collection as this transaction has changed it, to be searched until the next change. What waits is coded and linked
    /// before.
    /// - Complexity: That of what waits, and O(chunks) after each change.
    func view() throws -> CollectionView {
        if let standing { return standing }
        try changing {
            try flush()
            try fieldIndexes?.apply(in: transaction)
        }
        let view = CollectionView(
            number: number, record: record, commit: transaction.transactionID,
            arrays: arrays.map { ChunkTable(unsafelyReading: $1) }, identifiers: identifiers.table,
            searchers: fittingSearchers())
        standing = view
        return view
    }

    /// Searchers of the record's space: those of the last view, if it is theirs.
    private func fittingSearchers() -> SearcherPool {
        let last = searchers.record
        if record.scale != last.scale || record.mean != last.mean || record.dimension != last.dimension {
            searchers = (SearcherPool(layout: record.codeLayout, space: record.space), record)
        }
        return searchers.pool
    }
}
