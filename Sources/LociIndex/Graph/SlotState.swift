// Loci, Apache License 2.0.

/// What a slot of a collection's arrays holds.
///
/// A vector that is removed leaves its slot behind. Neighbour lists may still name it, and a list that names the slot of
/// another vector by mistake would lead walks astray, so a slot is used again only after every list was looked at: a sweep
/// goes round over the lists, a little with each change. What was removed before a round began is free at its end.
package enum SlotState: UInt8, Sendable {
    /// A vector.
    case live = 0
    /// Nothing, and no list names it: it can be used again.
    case free = 1
    /// Nothing; it was removed before the sweep's round began.
    case leaving = 2
    /// Nothing; it was removed since the round began.
    case removed = 3
}

/// The states of all slots, two bits each, least significant first: 256 slots in a record of 64 bytes.
///
/// Plain pointers, for the hot loop: whoever makes one keeps the memory alive. A collection of which every slot is live has
/// none.
package struct SlotStates {
    /// The bytes of a record, and the slots that it tells of.
    package static let recordBytes = 64
    package static let slotsPerRecord = 256

    package let records: RecordArray

    package init(records: RecordArray) { self.records = records }

    /// The number of records for so many slots.
    package static func recordCount(slots: Int) -> Int { (slots + slotsPerRecord - 1) / slotsPerRecord }

    @inline(__always)
    package func state(of slot: UInt32) -> SlotState {
        Self.state(of: slot, in: records.record(slot / UInt32(Self.slotsPerRecord)))
    }

    /// The state of a slot in its record.
    @inline(__always)
    package static func state(of slot: UInt32, in record: UnsafePointer<UInt8>) -> SlotState {
        let byte = record[Int(truncatingIfNeeded: slot) / 4 % recordBytes]
        // Two bits have no other values.
        return SlotState(rawValue: (byte &>> UInt8(slot % 4 * 2)) & 3) ?? .live
    }

    @inline(__always)
    package func isLive(_ slot: UInt32) -> Bool { state(of: slot) == .live }

    /// Changes a state in a record that can be written.
    package static func set(_ state: SlotState, of slot: UInt32, in records: some EditableRecords) throws {
        let record = try records.edit(slot / UInt32(slotsPerRecord))
        let place = Int(slot) / 4 % recordBytes
        let shift = UInt8(slot % 4 * 2)
        record[place] = record[place] & ~(3 << shift) | state.rawValue << shift
    }
}
