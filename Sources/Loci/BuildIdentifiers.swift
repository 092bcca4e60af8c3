// Loci, Apache License 2.0.

import LociStorage

/// The identifiers of a build's rows, and how they are written both ways.
///
/// An identifier that is its row's number takes no entry in `ids`, and a chunk of such is not stored.
struct BuildIdentifiers {
    private let given: [VectorID]
    private let count: Int
    /// The rows whose identifier is not their number.
    private var named: [UInt32] = []
    /// The chunks that have such rows.
    private var chunks: [UInt32] = []

    /// Above all numbers that identifiers are; see `CollectionRecord.nextNumber`.
    private(set) var nextNumber: UInt64 = 0

    /// The number of chunks that are written to the table `identifiers`.
    var storedChunks: Int { chunks.count }

    /// - Throws: `LociError` for identifiers that are too few, too many, too long, or not different.
    init(_ identifiers: [VectorID]?, count: Int) throws(LociError) {
        given = identifiers ?? []
        self.count = count
        guard let identifiers else {
            nextNumber = UInt64(max(0, count))
            return
        }
        guard identifiers.count == count else {
            throw .identifierCount(identifiers: identifiers.count, vectors: count)
        }
        var rows: [VectorID: Int] = [:]
        rows.reserveCapacity(count)
        for (row, id) in identifiers.enumerated() {
            guard (1...VectorID.maximumBytes).contains(id.bytes.count) else {
                throw .identifierLength(row: row, bytes: id.bytes.count, limit: VectorID.maximumBytes)
            }
            if let first = rows.updateValue(row, forKey: id) {
                throw .duplicateIdentifier(id.description, rows: [first, row])
            }
            let slot = UInt32(truncatingIfNeeded: row)
            if let number = SlotNumber.slot(of: id.bytes) { nextNumber = max(nextNumber, UInt64(number) + 1) }
            guard SlotNumber.slot(of: id.bytes) != slot else { continue }
            named.append(slot)
            let chunk = slot / UInt32(IdentifierChunk.slotsPerChunk)
            if chunks.last != chunk { chunks.append(chunk) }
        }
    }

    /// The bytes of the file that they will take.
    var fileBytes: Int {
        let slots = IdentifierChunk.slotsPerChunk
        let stored = chunks.lazy.map { chunk in
            given[Int(chunk) * slots..<min(count, (Int(chunk) + 1) * slots)].lazy.map(\.bytes.count)
        }
        return IdentifierChunk.fileBytes(chunks: stored, named: named.lazy.map { given[Int($0)].bytes.count })
    }

    /// Writes slot → identifier, and identifier → slot in the order of identifiers, which leaves full pages.
    func write(under number: UInt32, to environment: Environment, betweenSteps: () throws -> Void) throws {
        let slots = IdentifierChunk.slotsPerChunk
        let chunksPerStep = 256
        for first in stride(from: 0, to: chunks.count, by: chunksPerStep) {
            try betweenSteps()
            try environment.write { transaction in
                for chunk in chunks[first..<min(chunks.count, first + chunksPerStep)] {
                    var content = IdentifierChunk()
                    let firstRow = Int(chunk) * slots
                    for slot in 0..<min(slots, count - firstRow) {
                        try content.set(given[firstRow + slot].bytes, at: slot)
                    }
                    try content.store(in: transaction, collection: number, chunk: chunk)
                }
            }
        }
        let sorted = named.map { (given[Int($0)].bytes, $0) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
        let entriesPerStep = 1 << 17
        for first in stride(from: 0, to: sorted.count, by: entriesPerStep) {
            try betweenSteps()
            try environment.write { transaction in
                for (identifier, slot) in sorted[first..<min(sorted.count, first + entriesPerStep)] {
                    var value: [UInt8] = []
                    value.appendLittleEndian(slot)
                    try transaction.append(value, for: Key(collection: number, identifier: identifier), in: .ids)
                }
            }
        }
    }
}
