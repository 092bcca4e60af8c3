// Loci, Apache License 2.0.

import LociStorage

/// The identifiers of a build's rows, and how they are written both ways.
struct BuildIdentifiers {
    private let given: [VectorID]?
    private let count: Int

    /// - Throws: `LociError` for identifiers that are too few, too many, too long, or not different.
    init(_ identifiers: [VectorID]?, count: Int) throws(LociError) {
        given = identifiers
        self.count = count
        guard let identifiers else { return }
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
        }
    }

    /// The bytes of the file that they will take.
    var fileBytes: Int { IdentifierChunk.fileBytes(lengths: (0..<count).lazy.map { identifier(of: $0).count }) }

    private func identifier(of row: Int) -> [UInt8] { given?[row].bytes ?? VectorID(row: row).bytes }

    /// Writes slot → identifier, and identifier → slot in the order of identifiers, which leaves full pages.
    func write(under number: UInt32, to environment: Environment, betweenSteps: () throws -> Void) throws {
        let slots = IdentifierChunk.slotsPerChunk
        let chunksPerStep = 256
        let chunks = (count + slots - 1) / slots
        for first in stride(from: 0, to: chunks, by: chunksPerStep) {
            try betweenSteps()
            try environment.write { transaction in
                for chunk in first..<min(chunks, first + chunksPerStep) {
                    var content = IdentifierChunk()
                    for slot in 0..<min(slots, count - chunk * slots) {
                        try content.set(identifier(of: chunk * slots + slot), at: slot)
                    }
                    try content.store(in: transaction, collection: number, chunk: UInt32(chunk))
                }
            }
        }
        let sorted = (0..<count).map { (identifier(of: $0), UInt32($0)) }
            .sorted { $0.0.lexicographicallyPrecedes($1.0) }
        let entriesPerStep = 1 << 17
        for first in stride(from: 0, to: count, by: entriesPerStep) {
            try betweenSteps()
            try environment.write { transaction in
                for (identifier, slot) in sorted[first..<min(count, first + entriesPerStep)] {
                    var value: [UInt8] = []
                    value.appendLittleEndian(slot)
                    try transaction.append(value, for: Key(collection: number, identifier: identifier), in: .ids)
                }
            }
        }
    }
}
