// Loci, Apache License 2.0.

extension StorageTransaction where Self: ~Copyable {
    /// A copy of the text of a slot's attributes, or nil if it has none.
    ///
    /// - Throws: ``StorageError/corrupted(what:location:)`` for an entry whose checksum is wrong.
    /// - Complexity: O(log *n*) pages.
    package func attributes(of slot: UInt32, in collection: UInt32) throws(StorageError) -> [UInt8]? {
        let key = Key(collection: collection, slot: slot)
        guard let value = try unsafeValue(of: key, in: .attributes) else { return nil }
        do throws(AttributesFault) {
            return [UInt8](try AttributesEntry.text(in: value, collection: collection, slot: slot))
        } catch {
            throw .corrupted(what: error.description, location: "collection \(collection)")
        }
    }

    /// Runs `body` with the text of the attributes of each slot of a collection, in the order of slots.
    ///
    /// - Parameters:
    ///   - body: gets a span that is valid during the call; it must not change the database.
    ///   - fault: gets what is wrong with an entry, in place of `body`.
    /// - Complexity: O(bytes of the attributes).
    package func forEachAttributes(
        in collection: UInt32, _ body: (_ slot: UInt32, _ text: RawSpan) throws -> Void,
        fault: (AttributesFault) throws -> Void
    ) throws {
        try forEachAttributes(in: collection, from: 0) { slot, text in
            try body(slot, text)
            return true
        } fault: {
            try fault($0)
        }
    }

    /// The same from a slot on, until `body` returns false.
    package func forEachAttributes(
        in collection: UInt32, from first: UInt32, _ body: (_ slot: UInt32, _ text: RawSpan) throws -> Bool,
        fault: (AttributesFault) throws -> Void
    ) throws {
        try withCursor(over: .attributes) { cursor in
            // Keys that are too short, which only a damaged file has, come before those of slot 0.
            var isThere = try cursor.seek(
                first == 0 ? Key(collection: collection) : Key(collection: collection, slot: first))
            while isThere {
                let goesOn = try cursor.withCurrent { key, value -> Bool in
                    guard Key.number(in: key) == collection else { return false }
                    guard let slot = Key.slot(in: key, ofCollection: collection) else {
                        try fault(AttributesFault(slot: nil, what: .key(bytes: key.byteCount)))
                        return true
                    }
                    return try value.withUnsafeBytes { bytes in
                        let text: UnsafeRawBufferPointer
                        do throws(AttributesFault) {
                            text = try AttributesEntry.text(in: bytes, collection: collection, slot: slot)
                        } catch {
                            try fault(error)
                            return true
                        }
                        return try body(slot, text.bytes)
                    }
                }
                guard goesOn == true else { return }
                isThere = try cursor.next()
            }
        }
    }

    /// The number of slots of a collection that have attributes.
    ///
    /// - Complexity: O(*n*) for so many.
    package func attributesCount(in collection: UInt32) throws -> Int {
        var count = 0
        try forEach(in: .attributes, prefix: Key(collection: collection)) { _, _ in
            count += 1
            return true
        }
        return count
    }
}

extension WriteTransaction {
    /// Stores the text of a slot's attributes in place of an older one, or removes it.
    package func setAttributes(_ text: [UInt8]?, of slot: UInt32, in collection: UInt32) throws(StorageError) {
        let key = Key(collection: collection, slot: slot)
        if let text {
            try put(AttributesEntry.encoded(text, collection: collection, slot: slot), for: key, in: .attributes)
        } else {
            try delete(key, in: .attributes)
        }
    }

    /// Stores the text of the attributes of a slot that comes after every other in the table.
    package func appendAttributes(_ text: [UInt8], of slot: UInt32, in collection: UInt32) throws(StorageError) {
        try append(
            AttributesEntry.encoded(text, collection: collection, slot: slot),
            for: Key(collection: collection, slot: slot), in: .attributes)
    }
}

extension ReadTransaction {
    /// The slots of a collection whose attributes a later commit has changed, given or removed.
    ///
    /// - Complexity: O(*n*) for so many entries in both. Of those that lie where they lay, no byte is read: LMDB never writes
    ///   over what a reader sees.
    package func slotsWithOtherAttributes(
        of collection: UInt32, in later: borrowing ReadTransaction
    ) throws -> Set<UInt32> {
        let prefix = Key(collection: collection)
        let old = try Cursor(context: context, table: .attributes)
        let new = try Cursor(context: later.context, table: .attributes)
        var changed: Set<UInt32> = []
        func slot(_ entry: Cursor.Entry?) throws(StorageError) -> UInt32? {
            guard let key = entry?.key, Key.number(in: key.bytes) == collection else { return nil }
            if let slot = Key.slot(in: key.bytes, ofCollection: collection) { return slot }
            let fault = AttributesFault(slot: nil, what: .key(bytes: key.count))
            throw .corrupted(what: fault.description, location: "collection \(collection)")
        }
        var (before, after) = (try old.unsafeSeek(prefix), try new.unsafeSeek(prefix))
        while true {
            let (was, now) = (try slot(before), try slot(after))
            guard was != nil || now != nil else { return changed }
            if let was, now.map({ was < $0 }) ?? true {
                changed.insert(was)
                before = try old.following()
            } else if let now, was.map({ now < $0 }) ?? true {
                changed.insert(now)
                after = try new.following()
            } else {
                if let was, let first = before?.value, let second = after?.value, !isSame(first, second) {
                    changed.insert(was)
                }
                (before, after) = (try old.following(), try new.following())
            }
        }
    }

    private func isSame(_ old: UnsafeRawBufferPointer, _ new: UnsafeRawBufferPointer) -> Bool {
        old.count == new.count && (old.baseAddress == new.baseAddress || old.elementsEqual(new))
    }
}

extension Cursor {
    /// Moves to the next key, and gives it.
    fileprivate func following() throws(StorageError) -> Entry? {
        try next() ? unsafeCurrent() : nil
    }
}
