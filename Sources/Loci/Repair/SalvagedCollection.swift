// Loci, Apache License 2.0.

import LociAttributes
import LociIndex
import LociStorage

/// What can be saved of a collection that is damaged, and what cannot: its vectors, with where each is read from, and their
/// identifiers.
///
/// Its pointers lead into the memory map, and are good as long as the transaction that it was made in.
struct SalvagedCollection {
    let record: CollectionRecord
    /// What is saved, by slot.
    private(set) var rows: [SalvagedVectors.Row] = []
    /// The slots of the rows.
    private(set) var slots: [UInt32] = []
    /// The identifiers of the rows.
    private(set) var identifiers: [VectorID] = []
    private(set) var lost: [CollectionRepair.LostVector] = []
    private(set) var reduced: [CollectionRepair.ReducedVector] = []
    private(set) var straying: [VectorID] = []
    private(set) var lostAttributes: [CollectionRepair.LostAttributes] = []
    /// The indexes whose records are sound.
    private(set) var indexes: [FieldIndexDefinition] = []
    /// The rows of several vectors that are saved, each by the numbers of its vectors, in their order.
    private(set) var lists: [[UInt32]] = []
    /// By the slot of the first vector that is saved of a row, that of attributes that are sound and belong to the row.
    private var attributed: [UInt32: UInt32] = [:]
    /// Of slots of rows of several vectors, saved or not, the first that is saved.
    private var firsts: [UInt32: UInt32] = [:]

    /// - Complexity: O(bytes of the collection).
    init(number: UInt32, record: CollectionRecord, in transaction: borrowing ReadTransaction) throws {
        self.record = record
        let arrays = try CollectionLayout(record).map { table, geometry in
            try SoundChunks(unsafelyBorrowing: transaction, table: table, collection: number, geometry: geometry)
        }
        let states = SalvagedStates(record, arrays.states)
        let names = try SalvagedIdentifiers(number: number, record: record, in: transaction) {
            states.holdsVector($0) == false
        }
        let findings = (0..<UInt32(record.slots)).map { names.finding(at: $0) }
        let owners = SalvagedRows(findings, names, record: record)
        // States that do not count as many vectors as there are have no word against identifiers that are sure.
        let areStatesSound = states.count { $0 == true } == record.count || !states.isKnownThroughout
        let reader = SalvagedVectors.Reader(record: record, arrays: arrays)
        var uncertain: [UInt32] = []
        var saved: Set<VectorID> = []
        for slot in 0..<UInt32(record.slots) {
            let finding = findings[Int(slot)]
            var holdsVector = states.holdsVector(slot)
            if holdsVector == false, !areStatesSound, case .known(let id) = finding, names.isConfirmed(id, at: slot) {
                holdsVector = true
            }
            switch (holdsVector, finding) {
            case (false, _), (nil, .none): continue
            case (nil, .unknown): uncertain.append(slot)
            case (true, .none) where !areStatesSound: uncertain.append(slot)
            case (true, .none), (true, .unknown): lose(slot, nil, .identifier)
            case (_, .known(let id)):
                guard owners.owns(slot, id) else {
                    lose(slot, id, .duplicate)
                    continue
                }
                guard let (row, loss) = reader.row(at: slot) else {
                    lose(slot, id, .vector)
                    continue
                }
                rows.append(row)
                slots.append(slot)
                identifiers.append(id)
                saved.insert(id)
                if let loss { reduced.append(CollectionRepair.ReducedVector(slot: Int(slot), id: id, loss: loss)) }
            }
        }
        // Where all vectors are accounted for, slots that nothing is known of hold none.
        if rows.count + lost.count < record.count {
            for slot in uncertain { lose(slot, nil, .uncertain) }
            lost.sort { $0.slot < $1.slot }
        }
        var straying = Set(names.leadingNowhere)
        names.forEachLeading { id, _ in straying.insert(id) }
        let named = Set(lost.compactMap(\.id))
        self.straying = straying.filter { !saved.contains($0) && !named.contains($0) }.sorted()
        salvageLists(owners)
        try salvageAttributes(of: number, in: transaction)
        // The check has told of the others.
        indexes = try transaction.fields(of: number, fault: { _ in }).compactMap { try? IndexedField($0).definition }
    }

    /// Where the attributes of a row are, if it has some that are sound.
    /// - Parameter slot: Of a vector that is saved.
    /// - Returns: `nil` also for a vector that is not the first of its row.
    func attributesSlot(of slot: UInt32) -> UInt32? { attributed[slot] }

    private mutating func salvageLists(_ owners: SalvagedRows) {
        guard !owners.lists.isEmpty else { return }
        let numbers = Dictionary(uniqueKeysWithValues: slots.enumerated().map { ($1, UInt32($0)) })
        for list in owners.lists.values {
            let saved = list.filter { numbers[$0] != nil }
            guard let first = saved.first else { continue }
            for slot in list { firsts[slot] = first }
            if saved.count > 1 { lists.append(saved.compactMap { numbers[$0] }) }
        }
    }

    private mutating func salvageAttributes(of number: UInt32, in transaction: borrowing ReadTransaction) throws {
        let ids = Dictionary(uniqueKeysWithValues: zip(slots, identifiers))
        let firsts = firsts
        // Of a row that has lost a vector, the attributes are saved.
        func first(of slot: UInt32) -> UInt32? { firsts[slot] ?? (ids[slot] == nil ? nil : slot) }
        try transaction.forEachAttributes(in: number) { slot, text in
            guard let first = first(of: slot), attributed[first] == nil else {
                loseAttributes(slot, ids, .vector)
                return
            }
            if Attributes.fault(of: text) == nil {
                attributed[first] = slot
            } else {
                loseAttributes(slot, ids, .damaged)
            }
        } fault: { fault in
            let isOfRow = fault.slot.map { first(of: $0) != nil } ?? false
            loseAttributes(fault.slot, ids, isOfRow ? .damaged : .vector)
        }
    }

    private mutating func loseAttributes(
        _ slot: UInt32?, _ ids: [UInt32: VectorID], _ reason: CollectionRepair.LostAttributes.Reason
    ) {
        lostAttributes.append(
            CollectionRepair.LostAttributes(
                slot: slot.map { Int($0) }, id: slot.flatMap { ids[$0] }, reason: reason))
    }

    private mutating func lose(_ slot: UInt32, _ id: VectorID?, _ reason: CollectionRepair.LostVector.Reason) {
        lost.append(CollectionRepair.LostVector(slot: Int(slot), id: id, reason: reason))
    }
}

/// What slots hold, where the chunks that tell it are sound.
struct SalvagedStates {
    private let record: CollectionRecord
    private let chunks: SoundChunks?

    init(_ record: CollectionRecord, _ chunks: SoundChunks?) {
        self.record = record
        self.chunks = chunks
    }

    /// Whether a slot holds a vector; nil where that is not known.
    func holdsVector(_ slot: UInt32) -> Bool? {
        guard record.hasUnusedSlots else { return true }
        let (place, within) = slot.quotientAndRemainder(dividingBy: UInt32(SlotStates.slotsPerRecord))
        guard let states = chunks?.record(at: place) else { return nil }
        return SlotStates.state(of: within, in: states.assumingMemoryBound(to: UInt8.self)) == .live
    }

    /// Whether it is known of all slots.
    var isKnownThroughout: Bool { count { $0 == nil } == 0 }

    /// The number of slots of which something is known to hold.
    func count(where isCounted: (Bool?) -> Bool) -> Int {
        (0..<UInt32(record.slots)).count { isCounted(holdsVector($0)) }
    }
}
