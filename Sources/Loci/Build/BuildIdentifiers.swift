// Loci, Apache License 2.0.

import LociStorage

/// The identifiers of a build's vectors, and how they are written both ways.
///
/// An identifier that is its vector's number takes no entry in `ids`, and a chunk of such is not stored. Rows of several vectors
/// have one identifier, which always has an entry.
struct BuildIdentifiers {
    private let given: [VectorID]
    private let count: Int
    /// The vectors whose identifier has an entry in `ids`: it is not their number, or leads to others, too.
    private var named: [UInt32] = []
    /// The chunks that have vectors whose identifier is not their number.
    private var chunks: [UInt32] = []
    /// Of rows of several vectors, by the first of them, all.
    private var lists: [UInt32: [UInt32]] = [:]

    /// The number of vectors beyond the first of their rows.
    private(set) var extraVectors = 0

    /// Above all numbers that identifiers are; see `CollectionRecord.nextNumber`.
    private(set) var nextNumber: UInt64 = 0

    /// The number of chunks that are written to the table `identifiers`.
    var storedChunks: Int { chunks.count }

    /// - Parameters:
    ///   - identifiers: One for each vector; `nil` for their numbers.
    ///   - rows: The rows of several vectors, each by the numbers of its vectors in their order, which have the same identifier.
    /// - Throws: `LociError` for identifiers that are too few, too many, too long, or not different.
    init(_ identifiers: [VectorID]?, count: Int, rows: [[UInt32]] = []) throws(LociError) {
        given = identifiers ?? []
        self.count = count
        guard let identifiers else {
            nextNumber = UInt64(max(0, count))
            return
        }
        guard identifiers.count == count else {
            throw .identifierCount(identifiers: identifiers.count, vectors: count)
        }
        var others: Set<UInt32> = []
        for row in rows {
            guard let first = row.first else { continue }
            lists[first] = row
            extraVectors += row.count - 1
            others.formUnion(row.dropFirst())
        }
        var known: [VectorID: Int] = [:]
        known.reserveCapacity(count - extraVectors)
        for (row, id) in identifiers.enumerated() {
            guard (1...VectorID.maximumBytes).contains(id.bytes.count) else {
                throw .identifierLength(row: row, bytes: id.bytes.count, limit: VectorID.maximumBytes)
            }
            let slot = UInt32(truncatingIfNeeded: row)
            let isOther = others.contains(slot)
            if !isOther, let first = known.updateValue(row, forKey: id) {
                throw .duplicateIdentifier(id.description, rows: [first, row])
            }
            let number = SlotNumber.slot(of: id.bytes)
            if let number { nextNumber = max(nextNumber, UInt64(number) + 1) }
            if !isOther, number != slot || lists[slot] != nil { named.append(slot) }
            guard number != slot else { continue }
            let chunk = slot / UInt32(IdentifierChunk.slotsPerChunk)
            if chunks.last != chunk { chunks.append(chunk) }
        }
    }

    /// The identifiers of rows of which some have several vectors, one row after another.
    /// - Parameters:
    ///   - identifiers: One for each row; `nil` for their numbers.
    ///   - vectorCounts: How many vectors each row has; `nil` for one.
    ///   - count: The number of all vectors.
    /// - Throws: As the other; `LociError.vectorCount`, `.vectorTotal`.
    init(rows identifiers: [VectorID]?, vectorCounts: [Int]?, count: Int) throws(LociError) {
        guard let vectorCounts, vectorCounts.contains(where: { $0 != 1 }) else {
            try self.init(identifiers, count: count)
            return
        }
        if let identifiers, identifiers.count != vectorCounts.count {
            throw .identifierCount(identifiers: identifiers.count, vectors: vectorCounts.count)
        }
        var all: [VectorID] = []
        all.reserveCapacity(count)
        var rows: [[UInt32]] = []
        for (row, vectors) in vectorCounts.enumerated() {
            let id = identifiers?[row] ?? VectorID(row: row)
            guard (1...VectorID.maximumVectors).contains(vectors) else {
                throw .vectorCount(id: id, vectors: vectors, limit: VectorID.maximumVectors)
            }
            let first = UInt32(truncatingIfNeeded: all.count)
            if vectors > 1 { rows.append((0..<UInt32(vectors)).map { first + $0 }) }
            all += repeatElement(id, count: vectors)
        }
        guard all.count == count else { throw .vectorTotal(rows: all.count, vectors: count) }
        try self.init(all, count: count, rows: rows)
    }

    /// The bytes of the file that they will take.
    var fileBytes: Int {
        let slots = IdentifierChunk.slotsPerChunk
        let stored = chunks.lazy.map { chunk in
            given[Int(chunk) * slots..<min(count, (Int(chunk) + 1) * slots)].lazy.map(\.bytes.count)
        }
        return IdentifierChunk.fileBytes(
            chunks: stored,
            named: named.lazy.map { (given[Int($0)].bytes.count, lists[$0]?.count ?? 1) })
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
                    try transaction.append(
                        RowSlots.encode(lists[slot] ?? [slot]), for: Key(collection: number, identifier: identifier),
                        in: .ids)
                }
            }
        }
    }
}
