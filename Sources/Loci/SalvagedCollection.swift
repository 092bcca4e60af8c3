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
    /// The slots of attributes that are sound and belong to a row.
    private var attributed: Set<UInt32> = []

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
        let owners = Self.owners(of: findings, names)
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
                guard owners[id] == slot else {
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
        try salvageAttributes(of: number, in: transaction)
        // The check has told of the others.
        indexes = try transaction.fields(of: number, fault: { _ in }).compactMap { try? IndexedField($0).definition }
    }

    /// Whether a row's slot has attributes that are sound.
    func hasAttributes(_ slot: UInt32) -> Bool { attributed.contains(slot) }

    private mutating func salvageAttributes(of number: UInt32, in transaction: borrowing ReadTransaction) throws {
        let ids = Dictionary(uniqueKeysWithValues: zip(slots, identifiers))
        try transaction.forEachAttributes(in: number) { slot, text in
            if ids[slot] == nil {
                loseAttributes(slot, ids, .vector)
            } else if Attributes.fault(of: text) == nil {
                attributed.insert(slot)
            } else {
                loseAttributes(slot, ids, .damaged)
            }
        } fault: { fault in
            let isOfRow = fault.slot.map { ids[$0] != nil } ?? false
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

    /// The slot that has the right to an identifier: the one that the table `ids` names, or else the first that claims it.
    private static func owners(
        of findings: [SalvagedIdentifiers.Finding], _ names: SalvagedIdentifiers
    ) -> [VectorID: UInt32] {
        var owners: [VectorID: UInt32] = [:]
        owners.reserveCapacity(findings.count)
        for (slot, finding) in findings.enumerated() {
            guard case .known(let id) = finding else { continue }
            if owners[id] == nil || names.leads(id, to: UInt32(slot)) { owners[id] = UInt32(slot) }
        }
        return owners
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
