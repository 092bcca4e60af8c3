// Loci, Apache License 2.0.

import LociStorage

/// The identifiers of a collection's slots, as far as they can be known when some of what tells them is damaged.
///
/// They stand in the file twice: slot to identifier in chunks with checksums, and identifier to slot in the table `ids`. A
/// sound chunk is believed, and so is a slot's own number where no chunk need be stored. Where the chunk is damaged or
/// lost, the table is turned round; if it has nothing of a slot, its number is not taken for granted: it may be one whose
/// entry was lost, too. Only what is left of the chunk can prove it, by saying the same.
struct SalvagedIdentifiers {
    private let chunks: SalvagedIdentifierChunks
    /// By slot, the identifiers that lead to it.
    private let leading: [UInt32: [VectorID]]
    /// The slots that identifiers of several vectors lead to.
    private let lists: [VectorID: [UInt32]]
    /// Chunks that are not stored, but once were.
    private let lost: Set<Int>
    /// Identifiers in `ids` that lead to no slot at all.
    let leadingNowhere: [VectorID]

    /// - Parameters:
    ///   - slots: How many there are.
    ///   - holdsNothing: Whether a slot is known to hold no vector.
    init(
        number: UInt32, record: CollectionRecord, in transaction: borrowing ReadTransaction,
        holdsNothing: (UInt32) -> Bool
    ) throws {
        let chunks = try SalvagedIdentifierChunks(unsafelyBorrowing: transaction, collection: number)
        var leading: [UInt32: [VectorID]] = [:]
        var lists: [VectorID: [UInt32]] = [:]
        var nowhere: [VectorID] = []
        try transaction.forEach(in: .ids, prefix: Key(collection: number)) { key, value in
            guard key.byteCount > 4 else { return true }
            let id = VectorID(bytes: Array(key.copied.dropFirst(4)))
            do throws(StorageError) {
                let slots = try RowSlots.decode(value, of: id, below: record.slots)
                for slot in slots { leading[slot, default: []].append(id) }
                if slots.count > 1 { lists[id] = slots }
            } catch {
                nowhere.append(id)
            }
            return true
        }
        let all = IdentifierChunk.chunks(forSlots: record.slots)
        let missing = record.storedIdentifierChunks - chunks.storedCount(slots: record.slots)
        var lost: Set<Int> = []
        if missing > 0 {
            let absent = (0..<all).filter { !chunks.isStored($0) }
            // A chunk need not be stored only where every slot has its number.
            let suspects = absent.filter { chunk in
                let first = chunk * IdentifierChunk.slotsPerChunk
                let end = min(record.slots, first + IdentifierChunk.slotsPerChunk)
                return (UInt32(first)..<UInt32(end)).contains { leading[$0] != nil || holdsNothing($0) }
            }
            lost = Set(suspects.count == missing ? suspects : absent)
        }
        self.chunks = chunks
        self.leading = leading
        self.lists = lists
        self.lost = lost
        leadingNowhere = nowhere
    }

    /// What is known of a slot's identifier.
    enum Finding: Equatable {
        case known(VectorID)
        /// A sound chunk says that the slot has none, and no identifier leads to it.
        case none
        case unknown
    }

    /// The identifier of a slot.
    func finding(at slot: UInt32) -> Finding {
        switch chunks.word(at: slot) {
        case .sound(let bytes) where !bytes.isEmpty: return .known(VectorID(bytes: bytes))
        case .sound: return onlyLeading(to: slot).map { .known($0) } ?? .none
        case .damaged(let bytes):
            if let id = onlyLeading(to: slot) { return .known(id) }
            guard let bytes, leading[slot] == nil, SlotNumber.slot(of: bytes) == slot else { return .unknown }
            return .known(VectorID(bytes: bytes))
        case .absent:
            if !chunks.isStored(Int(slot) / IdentifierChunk.slotsPerChunk),
                !lost.contains(Int(slot) / IdentifierChunk.slotsPerChunk)
            {
                return .known(VectorID(row: Int(slot)))
            }
            return onlyLeading(to: slot).map { .known($0) } ?? .unknown
        }
    }

    /// Whether nothing that the file says of a slot and its identifier is against it.
    func isConfirmed(_ id: VectorID, at slot: UInt32) -> Bool {
        switch chunks.word(at: slot) {
        case .damaged: return false
        case .sound(let bytes): if bytes != id.bytes { return false }
        case .absent: break
        }
        return leads(id, to: slot) || leading[slot] == nil && SlotNumber.slot(of: id.bytes) == slot
    }

    /// Whether an identifier leads to a slot by the table `ids`.
    func leads(_ id: VectorID, to slot: UInt32) -> Bool { leading[slot]?.contains(id) == true }

    /// The slots that an identifier of several vectors leads to by the table `ids`, in their order.
    func list(of id: VectorID) -> [UInt32]? { lists[id] }

    /// All that lead to slots.
    func forEachLeading(_ body: (VectorID, UInt32) -> Void) {
        for (slot, ids) in leading { for id in ids { body(id, slot) } }
    }

    private func onlyLeading(to slot: UInt32) -> VectorID? {
        guard let ids = leading[slot], ids.count == 1 else { return nil }
        return ids.first
    }
}
