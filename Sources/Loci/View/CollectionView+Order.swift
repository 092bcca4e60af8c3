// Loci, Apache License 2.0.

import LociStorage

extension CollectionView {
    /// The identifiers of a range in the order of their bytes, from the first on.
    ///
    /// Those that the table `ids` has come in this order. The others are the numbers of their slots, which are gone over in the
    /// order of their digits, and no farther than to the next of the table.
    /// - Parameter limit: How many.
    /// - Complexity: O(log n + identifiers that are given), and as much for each number in between that is the identifier of no
    ///   slot, or of another one.
    func identifiers(
        from lower: IdentifierBound, to upper: IdentifierBound, limit: Int,
        in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> [VectorID] {
        var found: [VectorID] = []
        var numbers = NumberedIdentifiers(self, from: lower, to: upper)
        let lowest = lower.lowest
        let start = try lowest.isEmpty ? Key(collection: number) : Key(collection: number, identifier: lowest)
        try transaction.withCursor(over: .ids) { cursor in
            var stored = try cursor.seek(start) ? storedIdentifier(at: cursor) : nil
            if let first = stored, !lower.isNotAfter(first) { stored = try nextIdentifier(of: cursor) }
            while found.count < limit {
                if let digits = try numbers.next(before: stored) {
                    found.append(VectorID(bytes: digits))
                } else if let identifier = stored, upper.isNotBefore(identifier) {
                    found.append(VectorID(bytes: identifier))
                    stored = try nextIdentifier(of: cursor)
                } else {
                    return
                }
            }
        }
        return found
    }

    private func nextIdentifier(of cursor: borrowing Cursor) throws -> [UInt8]? {
        try cursor.next() ? storedIdentifier(at: cursor) : nil
    }

    /// The identifier at a position of the table `ids`; `nil` behind the collection's last.
    private func storedIdentifier(at cursor: borrowing Cursor) throws -> [UInt8]? {
        try cursor.withCurrent { key, _ -> [UInt8]? in
            guard Key.number(in: key) == number else { return nil }
            return key.extracting(droppingFirst: 4).withUnsafeBytes { [UInt8]($0) }
        } ?? nil
    }
}

/// The identifiers of a range that are the numbers of their slots, in the order of their digits.
private struct NumberedIdentifiers {
    private let identifiers: IdentifierTable
    private let upper: IdentifierBound
    /// Slots that have their number for an identifier are below this.
    private let limit: Int
    /// The next number to be looked at; `nil` behind the last.
    private var number: UInt32?
    private var digits: [UInt8] = []

    init(_ view: CollectionView, from lower: IdentifierBound, to upper: IdentifierBound) {
        identifiers = view.identifiers
        self.upper = upper
        limit = min(view.record.slots, Int(clamping: view.record.nextNumber))
        number = SlotNumber.first(notBefore: lower.lowest, below: limit)
        if let number {
            write(number)
            if !lower.isNotAfter(digits) { self.number = SlotNumber.next(after: number, below: limit) }
        }
    }

    private mutating func write(_ number: UInt32) {
        digits.removeAll(keepingCapacity: true)
        SlotNumber.append(number, to: &digits)
    }

    /// The next one, if it comes before an identifier of the table `ids`.
    /// - Parameter stored: The identifier; `nil` where the table has no more.
    mutating func next(before stored: [UInt8]?) throws(StorageError) -> [UInt8]? {
        while let number {
            write(number)
            guard upper.isNotBefore(digits) else { break }
            if let stored, !digits.lexicographicallyPrecedes(stored) {
                // One slot of a row of several may have its number for an identifier: the table has the row.
                if digits == stored { self.number = SlotNumber.next(after: number, below: limit) }
                return nil
            }
            self.number = SlotNumber.next(after: number, below: limit)
            if try identifiers.isNumbered(number) { return digits }
        }
        number = nil
        return nil
    }
}
