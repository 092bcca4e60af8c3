// Loci, Apache License 2.0.

/// Which slots have the right to an identifier, and in which order, where a collection is damaged.
///
/// These are the slots that the table `ids` names, as far as they have the identifier. Without an entry that is sound, they are
/// all that have it, in the order of slots, in a collection that has rows of several vectors; in another, the first alone.
struct SalvagedRows {
    private var owners: [VectorID: UInt32] = [:]
    /// The slots of rows of several vectors.
    private(set) var lists: [VectorID: [UInt32]] = [:]

    /// - Parameter findings: What is known of each slot's identifier.
    init(_ findings: [SalvagedIdentifiers.Finding], _ names: SalvagedIdentifiers, record: CollectionRecord) {
        owners.reserveCapacity(findings.count)
        for (slot, finding) in findings.enumerated() {
            guard case .known(let id) = finding else { continue }
            let slot = UInt32(slot)
            let isLed = names.leads(id, to: slot)
            if isLed {
                // In place of what slots before have claimed without an entry.
                let isKnown = lists[id].map { $0.contains { names.leads(id, to: $0) } } ?? false
                if !isKnown { lists[id] = names.list(of: id)?.filter { findings[Int($0)] == finding } }
            } else if let owner = owners[id], record.hasExtraVectors, !names.leads(id, to: owner) {
                let claimed = lists[id] ?? [owner]
                if claimed.count < VectorID.maximumVectors { lists[id] = claimed + [slot] }
            }
            if owners[id] == nil || isLed { owners[id] = slot }
        }
    }

    /// Whether a slot has the right to an identifier.
    func owns(_ slot: UInt32, _ id: VectorID) -> Bool { lists[id]?.contains(slot) ?? (owners[id] == slot) }
}
